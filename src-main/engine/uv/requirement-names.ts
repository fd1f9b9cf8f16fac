/** The packages that the text of a requirements file names, pure; what is no plain requirement is passed over. */

export type Requirement = { name: string; /** As written, without spaces: `>=2,<3`; empty: any. */ specifier: string }

/** A name as indexes compare it (PEP 503). */
export function normalizedName(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase()
}

const requirement = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*([^;#@]*)/

export function readRequirements(text: string): Requirement[] {
  return text.split('\n').flatMap((line) => {
    const match = requirement.exec(line.trim())
    return match?.[1] === undefined ? [] : [{ name: normalizedName(match[1]), specifier: (match[2] ?? '').split(' --')[0]!.replaceAll(/[\s\\]/g, '') }]
  })
}
