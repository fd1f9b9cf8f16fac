/** Edits of the text of a requirements file, pure: a line more or a line less, all else as it is. */

const normalized = (name: string): string => name.replaceAll(/[-_.]+/g, '-').toLowerCase()

function nameIn(line: string): string | null {
  const name = /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(?:$|[<>=!~;#@(\s])/.exec(line)?.[1]
  return name === undefined ? null : normalized(name)
}

export function asksFor(text: string, name: string): boolean {
  return text.split(/\r?\n/).some((line) => nameIn(line) === normalized(name))
}

export function withRequirement(text: string, requirement: string): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  return `${text === '' || text.endsWith('\n') ? text : text + end}${requirement}${end}`
}

/** Without the lines that ask for it, each with those that it goes on in. */
export function withoutRequirement(text: string, name: string): string {
  let isLeftOut = false
  let goesOn = false
  const kept = text.split(/(?<=\n)/).filter((line) => {
    isLeftOut = goesOn ? isLeftOut : nameIn(line.trimEnd().replace(/\\$/, '')) === normalized(name)
    goesOn = /\\\s*$/.test(line)
    return !isLeftOut
  })
  return kept.join('')
}
