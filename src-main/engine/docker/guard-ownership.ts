/**
 * Decides what is ours on an engine that others use as well (RELIABILITY.md C2, N8): a container that was made through this
 * guard or carries our owner label, a volume with our name, our label and no driver options. What is not ours gets the
 * engine's own words for what does not exist.
 */
import { deny } from './guard-denial'
import { containerIdPattern, isOurVolumeName } from './guard-policy'
import { exactly, isRecord, matching, oneOf, shape } from './guard-shape'
import type { Upstream } from './guard-upstream'
import { labels } from './labels'

export type Ownership = {
  /** Answers the full id of a container of ours. Names are looked up each time: a name can pass to another container. */
  container(subject: string): Promise<string>
  madeContainer(id: string): void
  removedContainer(id: string): void
  /** Answers the volume's inspection. */
  volume(name: string): Promise<Record<string, unknown>>
  /** Before a container uses it: the engine would silently make a missing one, without our label. */
  volumeToMount(name: string): Promise<void>
}

const inspectTimeoutMs = 10_000

export function createOwnership(upstream: Upstream, owner: string): Ownership {
  const ownIds = new Set<string>()

  const inspectVolume = async (name: string): Promise<Record<string, unknown> | null> => {
    const { status, body } = await upstream.json({ method: 'GET', path: `/volumes/${name}`, timeoutMs: inspectTimeoutMs })
    return status === 200 && isRecord(body) ? body : null
  }

  return {
    async container(subject) {
      if (ownIds.has(subject)) return subject
      const { status, body } = await upstream.json({ method: 'GET', path: `/containers/${subject}/json`, timeoutMs: inspectTimeoutMs })
      const id = isRecord(body) ? body['Id'] : undefined
      const config = isRecord(body) ? body['Config'] : undefined
      if (status !== 200 || typeof id !== 'string' || !containerIdPattern.test(id) || !isRecord(config) || !hasOwnerLabel(config, owner)) {
        return deny('not-ours', `No such container: ${subject}`)
      }
      ownIds.add(id)
      return id
    },
    madeContainer: (id) => void ownIds.add(id),
    removedContainer: (id) => void ownIds.delete(id),
    async volume(name) {
      const volume = await inspectVolume(name)
      return volume !== null && isOurVolume(volume, owner) ? volume : deny('not-ours', `get ${name}: no such volume`)
    },
    async volumeToMount(name) {
      const volume = await inspectVolume(name)
      if (volume === null) deny('volume-missing', `The volume ${name} does not exist; it has to be created before a container uses it.`)
      if (!isOurVolume(volume, owner)) deny('volume-foreign', foreignVolume(name))
    },
  }
}

export function isOurVolume(volume: Record<string, unknown>, owner: string): boolean {
  const options = volume['Options']
  const hasOptions = options !== null && options !== undefined && !(isRecord(options) && Object.keys(options).length === 0)
  return !hasOptions && hasOwnerLabel(volume, owner)
}

export function foreignVolume(name: string): string {
  return `The volume ${name} exists, but was not made by this profile of Fast-Flow Desktop. Remove it (docker volume rm ${name}), then try again.`
}

function hasOwnerLabel(holder: Record<string, unknown>, owner: string): boolean {
  const found = holder['Labels']
  return isRecord(found) && Object.hasOwn(found, labels.owner) && found[labels.owner] === owner
}

/** The body of a new volume (C5): no driver options, not even empty ones. */
export function volumeRule(owner: string) {
  return shape(
    {
      Name: (value: unknown, path: string): string => (typeof value === 'string' && isOurVolumeName(value) ? value : deny('volume', `${path} is no name of a volume of ours.`)),
      Labels: shape({ [labels.owner]: exactly(owner, 'label') }, { [labels.generation]: matching(/^[0-9a-f]{16}$/, 'label') }),
    },
    { Driver: oneOf(['local'], 'volume') },
  )
}
