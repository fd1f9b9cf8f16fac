/** What the container runner makes of limits and measurements. */
import { expect, test } from 'vitest'
import { noLimits } from '@shared/pipeline-config-model'
import type { ContainerStats } from '../docker/client-stats'
import { openDockerRunnerWorld } from '../testing/docker-runner-world'

test('the limits of the pipeline are the container’s, and what had to give way is said', async () => {
  const world = openDockerRunnerWorld({ limits: { ...noLimits, memoryHardBytes: 67_108_864, cpuHard: 16 } })
  await world.run()
  expect(world.client.containers[0]?.spec.HostConfig).toMatchObject({ Memory: 67_108_864, MemorySwap: 67_108_864, NanoCpus: 2_000_000_000 })
  expect(world.facts[0]).toMatchObject({ memoryLimitBytes: 67_108_864, cpuLimit: 2 })
  expect(world.notices.map(({ message }) => message)).toEqual([expect.stringMatching(/allows 16 cores, the container engine has 2/) as string])
})

test('a limit that no engine can keep makes no container', async () => {
  const world = openDockerRunnerWorld({ limits: { ...noLimits, memoryHardBytes: 1024 } })
  await expect(world.run()).rejects.toMatchObject({ code: 'pipeline/invalid-config' })
  expect(world.client.calls).toEqual([])
})

test('what the engine measures is handed over while the container lives, and not after', async () => {
  const second = (count: number): ContainerStats => ({ cpuTotalNs: count * 1e9, systemTotalNs: count * 2e9, onlineCpus: 2, readAtMs: count * 1000, memoryUsageBytes: 500, pageCacheBytes: 200 })
  const world = openDockerRunnerWorld({ program: () => undefined })
  const ended = world.run()
  await expect.poll(() => world.client.containers.length).toBe(1)
  const [container] = world.client.containers
  await container?.measure(second(1))
  await container?.measure(second(2))
  container?.endOutput()
  container?.exit()
  await ended
  container?.cutStats()
  expect(world.samples).toEqual([{ cpuPercent: 100, memoryBytes: 300 }])
})
