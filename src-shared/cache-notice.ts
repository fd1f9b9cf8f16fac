/** The notice of a run that failed for its cache. The engine writes it, the window recognises it by its beginning. */
import type { RunNotice } from './contract/runs'

export const cacheNoticeStart = 'It was the cache'

export function saysItWasTheCache({ message }: RunNotice): boolean {
  return message.startsWith(cacheNoticeStart)
}
