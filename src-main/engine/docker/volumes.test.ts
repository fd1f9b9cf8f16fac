import { describe, expect, test } from 'vitest'
import { createFakeDockerClient } from '../testing/fake-docker-client'
import { fakeFacts } from '../testing/fake-facts'
import { volumeOwnerSpec } from './guard-helpers'
import { labels } from './labels'
import { createVolumes, volumeNames } from './volumes'

const user = { uid: 1000, gid: 1000 }
const names = volumeNames('me', '/work', user)
const image = Promise.resolve({ reference: 'worker:1' })

describe('the volumes of a workspace', () => {
  test('are made with our labels and handed over once', async () => {
    const client = createFakeDockerClient()
    const volumes = createVolumes({ owner: 'me', facts: fakeFacts() })
    const prepared = await volumes.prepare(client, image, '/work', user)
    for (const name of [names.cacheVolume, names.pythonVolume])
      expect(client.volumes.get(name)?.labels).toEqual({ [labels.owner]: 'me', [labels.generation]: expect.stringMatching(/^[0-9a-f]{16}$/) as string })
    expect(client.containers.map(({ spec }) => spec)).toEqual([volumeOwnerSpec({ image: 'worker:1', owner: 'me', ...user, ...names })])
    expect(client.containers[0]?.facts).toBeNull()

    expect(await volumes.prepare(client, new Promise(() => undefined), '/work', user)).toEqual(prepared)
    expect(client.containers).toHaveLength(1)
    expect(await volumes.generation(client, '/work', user)).toBe(prepared.generation)
  })

  test('are handed over again when one was made anew', async () => {
    const client = createFakeDockerClient()
    const volumes = createVolumes({ owner: 'me', facts: fakeFacts() })
    const before = await volumes.prepare(client, image, '/work', user)
    client.volumes.delete(names.pythonVolume)
    expect(await volumes.generation(client, '/work', user)).toBeNull()
    const after = await volumes.prepare(client, image, '/work', user)
    expect(after.generation).not.toBe(before.generation)
    expect(client.containers).toHaveLength(2)
  })

  test('are handed over again when that failed', async () => {
    let exitCode = 1
    const client = createFakeDockerClient({
      program: (container) => {
        container.write('stderr', 'chown: no')
        container.endOutput()
        container.exit({ exitCode })
      },
    })
    const volumes = createVolumes({ owner: 'me', facts: fakeFacts() })
    await expect(volumes.prepare(client, image, '/work', user)).rejects.toThrow('(chown ended with 1). chown: no')
    exitCode = 0
    await expect(volumes.prepare(client, image, '/work', user)).resolves.toMatchObject(names)
    expect(client.containers).toHaveLength(2)
  })

  test.each([
    ['without our label', {}, false],
    ['of another profile', { [labels.owner]: 'other' }, false],
    ['with options of its own', { [labels.owner]: 'me' }, true],
  ])('are not used when one is there %s', async (_case, volumeLabels, hasOptions) => {
    const client = createFakeDockerClient()
    client.volumes.set(names.cacheVolume, { name: names.cacheVolume, labels: volumeLabels, hasOptions })
    const volumes = createVolumes({ owner: 'me', facts: fakeFacts() })
    await expect(volumes.prepare(client, image, '/work', user)).rejects.toMatchObject({ code: 'cache/volume-foreign', details: { volume: names.cacheVolume } })
    expect(client.containers).toEqual([])
  })

  test('that two runs need at once are prepared once', async () => {
    const client = createFakeDockerClient()
    const volumes = createVolumes({ owner: 'me', facts: fakeFacts() })
    const [first, second] = await Promise.all([volumes.prepare(client, image, '/work', user), volumes.prepare(client, image, '/work', user)])
    expect(first).toEqual(second)
    expect(client.calls.filter((call) => call.startsWith('volume '))).toHaveLength(2)
    expect(client.containers).toHaveLength(1)
  })

  test('are others for another profile, workspace or user', () => {
    const all = [names, volumeNames('other', '/work', user), volumeNames('me', '/work2', user), volumeNames('me', '/work', { uid: 1001, gid: 1000 })]
    expect(new Set(all.map(({ cacheVolume }) => cacheVolume)).size).toBe(4)
  })
})
