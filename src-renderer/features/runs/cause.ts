/** What there is to do about a run that did not succeed: one step, which the window offers as a button. Pure. */
import { findNodeAtLocation, parseTree } from 'jsonc-parser'
import type { Run } from '@shared/contract/runs'
import { saysItWasTheCache } from '@shared/cache-notice'
import { saysMemoryRanOut } from '@shared/memory-notice'

/** `config`: a field of pipeline.json; `requirements`: requirements.txt, line null: at its top; `code`: the innermost own line of the traceback. */
export type NextStep =
  | { kind: 'config'; field: string }
  | { kind: 'requirements'; path: string; line: number | null }
  | { kind: 'code' }
  | { kind: 'settings' }
  | { kind: 'cache' }
  | { kind: 'doctor' }
  | { kind: 'again' }

type Ended = Pick<Run, 'outcome' | 'setupFault' | 'reason' | 'notices'>

/** null: nothing to do. */
export function nextStepOf(run: Ended): NextStep | null {
  if (run.notices.some(saysItWasTheCache)) return { kind: 'cache' }
  switch (run.outcome) {
    case 'failed':
      return { kind: 'code' }
    case 'out-of-memory':
      return { kind: 'config', field: 'mem_hard_limit' }
    case 'timed-out':
      return { kind: 'config', field: 'timeout' }
    case 'setup-failed':
      return stepAfterSetup(run)
    case 'engine-error':
      return { kind: 'doctor' }
    case 'killed':
    case 'interrupted':
      return { kind: 'again' }
    case 'succeeded':
      return run.notices.some(saysMemoryRanOut) ? { kind: 'config', field: 'mem_hard_limit' } : null
    case 'stopped':
    case null:
      return null
  }
}

function stepAfterSetup({ setupFault, reason }: Ended): NextStep {
  switch (setupFault) {
    case 'resolver':
    case 'build':
    case 'requirements-file':
    case 'notebook-packages':
      return { kind: 'requirements', ...requirementsPlace(reason ?? '') }
    case 'python':
      return { kind: 'config', field: 'python_version' }
    case 'certificate':
    case 'network':
      return { kind: 'settings' }
    case 'cache':
      return { kind: 'cache' }
    case 'disk-full':
    case 'unknown':
    case null:
      return { kind: 'doctor' }
  }
}

/** The engine's sentence names the file and the line where it knows them: "requirements.txt line 3 asks for …". */
function requirementsPlace(reason: string): { path: string; line: number | null } {
  const [, path = 'requirements.txt', line] = /(?:^|\s)([\w./-]+\.(?:txt|lock|in)) line (\d+)\b/.exec(reason) ?? []
  return { path, line: line === undefined ? null : Number(line) }
}

/** Where a field stands in pipeline.json: in the run configuration where that has it, else at the top; 1-based. null: nowhere. */
export function fieldPlace(text: string, runConfigId: string | null, field: string): { line: number; column: number } | null {
  const root = parseTree(text)
  if (root === undefined) return null
  const entries = findNodeAtLocation(root, ['schedules'])?.children ?? []
  const entry = runConfigId === null ? undefined : entries.find((node) => findNodeAtLocation(node, ['id'])?.value === runConfigId)
  const found = (entry && findNodeAtLocation(entry, [field])) ?? findNodeAtLocation(root, [field])
  const property = found?.parent
  if (property === undefined) return null
  const before = text.slice(0, property.offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
