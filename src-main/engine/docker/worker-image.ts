/**
 * The image that runs take: the configured one, pulled with progress when it is absent. Where no registry can be reached the
 * locally built equivalent (`npm run worker-image`) stands in, and the run says so.
 *
 * unknown ──> present
 *    └──> absent ──> pulling ──> present | failed ──> pulling
 */
import { AppError } from '@shared/app-error'
import type { WorkerImageStatus } from '@shared/contract/tools'
import type { Facts } from '../store/facts'
import type { DockerClient, ImageFacts } from './client'
import { uvVersionSpec } from './guard-helpers'
import { runHelper } from './helper-container'

/** The tag that scripts/worker-image.mjs gives. */
export const localWorkerImage = 'fast-flow-worker:local'

export type UsableImage = { reference: string; facts: ImageFacts; isStandIn: boolean }

export type WorkerImage = {
  status(): WorkerImageStatus
  /** Looks which image is there, without pulling; null when none is. */
  find(client: DockerClient): Promise<UsableImage | null>
  /** Finds the image or pulls it. Throws docker/image-pull-failed. */
  require(client: DockerClient): Promise<UsableImage>
  /** Starts a pull unless one is under way; progress goes to `publish`. */
  pull(client: DockerClient): WorkerImageStatus
  cancelPull(): WorkerImageStatus
  /** The version of uv inside, asked once per image. Throws docker/image-unusable. */
  uvVersion(client: DockerClient, image: UsableImage): Promise<string>
}

export type WorkerImageDeps = {
  reference: () => string
  owner: string
  facts: Facts
  publish: (status: WorkerImageStatus) => void
}

export function createWorkerImage({ reference, owner, facts, publish }: WorkerImageDeps): WorkerImage {
  let status: WorkerImageStatus = { reference: reference(), state: 'unknown', digest: null, receivedBytes: 0, totalBytes: 0, error: null, rev: 1 }
  let pulling: { done: Promise<void>; controller: AbortController } | null = null

  const change = (patch: Partial<Omit<WorkerImageStatus, 'rev'>>): void => {
    status = { ...status, ...patch, rev: status.rev + 1 }
    publish(status)
  }

  const find = async (client: DockerClient): Promise<UsableImage | null> => {
    const wanted = reference()
    // Both at once: every run asks.
    const [configured, standIn] = await Promise.all([client.inspectImage(wanted), client.inspectImage(localWorkerImage)])
    const usable = configured ?? standIn
    if (!pulling) {
      const state = usable ? 'present' : status.state === 'failed' && status.reference === wanted ? 'failed' : 'absent'
      const digest = usable ? (usable.digest ?? usable.id) : null
      const shown = configured || !standIn ? wanted : localWorkerImage
      if (status.reference !== shown || status.state !== state || status.digest !== digest) change({ reference: shown, state, digest, error: state === 'failed' ? status.error : null })
    }
    return usable && { reference: configured ? wanted : localWorkerImage, facts: usable, isStandIn: !configured }
  }

  const pullNow = (client: DockerClient): { done: Promise<void>; controller: AbortController } => {
    const wanted = reference()
    const controller = new AbortController()
    change({ reference: wanted, state: 'pulling', receivedBytes: 0, totalBytes: 0, error: null })
    const done = client
      .pullImage(wanted, ({ receivedBytes, totalBytes }) => change({ receivedBytes, totalBytes }), controller.signal)
      .then(
        () => change({ state: 'present' }),
        (error: unknown) => {
          change(controller.signal.aborted ? { state: 'absent' } : { state: 'failed', error: error instanceof Error ? error.message : String(error) })
          throw error
        },
      )
      .finally(() => (pulling = null))
    done.catch(() => undefined)
    return { done, controller }
  }

  return {
    status: () => status,
    find,
    async require(client) {
      const existing = await find(client)
      if (existing) return existing
      pulling ??= pullNow(client)
      await pulling.done
      const pulled = await find(client)
      if (!pulled) throw new AppError('docker/image-missing', `The engine says it pulled ${reference()}, but does not have it. Pull it by hand: docker pull ${reference()}`, { image: reference() })
      return pulled
    },
    pull(client) {
      pulling ??= pullNow(client)
      return status
    },
    cancelPull() {
      pulling?.controller.abort()
      return status
    },
    async uvVersion(client, image) {
      const key = `uv-version:${image.facts.id}`
      const known = facts.get(key)
      if (known !== null) return known
      const result = await runHelper(client, uvVersionSpec({ image: image.reference, owner }))
      const version = /^uv (\S+)/m.exec(result.output)?.[1]
      if (result.exitCode !== 0 || version === undefined) {
        throw new AppError('docker/image-unusable', `The worker image ${image.reference} has no working uv (exit ${result.exitCode}). Choose another image in the settings.`, { image: image.reference })
      }
      facts.set(key, version)
      return version
    },
  }
}
