/** Both languages say everything: every key in both, the same placeholders, and words for every error, outcome and action. */
import { describe, expect, it } from 'vitest'
import { errorCodes } from '@shared/app-error'
import { runOutcome, runPhase } from '@shared/contract/runs'
import { defaultSettings } from '@shared/contract/settings'
import { toolHealth } from '@shared/contract/tools'
import { silentStates } from '../features/schedule/schedule-text'
import { errorText } from '../state/error-text'
import german from './de.json'
import english from './en.json'

type Words = { [key: string]: string | Words }

function flat(words: Words, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(words).flatMap(([key, value]) => (typeof value === 'string' ? [[prefix + key, value]] : Object.entries(flat(value, `${prefix}${key}.`)))),
  )
}

const en = flat(english)
const de = flat(german)
const placeholders = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').sort()
const hasKey = (key: string): boolean => key in en || `${key}_other` in en

const sources = import.meta.glob<string>(['../**/*.{ts,tsx}', '!../**/*.test.ts'], { query: '?raw', import: 'default', eager: true })

describe('words', () => {
  it('have the same keys in English and German', () => {
    expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort())
  })

  it('have the same placeholders in English and German', () => {
    for (const [key, text] of Object.entries(en)) expect([key, placeholders(de[key] ?? '')]).toEqual([key, placeholders(text)])
  })

  it('are there for every error, with a next step', () => {
    for (const code of errorCodes) {
      const { titleKey, hintKey, action } = errorText(code)
      expect([code, hasKey(titleKey), hasKey(hintKey)]).toEqual([code, true, true])
      if (action !== null) expect([action, hasKey(`action.${action}`)]).toEqual([action, true])
    }
  })

  it('are there for every phase, outcome, setting, tool and schedule that does not fire', () => {
    const keys = [
      ...runPhase.options.map((phase) => `run.phase.${phase}`),
      ...runOutcome.options.map((outcome) => `run.outcome.${outcome}`),
      ...Object.keys(defaultSettings).flatMap((name) => [`settings.${name}.label`, `settings.${name}.hint`]),
      ...silentStates.map((state) => `schedule.state.${state}`),
      ...toolHealth.shape.id.options.map((id) => `doctor.tool.${id}`),
      ...toolHealth.shape.action.unwrap().options.map((action) => `doctor.action.${action}`),
    ]
    expect(keys.filter((key) => !hasKey(key))).toEqual([])
  })

  it('are there for every key that the code names', () => {
    const code = Object.values(sources).join('\n')
    const named = [...code.matchAll(/\b(?:t\(|(?:title|hint|body|label)Key: )'([^']+)'/g), ...code.matchAll(/^ {2}action\('([^']+)'/gm)].map((match) =>
      match[0].includes('action(') ? `action.${match[1] ?? ''}` : (match[1] ?? ''),
    )
    expect(named.length).toBeGreaterThan(150)
    expect(named.filter((key) => !hasKey(key))).toEqual([])
  })
})
