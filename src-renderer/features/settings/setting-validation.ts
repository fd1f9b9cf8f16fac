/** The contract's own rules for settings, for use while typing. */
import { z } from 'zod'
import { type Settings, settings } from '@shared/contract/settings'

// The page's security policy forbids the code that zod would otherwise generate.
z.config({ jitless: true })

/** Why a value cannot be saved; null when it can. */
export function settingProblem<K extends keyof Settings>(name: K, value: unknown): string | null {
  const result = settings.shape[name].safeParse(value)
  return result.success ? null : (result.error.issues[0]?.message ?? 'invalid')
}

/** What was typed as a number; NaN, which no setting takes, when it is none. */
export function parseNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}

/** The bounds of a number; null for a setting of another kind. Both ends are allowed. */
export function numberRange(name: keyof Settings): { minimum: number; maximum: number } | null {
  const schema = settings.shape[name]
  if (!(schema instanceof z.ZodNumber)) return null
  return { minimum: schema.minValue ?? Number.MIN_SAFE_INTEGER, maximum: schema.maxValue ?? Number.MAX_SAFE_INTEGER }
}
