/** The packages that the text of a requirements file names, pure; what is no plain requirement is passed over. */

export type Requirement = { name: string; /** As written, without spaces: `>=2,<3`; empty: any. */ specifier: string }

/** A name as indexes compare it (PEP 503). */
export function normalizedName(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase()
}

const requirement = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*([^;#@]*)/

export function readRequirements(text: string): Requirement[] {
  return text.split('\n').flatMap((line) => {
    const [, name, rest = ''] = requirement.exec(line.trim()) ?? []
    const specifier = rest.split(' --')[0]!.replaceAll(/[\s\\]/g, '')
    // An address or a file begins like a name.
    if (name === undefined || !/^(?:$|[<>=!~(])/.test(specifier) || /\.(?:whl|zip|gz)$/.test(name)) return []
    return [{ name: normalizedName(name), specifier }]
  })
}
