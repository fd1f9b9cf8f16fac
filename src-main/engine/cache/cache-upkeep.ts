/** Keeps the cache of a workspace in bounds and in order: removal after a look, the question at its cap, and the cache as a file. */
import type { ApiInput, ApiOutput } from '@shared/contract'
import type { CacheRemoval, CacheUpkeep } from '@shared/contract/cache'
import type { Publish } from '../events'
import { createCacheRemover, type CacheRemovalDeps } from './cache-removal'
import { createCacheTransferrer, type CacheTransferDeps } from './cache-transfer'

export type CacheUpkeepDeps = Omit<CacheRemovalDeps, 'onSize'> &
  Omit<CacheTransferDeps, 'onChanged' | 'installer'> & {
    capGigabytes: () => number
    publish: Publish
  }

export type CacheUpkeepService = {
  state(): CacheUpkeep
  noteSize(bytes: number): void
  settingsChanged(): void
  dismissCap(): CacheUpkeep
  previewRemoval(choice: ApiInput<'cache.previewRemoval'>): Promise<CacheRemoval>
  remove(id: string): Promise<ApiOutput<'cache.remove'>>
  exportTo(file: string): Promise<CacheUpkeep>
  importFrom(file: string): Promise<CacheUpkeep>
  cancelTransfer(): CacheUpkeep
  /** Another workspace: ends what is under way and forgets it. */
  reset(): void
  dispose(): Promise<void>
}

const gigabyte = 1_000_000_000

export function createCacheUpkeep(deps: CacheUpkeepDeps): CacheUpkeepService {
  let bytes: number | null = null
  let dismissedAt = 0
  let rev = 0

  const isOverCap = (): boolean => {
    const cap = deps.capGigabytes() * gigabyte
    return cap > 0 && bytes !== null && bytes > cap && (dismissedAt === 0 || bytes > dismissedAt + gigabyte)
  }
  const state = (): CacheUpkeep => ({ transfer: transferrer.state(), bytes, isOverCap: isOverCap(), rev })
  const publish = (): void => {
    rev += 1
    deps.publish('cache.upkeepChanged', state())
  }
  const noteSize = (found: number): void => {
    if (found === bytes) return
    bytes = found
    publish()
  }
  const remover = createCacheRemover({ ...deps, onSize: noteSize })
  const transferrer = createCacheTransferrer({ ...deps, onChanged: publish, installer: async () => (await deps.place())?.installer ?? null })

  return {
    state,
    noteSize,
    settingsChanged: publish,
    dismissCap() {
      dismissedAt = bytes ?? 0
      publish()
      return state()
    },
    previewRemoval: (choice) => remover.preview(choice),
    remove: (id) => remover.remove(id),
    async exportTo(file) {
      await transferrer.exportTo(file)
      return state()
    },
    async importFrom(file) {
      await transferrer.importFrom(file)
      return state()
    },
    cancelTransfer() {
      transferrer.cancel()
      return state()
    },
    reset() {
      remover.forget()
      transferrer.reset()
      bytes = null
      dismissedAt = 0
      publish()
    },
    dispose: () => transferrer.dispose(),
  }
}
