/**
 * "Run with…": what was typed, for each pipeline, until the window closes. It stays in memory, for values may be secrets. Pure
 * functions and one store.
 */
import { create } from 'zustand'

export type Variable = { name: string; value: string }

export type RunWithValues = {
  mode: 'start' | 'webhook'
  runConfigId: string | null
  variables: readonly Variable[]
  body: string
}

export const exampleBody = '{\n  "env_vars": {\n    "NAME": "value"\n  }\n}\n'
export const initialValues: RunWithValues = { mode: 'start', runConfigId: null, variables: [{ name: '', value: '' }], body: exampleBody }

/** `pipeline` null: the dialog is closed. */
type State = { pipeline: string | null; typed: Readonly<Record<string, RunWithValues>> }

export const useRunWith = create<State>(() => ({ pipeline: null, typed: {} }))

/** `runConfigId` null: the one that was chosen last. */
export function openRunWith(pipeline: string, runConfigId: string | null = null): void {
  if (runConfigId !== null) typeRunWith(pipeline, { runConfigId, mode: 'start' })
  useRunWith.setState({ pipeline })
}

export function closeRunWith(): void {
  useRunWith.setState({ pipeline: null })
}

export function typeRunWith(pipeline: string, change: Partial<RunWithValues>): void {
  useRunWith.setState(({ typed }) => ({ typed: { ...typed, [pipeline]: { ...(typed[pipeline] ?? initialValues), ...change } } }))
}

/** A configuration that was chosen once and is no longer in the file is none. */
export function chosenConfig<T extends { id: string }>(configs: readonly T[], runConfigId: string | null): T | null {
  return configs.find(({ id }) => id === runConfigId) ?? null
}

/** A row of which name and value are empty does not count. */
export function environmentOf(variables: readonly Variable[]): Record<string, string> {
  return Object.fromEntries(variables.filter(isFilled).map(({ name, value }) => [name.trim(), value]))
}

export type VariableProblem = 'name' | 'double' | 'many' | 'value' | 'long'

/** The contract's own limit (envOverrides). */
const longestValue = 131_000

/** For each row what is wrong with it. */
export function variableProblems(variables: readonly Variable[]): (VariableProblem | null)[] {
  const seen = new Set<string>()
  let count = 0
  return variables.map((variable) => {
    if (!isFilled(variable)) return null
    const name = variable.name.trim()
    count += 1
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return 'name'
    if (seen.has(name)) return 'double'
    seen.add(name)
    if (variable.value.includes('\0')) return 'value'
    if (variable.value.length > longestValue) return 'long'
    // The server takes no more of a request (FASTFLOW.md §3.1).
    return count > 50 ? 'many' : null
  })
}

function isFilled({ name, value }: Variable): boolean {
  return name.trim() !== '' || value !== ''
}
