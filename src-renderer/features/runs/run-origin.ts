/** Who asked for a run, as a key of the words and what goes into them. Pure. */
import type { Run } from '@shared/contract/runs'

/** null for a run that was simply started by hand. */
export function originText(run: Pick<Run, 'trigger' | 'attempt' | 'retryAttempts'>): { key: string; values: Record<string, number> } | null {
  if (run.trigger === 'manual') return null
  return { key: `run.origin.${run.trigger}`, values: run.trigger === 'retry' ? { attempt: run.attempt, attempts: run.retryAttempts } : {} }
}
