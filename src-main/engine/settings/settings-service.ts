/** The settings: one JSON file of the user's, validated key by key. What is not usable is named and has its default; it is never overwritten unasked. */
import { readFileSync } from 'node:fs'
import { AppError } from '@shared/app-error'
import { defaultSettings, settings as settingsSchema, type Settings, type SettingsState } from '@shared/contract/settings'
import { writeFileAtomically } from '../platform/atomic-file'

export type SettingsService = {
  current(): Settings
  state(): SettingsState
  /** Changes only the keys in the patch. */
  update(patch: Partial<Settings>): Promise<SettingsState>
}

export function createSettingsService(file: string, onChanged: (state: SettingsState) => void): SettingsService {
  let state: SettingsState = { ...load(file), file, rev: 1 }
  const change = async (patch: Partial<Settings>): Promise<SettingsState> => {
    const stored = readRaw(file)
    if (stored.problem !== null) throw new AppError('input/invalid', `${stored.problem} Correct the file first; nothing was changed.`, { file })
    await writeFileAtomically(file, Buffer.from(`${JSON.stringify({ ...stored.value, ...patch }, null, 2)}\n`))
    state = { ...load(file), file, rev: state.rev + 1 }
    onChanged(state)
    return state
  }
  /** One change after the other: each reads the file that the one before has written. */
  let turn: Promise<unknown> = Promise.resolve()
  return {
    current: () => state.settings,
    state: () => state,
    update(patch) {
      const changed = turn.then(() => change(patch))
      turn = changed.catch(() => undefined)
      return changed
    },
  }
}

function load(file: string): { settings: Settings; problems: string[] } {
  const raw = readRaw(file)
  if (raw.problem !== null) return { settings: defaultSettings, problems: [raw.problem] }
  const problems: string[] = []
  const usable: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(raw.value)) {
    const field = Object.hasOwn(settingsSchema.shape, key) ? settingsSchema.shape[key as keyof Settings] : undefined
    if (!field) {
      problems.push(`${file}: unknown setting "${key}".`)
      continue
    }
    const parsed = field.safeParse(value)
    if (parsed.success) usable[key] = parsed.data
    else problems.push(`${file}: "${key}" ${parsed.error.issues[0]?.message ?? 'is not valid'}; the default is used.`)
  }
  return { settings: { ...defaultSettings, ...usable }, problems }
}

function readRaw(file: string): { value: Record<string, unknown>; problem: string | null } {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return { value: {}, problem: missing ? null : `${file} cannot be read: ${String(error)}.` }
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value: { ...value }, problem: null }
    return { value: {}, problem: `${file} is not a JSON object.` }
  } catch (error) {
    return { value: {}, problem: `${file} is not valid JSON: ${error instanceof Error ? error.message : String(error)}.` }
  }
}
