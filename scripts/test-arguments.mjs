// @ts-check
/** Pure: which parts of the tests are wanted, and what of the command line goes to vitest. */

/** @typedef {'unit' | 'engine' | 'faults' | 'e2e'} PartName */

export const partNames = /** @type {const} */ (['unit', 'engine', 'faults', 'e2e'])

/**
 * @param {string[]} args of `npm test -- …`: --project NAME (repeatable), all else as vitest takes it
 * @returns {{ parts: PartName[], rest: string[] } | { problem: string }}
 */
export function parseTestArguments(args) {
  /** @type {string[]} */
  const wanted = []
  /** @type {string[]} */
  const rest = []
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? ''
    if (argument === '--project') wanted.push(args[++index] ?? '')
    else if (argument.startsWith('--project=')) wanted.push(argument.slice('--project='.length))
    else rest.push(argument)
  }
  const unknown = wanted.find((name) => !partNames.some((part) => part === name))
  if (unknown !== undefined) return { problem: `There is no part "${unknown}" among the tests: ${partNames.join(', ')}` }
  return { parts: partNames.filter((part) => wanted.length === 0 || wanted.includes(part)), rest }
}
