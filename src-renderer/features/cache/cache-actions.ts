/** What the window asks of the cache. What comes of it arrives as events. */
import { create } from 'zustand'
import type { CacheContent } from '@shared/contract/cache'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { openPage } from '../../state/layout'
import { reportError } from '../../state/notices'
import { ensureTrusted } from '../trust/trust-actions'

/** `preheatedAtMs`: the newest preheating that it knows of. */
type Content = { root: string | null; preheatedAtMs: number | null; content: CacheContent | null; isLooking: boolean; problem: unknown }

const nothing: Content = { root: null, preheatedAtMs: null, content: null, isLooking: false, problem: null }

/** What was found at the last look; of one workspace. */
export const useCacheContent = create<Content>(() => nothing)

/** null: all that are not warm. */
export async function preheat(pipelines: string[] | null): Promise<void> {
  if (!(await ensureTrusted('preheat'))) return
  try {
    await api.call('cache.preheat', { pipelines })
  } catch (error) {
    reportError(error)
  }
}

export async function preheatAll(): Promise<void> {
  openPage('cache')
  await preheat(null)
}

export async function cancelPreheat(): Promise<void> {
  try {
    await api.call('cache.cancelPreheat', {})
  } catch (error) {
    reportError(error)
  }
}

/** null: of all that are not warm. What comes of it is with the pipelines, why nothing did as well. */
export async function askWhatIsFetched(pipelines: string[] | null, again: boolean): Promise<void> {
  try {
    await api.call('cache.estimate', { pipelines, again })
  } catch {
    // Without an engine or a workspace there is nothing to ask; the window says that already.
  }
}

/** Also what runs would fetch. */
export async function lookAgain(): Promise<void> {
  await lookIntoCache()
  await askWhatIsFetched(null, true)
}

export async function lookIntoCache(): Promise<void> {
  const { workspace, preheat: newest } = useEngineMirror.getState()
  const root = workspace?.workspace?.root ?? null
  const known = useCacheContent.getState()
  if (known.isLooking) return
  useCacheContent.setState({ ...(known.root === root ? known : nothing), root, preheatedAtMs: newest?.isRunning === true ? known.preheatedAtMs : (newest?.startedAtMs ?? null), isLooking: true, problem: null })
  try {
    useCacheContent.setState({ content: await api.call('cache.content', {}), isLooking: false })
  } catch (problem) {
    useCacheContent.setState({ isLooking: false, problem })
  }
}
