/** A warm run in the app, in a new container and in one that was kept ready, against `docker run --rm` with the same arguments. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { engineEndpoint, openBenchWorld, type BenchWorld } from './bench-world'
import { compare } from './measure'

const samples = 20

describe.skipIf(engineEndpoint === undefined)('Warm runs (needs FFD_TEST_ENGINE)', () => {
  let world: BenchWorld
  beforeAll(async () => {
    world = await openBenchWorld({ hello: { 'main.py': 'print("hello")\n' }, requests: { 'main.py': 'import requests\nprint(requests.__version__)\n', 'requirements.txt': 'requests==2.34.2\n' } })
  })
  afterAll(() => world.close())

  it.each([
    ['hello', false],
    ['requests', false],
    ['hello', true],
    ['requests', true],
  ] as const)('%s, container kept ready: %s', async (pipeline, isKeptReady) => {
    await world.api('settings.update', { patch: { standbyContainer: isKeptReady } })
    const first = await world.run(pipeline)
    const commandLine = world.sameCommand(first)
    const untilReady = async (): Promise<void> => {
      if (!isKeptReady) return
      await world.api('runs.prepare', { pipeline })
      while (!(await world.hasContainer())) await new Promise((next) => setTimeout(next, 50))
    }
    await untilReady()
    await compare(
      isKeptReady ? `warm run of ${pipeline}, container kept ready` : `warm run of ${pipeline}`,
      'docker run --rm',
      samples,
      async () => {
        await world.run(pipeline)
        return untilReady
      },
      async () => void (await world.shell(commandLine)),
    )
    await world.api('runs.prepare', { pipeline: null })
  }, 300_000)
})
