/** A hundred runs through our queue against the docker CLI, started by xargs as many at a time as the queue has slots. */
import { cpus } from 'node:os'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { engineEndpoint, openBenchWorld, type BenchWorld } from './bench-world'
import { compare } from './measure'

const runs = 100

describe.skipIf(engineEndpoint === undefined)('Queue (needs FFD_TEST_ENGINE)', () => {
  let world: BenchWorld
  beforeAll(async () => {
    world = await openBenchWorld({ hello: { 'main.py': 'print("hello")\n' } })
  })
  afterAll(() => world.close())

  it('a hundred runs', async () => {
    const commandLine = world.sameCommand(await world.run('hello'))
    const slots = Math.min(10, cpus().length)
    await compare(
      `${runs} runs, ${slots} at a time`,
      `xargs -P ${slots} docker run --rm`,
      2,
      async () => {
        const started = await Promise.all(Array.from({ length: runs }, () => world.start('hello')))
        const ended = await Promise.all(started.map(({ id }) => world.untilFinished(id)))
        if (ended.some(({ outcome }) => outcome !== 'succeeded')) throw new Error('not all runs succeeded')
      },
      async () => void (await world.shell(`seq ${runs} | xargs -P ${slots} -I{} ${commandLine}`)),
    )
  }, 600_000)
})
