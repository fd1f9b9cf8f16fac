import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fakeOwner, foreignContainerId, ownContainerId } from '../testing/fake-engine'
import { startGuardWorld, type GuardWorld } from '../testing/guard-world'
import { createDockerClient, type DockerClient } from './client'
import { readStats, type ContainerStats } from './client-stats'

function frame(change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    read: '2026-01-01T00:00:01.5Z',
    cpu_stats: { cpu_usage: { total_usage: 1000, percpu_usage: [600, 400] }, system_cpu_usage: 9000, online_cpus: 2 },
    memory_stats: { usage: 5000, stats: { total_inactive_file: 1200, inactive_file: 7, total_active_file: 300, active_file: 5 } },
    ...change,
  })
}

describe('what an engine measures', () => {
  test('of cgroup v1', () => {
    expect(readStats(frame())).toEqual({ cpuTotalNs: 1000, systemTotalNs: 9000, onlineCpus: 2, readAtMs: Date.parse('2026-01-01T00:00:01.5Z'), memoryUsageBytes: 5000, pageCacheBytes: 1500 })
  })

  test('of cgroup v2', () => {
    expect(readStats(frame({ memory_stats: { usage: 5000, stats: { inactive_file: 800, active_file: 100 } } }))).toMatchObject({ memoryUsageBytes: 5000, pageCacheBytes: 900 })
  })

  test('by an engine that tells little', () => {
    const little = frame({ read: 'soon', cpu_stats: { cpu_usage: { total_usage: 5, percpu_usage: [1, 2, 3] } }, memory_stats: { usage: 5000 } })
    expect(readStats(little)).toEqual({ cpuTotalNs: 5, systemTotalNs: null, onlineCpus: 3, readAtMs: null, memoryUsageBytes: 5000, pageCacheBytes: 0 })
  })

  test('of a container that has ended is nothing, as is what is no measurement', () => {
    for (const line of [frame({ memory_stats: {} }), frame({ cpu_stats: {} }), frame({ memory_stats: { usage: 0 } }), '', '[]', '{"read', '{}']) expect(readStats(line)).toBeNull()
  })
})

describe('the stream', () => {
  let world: GuardWorld
  let client: DockerClient
  beforeEach(async () => {
    world = await startGuardWorld()
    client = createDockerClient({ socketPath: world.guard.socketPath, owner: fakeOwner })
  })
  afterEach(() => world.close())

  function answer(...chunks: string[]): void {
    world.engine.override = (request, response) => {
      if (!request.url.includes('/stats')) return false
      response.writeHead(200, { 'Content-Type': 'application/json' })
      void chunks.reduce(async (before, chunk) => {
        await before
        await new Promise((resolve) => setTimeout(resolve, 30))
        response.write(chunk)
      }, Promise.resolve()).then(() => response.end())
      return true
    }
  }

  async function all(): Promise<{ alive: boolean; seen: ContainerStats[] }> {
    const seen: ContainerStats[] = []
    return { alive: await client.stats(ownContainerId, (stats) => seen.push(stats), new AbortController().signal), seen }
  }

  test('comes through the guard, lines cut anywhere', async () => {
    const text = `${frame()}\n${frame({ memory_stats: { usage: 6000 } })}\n`
    answer(text.slice(0, 50), text.slice(50, frame().length + 1), text.slice(frame().length + 1, -1), '\n')
    const { alive, seen } = await all()
    expect([alive, seen.map(({ memoryUsageBytes }) => memoryUsageBytes)]).toEqual([true, [5000, 6000]])
    expect(world.engine.recorded.some(({ url }) => url.endsWith(`/containers/${ownContainerId}/stats?stream=1`))).toBe(true)
  })

  test('hands over only the newest of what comes at once', async () => {
    answer(`${frame()}\n${frame({ memory_stats: { usage: 6000 } })}\n${frame({ memory_stats: { usage: 7000 } })}\n`)
    expect((await all()).seen.map(({ memoryUsageBytes }) => memoryUsageBytes)).toEqual([7000])
  })

  test('says when the container is gone, and shows none of others', async () => {
    const signal = new AbortController().signal
    expect(await client.stats(foreignContainerId, () => expect.unreachable(), signal)).toBe(false)
    expect(world.engine.recorded.some(({ url }) => url.includes('/stats'))).toBe(false)
  })

  test('ends when nobody wants it any more', async () => {
    world.engine.override = (request, response) => {
      if (!request.url.includes('/stats')) return false
      response.writeHead(200)
      response.write(`${frame()}\n`)
      return true
    }
    const controller = new AbortController()
    const seen: ContainerStats[] = []
    const ended = client.stats(ownContainerId, (stats) => (seen.push(stats), controller.abort()), controller.signal)
    expect(await ended).toBe(true)
    expect(seen).toHaveLength(1)
  })
})
