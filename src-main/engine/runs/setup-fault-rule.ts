/** What a rule of setup-fault.ts is: words that uv says, and what they mean. */
import type { SetupFault } from '@shared/contract/runs'
import type { RequirementsText } from './requirement-lines'

/** `detail`: the package, Python, file or host it is about. */
export type SetupFaultFinding = { fault: SetupFault; detail: string | null; reason: string }

export type SetupFaultRule = {
  /** Searched in uv's words, on one line each, after the other rules before it. */
  pattern: RegExp
  find(match: RegExpExecArray, context: { words: string; requirements: RequirementsText | null }): SetupFaultFinding
}
