/** What must be true after every fault (RELIABILITY.md D): nothing of the profile is left in the engine, no run is stuck. */
import { expect } from 'vitest'
import { askEngine } from './direct-engine'
import type { EngineWorld } from './engine-world'

export async function ownContainers(endpoint: string, owner: string): Promise<{ Id: string; State: string }[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`io.fastflow.desktop.owner=${owner}`] }))
  return (await askEngine(endpoint, 'GET', `/containers/json?all=1&filters=${filters}`)).json as { Id: string; State: string }[]
}

export async function expectNothingLeft(world: Pick<EngineWorld, 'api' | 'owner'>, endpoint: string): Promise<void> {
  await expect.poll(() => ownContainers(endpoint, world.owner), { timeout: 20_000 }).toEqual([])
  await expect.poll(async () => (await world.api('runs.list', {})).runs.filter(({ phase }) => phase !== 'finished').map(({ pipeline, phase }) => ({ pipeline, phase })), { timeout: 20_000 }).toEqual([])
}
