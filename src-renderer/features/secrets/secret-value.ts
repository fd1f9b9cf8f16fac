/** What can be said of a name, a value or a key while it is typed, without keeping it. Pure. */
import { secretName } from '@shared/contract/secrets'

/** The contract's limit for one value. */
export const maximumValueLength = 65_536

/** Shorter values are in every log by chance, so they are not masked (RELIABILITY.md T26). */
const shortestMasked = 6

export type ValueFacts = {
  isEmpty: boolean
  isTooLong: boolean
  /** Works, but is not masked in logs. */
  isShort: boolean
  /** Blanks or line breaks at either end, which are easily pasted by accident. */
  hasOuterSpace: boolean
}

export const noValue: ValueFacts = { isEmpty: true, isTooLong: false, isShort: false, hasOuterSpace: false }

export function factsOfValue(value: string): ValueFacts {
  return {
    isEmpty: value === '',
    isTooLong: value.length > maximumValueLength,
    isShort: value !== '' && value.length < shortestMasked,
    hasOuterSpace: value !== value.trim(),
  }
}

export function isSecretName(name: string): boolean {
  return secretName.safeParse(name).success
}

/** Base64 of 32 bytes, in the usual or the URL-safe alphabet: 43 signs and the padding. */
export function isEncryptionKey(key: string): boolean {
  return /^[A-Za-z0-9+/_-]{43}=$/.test(key.trim())
}
