import { describe, expect, test } from 'vitest'
import { AppError } from '@shared/app-error'
import type { WorkerImageStatus } from '@shared/contract/tools'
import { createFakeDockerClient, fakeImageFacts, type FakeContainer } from '../testing/fake-docker-client'
import { fakeFacts } from '../testing/fake-facts'
import { createWorkerImage, localWorkerImage, type WorkerImage } from './worker-image'

const configured = 'worker:1'

function openImage(): { image: WorkerImage; published: WorkerImageStatus[] } {
  const published: WorkerImageStatus[] = []
  return { image: createWorkerImage({ reference: () => configured, owner: 'me', facts: fakeFacts(), publish: (status) => published.push(status) }), published }
}

const prints = (text: string, exitCode = 0) => (container: FakeContainer): void => {
  container.write('stdout', text)
  container.endOutput()
  container.exit({ exitCode })
}

describe('which image a run takes', () => {
  test('the configured one, also when the local one is there', async () => {
    const { image } = openImage()
    const client = createFakeDockerClient({ images: [configured, localWorkerImage] })
    expect(await image.require(client)).toEqual({ reference: configured, facts: fakeImageFacts(configured), isStandIn: false })
    expect(image.status()).toMatchObject({ reference: configured, state: 'present', digest: fakeImageFacts(configured).digest })
    expect(client.calls).toEqual([])
  })

  test('the local one stands in', async () => {
    const { image } = openImage()
    const client = createFakeDockerClient({ images: [localWorkerImage] })
    expect(await image.require(client)).toMatchObject({ reference: localWorkerImage, isStandIn: true })
    expect(image.status()).toMatchObject({ reference: localWorkerImage, state: 'present' })
  })

  test('to look pulls nothing', async () => {
    const { image } = openImage()
    const client = createFakeDockerClient()
    expect(await image.find(client)).toBeNull()
    expect(image.status()).toMatchObject({ reference: configured, state: 'absent' })
    expect(client.calls).toEqual([])
  })
})

describe('a pull', () => {
  test('tells its progress and ends with the image', async () => {
    const { image, published } = openImage()
    const client = createFakeDockerClient({ pull: async (onProgress) => onProgress({ receivedBytes: 5, totalBytes: 9, text: '' }) })
    expect(await image.require(client)).toMatchObject({ reference: configured, isStandIn: false })
    expect(published.map(({ state, receivedBytes }) => [state, receivedBytes])).toEqual([['absent', 0], ['pulling', 0], ['pulling', 5], ['present', 5], ['present', 5]])
    expect(published.map(({ rev }) => rev)).toEqual([2, 3, 4, 5, 6])
    expect(image.status().digest).toBe(fakeImageFacts(configured).digest)
  })

  test('that fails says why until the next one', async () => {
    const { image } = openImage()
    const failure = new AppError('docker/image-pull-failed', 'no network')
    let fails = true
    const client = createFakeDockerClient({
      pull: async () => {
        if (fails) throw failure
      },
    })
    await expect(image.require(client)).rejects.toBe(failure)
    expect(await image.find(client)).toBeNull()
    expect(image.status()).toMatchObject({ state: 'failed', error: 'no network' })
    fails = false
    await image.require(client)
    expect(image.status()).toMatchObject({ state: 'present', error: null })
  })

  test('that is cancelled leaves the image absent, without an error', async () => {
    const { image } = openImage()
    const client = createFakeDockerClient({
      pull: (_onProgress, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new AppError('docker/image-pull-failed', 'cancelled')), { once: true })),
    })
    expect(image.pull(client)).toMatchObject({ state: 'pulling' })
    image.pull(client)
    const required = image.require(client)
    image.cancelPull()
    await expect(required).rejects.toThrow('cancelled')
    expect(image.status()).toMatchObject({ state: 'absent', error: null })
    expect(client.calls).toEqual([`pull ${configured}`])
  })

  test('is shared by two runs that need it at once', async () => {
    const { image } = openImage()
    const client = createFakeDockerClient()
    await Promise.all([image.require(client), image.require(client)])
    expect(client.calls).toEqual([`pull ${configured}`])
  })

  test('after which the engine does not have the image is an error', async () => {
    const { image } = openImage()
    const client = { ...createFakeDockerClient(), inspectImage: async () => null }
    await expect(image.require(client)).rejects.toMatchObject({ code: 'docker/image-missing' })
  })
})

describe('the version of uv', () => {
  const usable = { reference: configured, facts: fakeImageFacts(configured), isStandIn: false }

  test('is asked once for each image', async () => {
    const { image } = openImage()
    const client = createFakeDockerClient({ program: prints('uv 0.9.9 (abc)\n') })
    expect([await image.uvVersion(client, usable), await image.uvVersion(client, usable)]).toEqual(['0.9.9', '0.9.9'])
    expect(client.containers).toHaveLength(1)
    expect(client.containers[0]?.facts).toBeNull()
    await image.uvVersion(client, { ...usable, facts: fakeImageFacts('other') })
    expect(client.containers).toHaveLength(2)
  })

  test.each([['uv: not found', 127], ['uv 0.9.9', 1], ['something else', 0]])('%j with exit code %i: the image is unusable, and asked again next time', async (text, exitCode) => {
    const { image } = openImage()
    const client = createFakeDockerClient({ program: prints(text, exitCode) })
    await expect(image.uvVersion(client, usable)).rejects.toMatchObject({ code: 'docker/image-unusable', details: { image: configured } })
    await expect(image.uvVersion(client, usable)).rejects.toThrow(configured)
    expect(client.calls.filter((call) => call === 'remove')).toHaveLength(2)
  })
})
