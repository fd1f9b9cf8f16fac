/**
 * The two volumes of a workspace, uv's cache and uv's Pythons: named, marked as ours, and owned by the run user. A fresh
 * volume belongs to root and uv would abort with "Could not acquire lock" (RELIABILITY.md F37), so a helper hands it over.
 */
import { createHash, randomBytes } from 'node:crypto'
import { AppError } from '@shared/app-error'
import type { Facts } from '../store/facts'
import type { ContainerSpec, DockerClient, VolumeFacts } from './client'
import { volumeOwnerSpec } from './guard-helpers'
import { runHelper } from './helper-container'
import { labels } from './labels'

export type RunUser = { uid: number; gid: number }

export type CacheVolumes = {
  cacheVolume: string
  pythonVolume: string
  /** Changes when a volume was made anew: what was warm before is cold then. */
  generation: string
}

export type VolumeNames = Pick<CacheVolumes, 'cacheVolume' | 'pythonVolume'>

/** One pair per profile, workspace and run user: a cache holds executable code (RELIABILITY.md F28). */
export function volumeNames(owner: string, workspaceRoot: string, user: RunUser): VolumeNames {
  const hash = createHash('sha256').update([owner, workspaceRoot, user.uid, user.gid].join('\0')).digest('hex').slice(0, 16)
  return { cacheVolume: `ffd-uvcache-${hash}`, pythonVolume: `ffd-uvpython-${hash}` }
}

export function volumeGeneration(cache: VolumeFacts, python: VolumeFacts): string {
  return [cache, python].map((volume) => `${volume.name} ${volume.labels[labels.generation] ?? ''}`).join(' ')
}

export type VolumesDeps = { owner: string; facts: Facts }

export type Volumes = {
  /** Makes sure both exist and belong to the run user; `image` is waited for only when they do not. Throws cache/volume-foreign and docker/... */
  prepare(client: DockerClient, image: Promise<{ reference: string }>, workspaceRoot: string, user: RunUser): Promise<CacheVolumes>
  /** Gives both with all that is in them to the run user, for when somebody else wrote there. Throws as prepare. */
  handOver(client: DockerClient, image: Promise<{ reference: string }>, workspaceRoot: string, user: RunUser): Promise<void>
  /** null while one of them does not exist. */
  generation(client: DockerClient, workspaceRoot: string, user: RunUser): Promise<string | null>
}

export function createVolumes({ owner, facts }: VolumesDeps): Volumes {
  const preparing = new Map<string, Promise<CacheVolumes>>()

  const find = async (client: DockerClient, name: string): Promise<VolumeFacts | null> => {
    const volume = await client.inspectVolume(name)
    if (volume && (volume.hasOptions || volume.labels[labels.owner] !== owner)) {
      throw new AppError('cache/volume-foreign', `The volume ${name} exists, but Fast-Flow Desktop did not make it. Remove it (docker volume rm ${name}), then run again.`, { volume: name })
    }
    return volume
  }

  const findOrCreate = async (client: DockerClient, name: string): Promise<VolumeFacts> => {
    const existing = await find(client, name)
    if (existing) return existing
    await client.createVolume(name, { [labels.owner]: owner, [labels.generation]: randomBytes(8).toString('hex') })
    const created = await find(client, name)
    if (!created) throw new AppError('docker/rejected', `The engine did not keep the new volume ${name}. Check its free disk space.`, { volume: name })
    return created
  }

  const prepareOnce = async (client: DockerClient, image: Promise<{ reference: string }>, names: VolumeNames, user: RunUser): Promise<CacheVolumes> => {
    const [cache, python] = await Promise.all([findOrCreate(client, names.cacheVolume), findOrCreate(client, names.pythonVolume)])
    const generation = volumeGeneration(cache, python)
    const key = `volumes-handed-over:${names.cacheVolume}`
    if (facts.get(key) !== generation) {
      await handOver(client, volumeOwnerSpec({ image: (await image).reference, owner, uid: user.uid, gid: user.gid, ...names }))
      facts.set(key, generation)
    }
    return { ...names, generation }
  }

  return {
    async prepare(client, image, workspaceRoot, user) {
      const names = volumeNames(owner, workspaceRoot, user)
      // Two runs that start at once share one preparation.
      const underWay = preparing.get(names.cacheVolume)
      if (underWay) return underWay
      const work = prepareOnce(client, image, names, user).finally(() => preparing.delete(names.cacheVolume))
      preparing.set(names.cacheVolume, work)
      return work
    },
    async handOver(client, image, workspaceRoot, user) {
      const names = volumeNames(owner, workspaceRoot, user)
      await Promise.all([findOrCreate(client, names.cacheVolume), findOrCreate(client, names.pythonVolume)])
      await handOver(client, volumeOwnerSpec({ image: (await image).reference, owner, uid: user.uid, gid: user.gid, ...names, isWhole: true }))
    },
    async generation(client, workspaceRoot, user) {
      const names = volumeNames(owner, workspaceRoot, user)
      const [cache, python] = await Promise.all([client.inspectVolume(names.cacheVolume), client.inspectVolume(names.pythonVolume)])
      return cache && python ? volumeGeneration(cache, python) : null
    },
  }
}

async function handOver(client: DockerClient, spec: ContainerSpec): Promise<void> {
  const exit = await runHelper(client, spec)
  if (exit.exitCode !== 0) {
    throw new AppError('docker/rejected', `The cache volumes could not be prepared for the run user (chown ended with ${exit.exitCode}). ${exit.output}`.trim(), { exitCode: exit.exitCode })
  }
}
