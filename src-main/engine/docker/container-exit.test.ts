import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AppError } from '@shared/app-error'
import { createFakeDockerClient, type FakeContainer, type FakeDockerClient } from '../testing/fake-docker-client'
import { uvVersionSpec } from './guard-helpers'
import { watchExit, type ExitWatch } from './container-exit'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const silent = new AppError('docker/unavailable', 'silent')

async function startWatched(): Promise<{ client: FakeDockerClient; container: FakeContainer; watch: ExitWatch }> {
  const client = createFakeDockerClient({ program: () => undefined })
  const id = await client.createContainer('ffd-help-1', uvVersionSpec({ image: 'worker:1', owner: 'me' }))
  const watch = watchExit(client, id)
  await client.start(id)
  const container = client.containers[0]
  if (!container) throw new Error('the fake made no container')
  return { client, container, watch }
}

describe('the exit of a container', () => {
  test('is what inspect says after the hint', async () => {
    const { container, watch } = await startWatched()
    const exited = watch.exited()
    container.exit({ exitCode: 3 })
    expect(await exited).toMatchObject({ exitCode: 3, status: 'exited' })
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1)
    watch.dispose()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is not the hint: it is looked for until the container has ended', async () => {
    const { container, watch } = await startWatched()
    let settled = false
    const exited = watch.exited().finally(() => (settled = true))
    container.hint()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(settled).toBe(false)
    container.exit({ exitCode: 4 })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await exited).toMatchObject({ exitCode: 4 })
  })

  test('is found without any hint', async () => {
    const { container, watch } = await startWatched()
    const exited = watch.exited()
    if (container.facts) container.facts = { ...container.facts, running: false, status: 'exited', exitCode: 5 }
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await exited).toMatchObject({ exitCode: 5 })
  })

  test('is null for a container that is gone', async () => {
    const { container, watch } = await startWatched()
    container.facts = null
    container.hint()
    expect(await watch.exited()).toBeNull()
  })
})

describe('an engine that is silent', () => {
  test('and comes back tells the exit', async () => {
    const { client, container, watch } = await startWatched()
    client.inspectFailures.push(silent, new AppError('docker/timeout', 'busy'), silent)
    container.exit({ exitCode: 6 })
    const exited = watch.exited()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await exited).toMatchObject({ exitCode: 6 })
  })

  test('for too long ends the watch', async () => {
    const { client, container, watch } = await startWatched()
    client.inspectFailures.push(...Array.from({ length: 1_000 }, () => silent))
    container.hint()
    const outcome = expect(watch.exited()).rejects.toBe(silent)
    await vi.advanceTimersByTimeAsync(62_000)
    await outcome
  })

  test('is another matter than one that refuses', async () => {
    const { client, container, watch } = await startWatched()
    const refusal = new AppError('docker/rejected', 'no')
    client.inspectFailures.push(refusal)
    container.hint()
    await expect(watch.exited()).rejects.toBe(refusal)
  })
})
