/** Which image or uv and which cache runs would take now: looked up when something changes, so that badges need no container and no waiting. */
import type { DockerClient } from '../docker/client'
import type { RunUser, Volumes } from '../docker/volumes'
import type { WorkerImage } from '../docker/worker-image'
import type { UserDataLayout } from '../platform/user-data'
import { hostCacheFolder } from '../runners/host-runner'
import type { UvFinder } from '../uv/uv-binary'
import type { CachePlace } from './warm-state'

export type CachePlaces = {
  /** As of the last look; null while there is nothing. */
  current(): CachePlace | null
  /** Never rejects. */
  look(): Promise<CachePlace | null>
  /** In a moment, once for all who ask until then. */
  lookSoon(): void
  onHost(uvVersion: string, workspaceRoot: string): CachePlace
  dispose(): void
}

export type CachePlacesDeps = {
  workspaceRoot: () => string | null
  /** null while no engine answers. */
  client: () => Promise<DockerClient | null>
  image: WorkerImage
  volumes: Volumes
  runUser: (workspaceRoot: string) => RunUser
  uv: UvFinder
  layout: UserDataLayout
  onLooked: (place: CachePlace | null) => void
  onProblem: (error: unknown) => void
}

/** Several pipelines become warm in one moment. */
const soonMs = 50

export function createCachePlaces(deps: CachePlacesDeps): CachePlaces {
  let current: CachePlace | null = null
  let timer: NodeJS.Timeout | null = null

  const onHost = (uvVersion: string, workspaceRoot: string): CachePlace => ({ installer: `uv ${uvVersion} ${process.platform} ${process.arch}`, cache: hostCacheFolder(deps.layout, workspaceRoot) })

  const find = async (): Promise<CachePlace | null> => {
    const root = deps.workspaceRoot()
    if (root === null) return null
    const client = await deps.client()
    if (client !== null) {
      const [image, cache] = await Promise.all([deps.image.find(client), deps.volumes.generation(client, root, deps.runUser(root))])
      return image && cache !== null ? { installer: image.facts.id, cache } : null
    }
    const found = await deps.uv.find()
    return found && onHost(found.version, root)
  }
  const look = async (): Promise<CachePlace | null> => {
    try {
      current = await find()
    } catch (error) {
      current = null
      deps.onProblem(error)
    }
    deps.onLooked(current)
    return current
  }

  return {
    current: () => current,
    look,
    lookSoon() {
      timer ??= setTimeout(() => {
        timer = null
        void look()
      }, soonMs)
      timer.unref()
    },
    onHost,
    dispose() {
      if (timer) clearTimeout(timer)
    },
  }
}
