/**
 * Rules for JSON from a client: exact keys in exact case, and a new value made of nothing but what was checked. The engine
 * accepts `hostconfig`, `HoſtConfig`, doubled keys and unknown ones; none of that survives the copy.
 */
import { deny, type DenialReason } from './guard-denial'

export type Rule<T> = (value: unknown, path: string) => T
type Rules = Record<string, Rule<unknown>>
type Shape<R extends Rules, O extends Rules> = { [K in keyof R]: ReturnType<R[K]> } & { [K in keyof O]?: ReturnType<O[K]> }

/** Unknown keys are denied first, then the fields are checked in the order of the table. */
export function shape<R extends Rules, O extends Rules>(required: R, optional: O): Rule<Shape<R, O>> {
  return (value, path) => {
    if (!isRecord(value)) return deny('type', `${path} must be an object.`)
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(required, key) && !Object.hasOwn(optional, key)) deny('key', `${path}.${key} is not on the guard's list.`)
    }
    const checked: Record<string, unknown> = {}
    for (const [key, rule] of Object.entries(required)) checked[key] = rule(Object.hasOwn(value, key) ? value[key] : undefined, `${path}.${key}`)
    for (const [key, rule] of Object.entries(optional)) {
      if (Object.hasOwn(value, key)) checked[key] = rule(value[key], `${path}.${key}`)
    }
    return checked as Shape<R, O>
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function exactly<const T extends string | boolean>(expected: T, reason: DenialReason): Rule<T> {
  return (value, path) => (value === expected ? expected : deny(reason, `${path} must be ${JSON.stringify(expected)}.`))
}

export function oneOf<const T extends string>(allowed: readonly T[], reason: DenialReason): Rule<T> {
  return (value, path) => allowed.find((known) => known === value) ?? deny(reason, `${path} must be one of: ${allowed.join(', ')}.`)
}

/** A list of exactly this one word. */
export function onlyWord<const T extends string>(word: T, reason: DenialReason): Rule<[T]> {
  return (value, path) => (Array.isArray(value) && value.length === 1 && value[0] === word ? [word] : deny(reason, `${path} must be ["${word}"].`))
}

export function boolean(reason: DenialReason): Rule<boolean> {
  return (value, path) => (typeof value === 'boolean' ? value : deny(reason, `${path} must be true or false.`))
}

export function matching(pattern: RegExp, reason: DenialReason): Rule<string> {
  return (value, path) => (typeof value === 'string' && pattern.test(value) ? value : deny(reason, `${path} has a value that is not allowed.`))
}

export function integerBetween(least: number, most: number): Rule<number> {
  return (value, path) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
      ? value
      : deny('range', `${path} must be an integer from ${least} to ${most}.`)
}

/** Each string without NUL and at most `eachBytes` long, all together at most `totalBytes`. */
export function strings(limits: { least: number; most: number; eachBytes: number; totalBytes: number }, reason: DenialReason): Rule<string[]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length < limits.least || value.length > limits.most)
      return deny(reason, `${path} must be a list of ${limits.least} to ${limits.most} strings.`)
    let totalBytes = 0
    return value.map((item: unknown) => {
      if (typeof item !== 'string' || item.includes('\0')) return deny(reason, `${path} must hold strings without NUL.`)
      const itemBytes = Buffer.byteLength(item)
      totalBytes += itemBytes
      if (itemBytes > limits.eachBytes || totalBytes > limits.totalBytes)
        return deny(reason, `${path} is longer than ${limits.eachBytes} bytes each or ${limits.totalBytes} together.`)
      return item
    })
  }
}
