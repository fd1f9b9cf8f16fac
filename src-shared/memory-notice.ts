/**
 * The notice of a run that ended well although memory had run out for one of its processes. The engine writes it, the window
 * recognises it by its beginning to offer the limit: exit codes hide this end, and a notice is all that tells of it.
 */
import type { RunNotice } from './contract/runs'

export const memoryNoticeStart = 'A process of the run was killed because memory ran out'

export function saysMemoryRanOut({ message }: RunNotice): boolean {
  return message.startsWith(memoryNoticeStart)
}
