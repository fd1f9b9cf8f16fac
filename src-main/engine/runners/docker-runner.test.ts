/** What the real engine does too rarely to be tested with: the life of a run's container when something goes wrong. */
import { chmodSync, existsSync, statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { AppError } from '@shared/app-error'
import { localWorkerImage } from '../docker/worker-image'
import { configuredImage, openDockerRunnerWorld, plainNetwork } from '../testing/docker-runner-world'
import { fakeImageFacts } from '../testing/fake-docker-client'
import { notStarted } from './runner'

describe('the order', () => {
  test('create, watch, attach, start, remove; what is known is told before the start', async () => {
    const world = openDockerRunnerWorld()
    expect(await world.run()).toEqual({ exitCode: 0, signal: null, outOfMemory: false, route: null, stopped: false, engineWasLost: false })
    expect(world.client.calls).toEqual(['create', 'wait', 'attach', 'start', 'remove'])
    expect(world.client.containers[0]?.name).toBe(`ffd-run-${world.spec.runId}`)
    expect(world.steps).toEqual(['starting', 'started'])
    expect(world.facts).toEqual([
      { image: configuredImage, imageDigest: fakeImageFacts(configuredImage).digest, uvVersion: '0.9.9', warmKey: 'warm', ranOffline: false, commandLine: expect.stringContaining('docker run --rm') as string, memoryLimitBytes: 8_000_000_000, cpuLimit: null },
    ])
    expect(JSON.stringify(world.facts)).not.toContain('do not show')
    expect(world.notices).toEqual([])
  })

  test('an image that was built here is recorded by its id', async () => {
    const world = openDockerRunnerWorld()
    world.client.images.set(configuredImage, { ...fakeImageFacts(configuredImage), digest: null })
    await world.run()
    expect(world.facts[0]?.imageDigest).toBe(fakeImageFacts(configuredImage).id)
  })

  test('the route file is there for the run, writable for its user, and gone afterwards', async () => {
    let mode = 0
    const world = openDockerRunnerWorld({
      onStarted: ({ routeFile }) => {
        mode = statSync(routeFile).mode & 0o777
      },
    })
    await world.run()
    expect(mode).toBe(0o666)
    expect(existsSync(world.routeFile)).toBe(false)
  })
})

test('a kept container that is gone when it is to go on is replaced: the run has not begun', async () => {
  const keptId = '1'.padStart(64, '0')
  const world = openDockerRunnerWorld({
    program: (container) => {
      if (container.id === keptId) return
      container.write('stdout', 'hello')
      container.endOutput()
      container.exit()
    },
  })
  await world.prepare()
  world.client.calls.length = 0
  expect(await world.run()).toMatchObject({ exitCode: 0 })
  expect(world.client.calls).toEqual(['proceed', 'create', 'wait', 'attach', 'start', 'remove'])
  expect(world.output).toEqual(['stdout: hello'])
  expect(world.steps).toEqual(['starting', 'started'])
})

describe('what fails', () => {
  test.each(['start', 'attach'] as const)('%s: the container is removed and the error comes out', async (call) => {
    const world = openDockerRunnerWorld()
    const failure = new AppError('docker/rejected', 'no')
    world.client.failures[call] = failure
    await expect(world.run()).rejects.toBe(failure)
    expect(world.client.calls.at(-1)).toBe('remove')
    expect(world.client.containers[0]?.facts).toBeNull()
    expect(world.steps).toEqual(['starting'])
    expect(existsSync(world.routeFile)).toBe(false)
  })

  test('create: nothing is there to remove', async () => {
    const world = openDockerRunnerWorld()
    world.client.failures.createContainer = new AppError('docker/rejected', 'no')
    await expect(world.run()).rejects.toThrow('no')
    expect(world.client.calls).toEqual(['create'])
    expect(existsSync(world.routeFile)).toBe(false)
  })

  test('remove: the exit counts, and a notice names the container', async () => {
    const world = openDockerRunnerWorld()
    world.client.failures.remove = new AppError('docker/timeout', 'busy')
    expect(await world.run()).toMatchObject({ exitCode: 0 })
    expect(world.notices).toEqual([{ severity: 'warning', message: 'The container 000000000000 could not be removed: busy' }])
  })

  test('the container is removed from outside: an error, after the output that came', async () => {
    const world = openDockerRunnerWorld({
      program: (container) => {
        container.write('stdout', 'so far')
        container.facts = null
        container.endOutput()
        container.hint()
      },
    })
    await expect(world.run()).rejects.toMatchObject({ code: 'docker/rejected', message: expect.stringContaining('removed from outside') as string })
    expect(world.output).toEqual(['stdout: so far'])
  })

  test('the engine gives a reason in place of an exit', async () => {
    const world = openDockerRunnerWorld({
      program: (container) => {
        container.endOutput()
        container.exit({ exitCode: 128, error: 'exec format error' })
      },
    })
    await expect(world.run()).rejects.toThrow('The engine could not run the container: exec format error')
  })
})

describe('stop', () => {
  test('before anything began asks the engine for no container', async () => {
    const world = openDockerRunnerWorld()
    world.stop.abort()
    expect(await world.run()).toEqual(notStarted)
    expect(world.client.calls).toEqual([])
  })

  test('while the image is pulled ends the run at once; the pull goes on', async () => {
    let endPull = (): void => undefined
    const pullEnds = new Promise<void>((resolve) => (endPull = resolve))
    const world = openDockerRunnerWorld({
      images: [],
      pull: () => {
        world.stop.abort()
        return pullEnds
      },
    })
    expect(await world.run()).toEqual(notStarted)
    expect(world.client.calls).toEqual([`pull ${configuredImage}`])
    expect(world.client.images.has(configuredImage)).toBe(false)
    endPull()
  })

  test('before the start starts nothing and removes the container', async () => {
    const world = openDockerRunnerWorld({ onStarting: ({ stop }) => stop.abort() })
    expect(await world.run()).toEqual(notStarted)
    expect(world.client.calls).toEqual(['create', 'wait', 'attach', 'remove'])
    expect(world.steps).toEqual(['starting'])
  })

  test('stops with the grace of the run; the exit that resulted is the answer', async () => {
    const world = openDockerRunnerWorld({ program: () => undefined, onStarted: ({ stop }) => queueMicrotask(() => stop.abort()) })
    expect(await world.run()).toEqual({ exitCode: 143, signal: 'SIGTERM', outOfMemory: false, route: null, stopped: true, engineWasLost: false })
    expect(world.client.calls).toEqual(['create', 'wait', 'attach', 'start', 'stop 7', 'remove'])
  })

  test('while the start is under way stops as soon as it runs', async () => {
    const world = openDockerRunnerWorld({ program: () => world.stop.abort() })
    expect(await world.run()).toMatchObject({ exitCode: 143 })
    expect(world.client.calls.slice(-2)).toEqual(['stop 7', 'remove'])
  })

  test('that the engine does not answer becomes a kill, and a notice', async () => {
    const world = openDockerRunnerWorld({ program: () => undefined, onStarted: ({ stop }) => stop.abort() })
    world.client.failures.stop = new AppError('docker/timeout', 'silent')
    expect(await world.run()).toEqual({ exitCode: 137, signal: 'SIGKILL', outOfMemory: false, route: null, stopped: true, engineWasLost: false })
    expect(world.client.calls.slice(-3)).toEqual(['stop 7', 'kill', 'remove'])
    expect(world.notices).toEqual([{ severity: 'warning', message: expect.stringContaining('told to kill it (silent)') as string }])
  })
})

describe('the end', () => {
  test('output that is still on its way at the exit arrives', async () => {
    const world = openDockerRunnerWorld({
      program: (container) => {
        container.write('stdout', 'early')
        container.exit()
        // The runner has seen the exit when it has looked; only then comes the rest.
        setImmediate(() => {
          container.write('stderr', 'late')
          setImmediate(() => {
            container.write('stdout', 'latest')
            container.endOutput()
          })
        })
      },
    })
    await world.run()
    expect(world.output).toEqual(['stdout: early', 'stderr: late', 'stdout: latest'])
  })

  test.each([
    [{ exitCode: 3 }, { exitCode: 3, signal: null, outOfMemory: false, route: null, stopped: false, engineWasLost: false }],
    [{ exitCode: 137 }, { exitCode: 137, signal: 'SIGKILL', outOfMemory: false, route: null, stopped: false, engineWasLost: false }],
    [{ exitCode: 137, oomKilled: true }, { exitCode: 137, signal: 'SIGKILL', outOfMemory: true, route: null, stopped: false, engineWasLost: false }],
    [{ exitCode: 143 }, { exitCode: 143, signal: 'SIGTERM', outOfMemory: false, route: null, stopped: false, engineWasLost: false }],
    [{ exitCode: 130 }, { exitCode: 130, signal: null, outOfMemory: false, route: null, stopped: false, engineWasLost: false }],
  ])('%j is told as it is', async (facts, expected) => {
    const world = openDockerRunnerWorld({
      program: (container) => {
        container.endOutput()
        container.exit(facts)
      },
    })
    expect(await world.run()).toEqual(expected)
  })
})

describe('notices', () => {
  test('an image that stands in is named', async () => {
    const world = openDockerRunnerWorld({ images: [localWorkerImage] })
    await world.run()
    expect(world.notices).toEqual([{ severity: 'information', message: expect.stringContaining(localWorkerImage) as string }])
    expect(world.client.containers[0]?.spec.Image).toBe(localWorkerImage)
  })

  test.runIf(process.platform === 'linux')('a folder that the run user cannot write is named before the start', async () => {
    const world = openDockerRunnerWorld({ user: { uid: 4321, gid: 4321 } })
    chmodSync(world.spec.pipelineDir, 0o755)
    await world.run()
    expect(world.notices).toEqual([{ severity: 'warning', message: expect.stringContaining('4321:4321 cannot write the folder demo') as string }])
  })

  test('a certificate that cannot be used is told, and the run goes on', async () => {
    const world = openDockerRunnerWorld({ network: { ...plainNetwork, problem: 'no PEM' } })
    expect(await world.run()).toMatchObject({ exitCode: 0 })
    expect(world.notices).toEqual([{ severity: 'warning', message: 'no PEM' }])
  })
})
