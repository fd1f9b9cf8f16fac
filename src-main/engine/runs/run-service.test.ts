import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { AppError } from '@shared/app-error'
import { discoveredPipeline } from '../testing/discovered-pipeline'
import { createRunWorld } from '../testing/run-world'

const marker = Buffer.from('FASTFLOW_SETUP_READY 3.11.2\n')

describe('a run that goes well', () => {
  test('passes its phases in order, with a rising rev, and ends in the history', async () => {
    const world = createRunWorld()
    const { id } = await world.start({ env: { B: '2', A: '1' } })
    const driven = await world.runner.next()
    expect(driven.spec).toMatchObject({ runId: id, pipelineName: 'demo', env: { A: '1', B: '2' } })
    driven.hooks.onFacts({ image: 'worker:1', imageDigest: 'sha256:abc', uvVersion: '0.13.9', commandLine: 'docker run …' })
    driven.hooks.onStarting()
    driven.hooks.onStarted()
    driven.hooks.onOutput('stderr', Buffer.from('Installed 3 packages\n'))
    driven.hooks.onOutput('stdout', marker)
    driven.hooks.onOutput('stdout', Buffer.from('hello'))
    driven.end({})
    const finished = await world.untilFinished(id)

    const phases = world.states(id).map(({ phase }) => phase)
    expect(phases.filter((phase, index) => phase !== phases[index - 1])).toEqual(['preparing', 'starting', 'setting-up', 'running', 'finished'])
    const revs = world.states(id).map(({ rev }) => rev)
    expect(revs).toEqual([...revs].sort((a, b) => a - b))
    expect(new Set(revs).size).toBe(revs.length)
    expect(finished).toMatchObject({
      outcome: 'succeeded',
      exitCode: 0,
      reason: null,
      envNames: ['A', 'B'],
      image: 'worker:1',
      imageDigest: 'sha256:abc',
      uvVersion: '0.13.9',
      pythonVersionUsed: '3.11.2',
      commandLine: 'docker run …',
      logBytes: 26,
    })
    for (const time of [finished.prepareMs, finished.setupMs, finished.codeMs]) expect(time).toBeGreaterThanOrEqual(0)
    expect(await world.log(id)).toBe('Installed 3 packages\nhello')
    expect(world.history.find(id)).toEqual(finished)
    await nextTurn()
    expect(world.service.live()).toEqual([])
  })

  test('is answered at once, before anything was prepared', async () => {
    const world = createRunWorld()
    const run = await world.start()
    expect(run).toMatchObject({ phase: 'preparing', outcome: null, runner: 'docker', pipeline: 'demo' })
    expect(world.service.get(run.id)).toMatchObject({ id: run.id, phase: 'preparing' })
    expect(world.history.find(run.id)).toMatchObject({ id: run.id, phase: 'preparing' })
    expect(world.service.live()).toHaveLength(1)
  })

  test('values of variables are never stored', async () => {
    const world = createRunWorld()
    const { id } = await world.start({ env: { TOKEN: 'very-secret-value' } })
    ;(await world.runner.next()).end({})
    await world.untilFinished(id)
    const rows = world.database.all('SELECT * FROM runs')
    expect(JSON.stringify(rows)).toContain('TOKEN')
    expect(JSON.stringify(rows)).not.toContain('very-secret-value')
  })

  test('git facts that come late are kept, and do not hold up the phases', async () => {
    let answer = (_facts: { gitCommit: string; gitBranch: string; gitDirty: boolean; gitTree: string | null }): void => undefined
    const world = createRunWorld({ gitFacts: () => new Promise((resolve) => (answer = resolve)) })
    const { id } = await world.start()
    const driven = await world.runner.next()
    driven.hooks.onStarting()
    driven.hooks.onStarted()
    driven.hooks.onOutput('stdout', marker)
    await world.untilPhase(id, 'running')
    driven.end({})
    answer({ gitCommit: 'c0ffee', gitBranch: 'main', gitDirty: true, gitTree: null })
    expect(await world.untilFinished(id)).toMatchObject({ gitCommit: 'c0ffee', gitBranch: 'main', gitDirty: true })
  })
})

describe('what goes wrong', () => {
  test('a set-up that fails ends the run at once, as a failed set-up', async () => {
    const world = createRunWorld()
    const { id } = await world.start()
    const driven = await world.runner.next()
    driven.hooks.onStarting()
    driven.hooks.onStarted()
    driven.hooks.onOutput('stderr', Buffer.from('× No solution found\n'))
    driven.end({ exitCode: 1 })
    expect(await world.untilFinished(id)).toMatchObject({ outcome: 'setup-failed', exitCode: 1, codeMs: null, setupMs: null, codeStartedAtMs: null })
    expect(await world.log(id)).toBe('× No solution found\n')
  })

  test('a runner that throws is the engine’s error, with its reason', async () => {
    const world = createRunWorld()
    const { id } = await world.start()
    ;(await world.runner.next()).fail(new AppError('docker/image-pull-failed', 'The image worker:1 could not be pulled. Check the network.'))
    expect(await world.untilFinished(id)).toMatchObject({ outcome: 'engine-error', exitCode: null, reason: 'The image worker:1 could not be pulled. Check the network.', codeMs: null })
  })

  test('a child that was killed for memory is told even when the run ended well', async () => {
    const world = createRunWorld()
    const { id } = await world.start()
    const driven = await world.runner.next()
    driven.hooks.onStarted()
    driven.hooks.onOutput('stdout', marker)
    driven.end({ outOfMemory: true })
    const finished = await world.untilFinished(id)
    expect(finished.outcome).toBe('succeeded')
    expect(finished.notices).toEqual([{ severity: 'warning', message: expect.stringMatching(/killed.*memory/) as string }])
  })

  test('a disk that does not take the record neither ends the run nor tears its output', async () => {
    const world = createRunWorld({
      rememberWarm: () => {
        throw new Error('database or disk is full')
      },
    })
    const { id } = await world.start()
    const driven = await world.runner.next()
    driven.hooks.onFacts({ warmKey: 'k' })
    driven.hooks.onStarted()
    driven.hooks.onOutput('stdout', Buffer.concat([marker, Buffer.from('all of it')]))
    driven.end({})
    expect(await world.untilFinished(id)).toMatchObject({ outcome: 'succeeded', pythonVersionUsed: '3.11.2' })
    expect(await world.log(id)).toBe('all of it')
  })

  test('an unknown run is named', async () => {
    const world = createRunWorld()
    expect(() => world.service.get('0b9f9a55-0000-4000-8000-000000000001')).toThrow(expect.objectContaining({ code: 'run/not-found' }))
    await expect(world.service.stop('0b9f9a55-0000-4000-8000-000000000001')).rejects.toThrow(expect.objectContaining({ code: 'run/not-found' }))
  })
})

describe('stop', () => {
  const steps = ['preparing', 'starting', 'setting-up', 'running'] as const
  test.each(steps)('while %s is final, and the outcome is "stopped"', async (phase) => {
    const world = createRunWorld()
    const { id } = await world.start()
    const driven = await world.runner.next()
    const reached = steps.indexOf(phase)
    if (reached >= 1) driven.hooks.onStarting()
    if (reached >= 2) driven.hooks.onStarted()
    if (reached >= 3) driven.hooks.onOutput('stdout', marker)
    expect(world.service.get(id).phase).toBe(phase)
    expect(await world.service.stop(id)).toMatchObject({ phase: 'stopping', outcome: null })
    await driven.stopAsked
    // What was under way is still told, and no phase comes back.
    driven.hooks.onStarting()
    driven.hooks.onStarted()
    driven.hooks.onOutput('stdout', Buffer.concat([marker, Buffer.from('bye')]))
    driven.end({ exitCode: reached >= 1 ? 143 : null, signal: 'SIGTERM' })
    const finished = await world.untilFinished(id)
    expect(finished).toMatchObject({ outcome: 'stopped', reason: 'Stopped on request.' })
    const after = world.states(id).map((run) => run.phase)
    expect(after.slice(after.indexOf('stopping')).every((state) => state === 'stopping' || state === 'finished')).toBe(true)
  })

  test('wins over a runner that throws because of it', async () => {
    const world = createRunWorld()
    const { id } = await world.start()
    const driven = await world.runner.next()
    void world.service.stop(id)
    driven.fail(new Error('the pull was cancelled'))
    expect(await world.untilFinished(id)).toMatchObject({ outcome: 'stopped', exitCode: null })
  })

  test('twice is once, and a finished run stays as it is', async () => {
    const world = createRunWorld()
    const { id } = await world.start()
    const driven = await world.runner.next()
    const first = await world.service.stop(id)
    expect(await world.service.stop(id)).toEqual(first)
    driven.end({ exitCode: 143 })
    const finished = await world.untilFinished(id)
    await nextTurn()
    expect(await world.service.stop(id)).toEqual(finished)
    expect(world.service.get(id)).toEqual(finished)
  })

  test('stopAll waits until all are final', async () => {
    const world = createRunWorld()
    const runs = [await world.start({ whenRunning: 'parallel' }), await world.start({ whenRunning: 'parallel' }), await world.start({ pipeline: 'other' })]
    const driven = await Promise.all(runs.map(() => world.runner.next()))
    const stopped = world.service.stopAll()
    await Promise.all(driven.map(({ stopAsked }) => stopAsked))
    for (const one of driven) one.end({ exitCode: 143 })
    await stopped
    expect(runs.map(({ id }) => world.history.find(id)?.outcome)).toEqual(['stopped', 'stopped', 'stopped'])
    expect(world.service.live()).toEqual([])
  })
})

describe('several runs', () => {
  test('of one pipeline need "parallel"; the refusal names the live one', async () => {
    const world = createRunWorld()
    const { id } = await world.start()
    await expect(world.start()).rejects.toMatchObject({ code: 'run/already-running', details: { pipeline: 'demo', runId: id } })
    expect((await world.start({ whenRunning: 'parallel' })).id).not.toBe(id)
    expect((await world.start({ pipeline: 'other' })).pipeline).toBe('other')
    expect(world.service.live()).toHaveLength(3)
  })

  test('two clicks at once start one run, also while it is not yet known which runner there is', async () => {
    let decide = (_kind: 'docker'): void => undefined
    const decided = new Promise<'docker'>((resolve) => (decide = resolve))
    const world = createRunWorld({ preferredRunner: () => decided })
    const clicks = [world.start(), world.start()]
    decide('docker')
    const answers = await Promise.allSettled(clicks)
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'run/already-running' } })
    expect(world.service.live()).toHaveLength(1)
  })

  test('a pipeline can run again as soon as its run has finished', async () => {
    const world = createRunWorld()
    const { id } = await world.start()
    ;(await world.runner.next()).end({})
    await world.untilFinished(id)
    expect((await world.start()).id).not.toBe(id)
  })

  test('a refused pipeline leaves neither a record nor a log', async () => {
    const world = createRunWorld({}, [{ ...discoveredPipeline('/work/off'), enabled: false }])
    await expect(world.start({ pipeline: 'off' })).rejects.toMatchObject({ code: 'pipeline/disabled' })
    expect(world.service.list({ pipeline: null, limit: 10 })).toEqual([])
    expect(world.service.live()).toEqual([])
  })
})

describe('the log', () => {
  test('is complete only when the run has finished and its end was read', async () => {
    const world = createRunWorld()
    const { id } = await world.start()
    const driven = await world.runner.next()
    driven.hooks.onOutput('stdout', Buffer.concat([marker, Buffer.from('abcdef')]))
    const read = (fromByte: number, maxBytes: number) => world.service.readLog({ runId: id, fromByte, maxBytes })
    expect(await read(0, 100)).toMatchObject({ nextByte: 6, sizeBytes: 6, complete: false })
    driven.end({})
    await world.untilFinished(id)
    expect(await read(0, 3)).toMatchObject({ nextByte: 3, complete: false })
    expect(await read(3, 3)).toMatchObject({ nextByte: 6, complete: true })
    expect(await read(6, 3)).toMatchObject({ nextByte: 6, complete: true })
  })

  test('its growth is announced, the last time with the final size', async () => {
    const world = createRunWorld()
    const sizes: number[] = []
    const revs: number[] = []
    world.events.on('runs.logAppended', ({ sizeBytes, rev }) => {
      sizes.push(sizeBytes)
      revs.push(rev)
    })
    const { id } = await world.start()
    const driven = await world.runner.next()
    const grown = new Promise<void>((resolve) => world.events.on('runs.logAppended', () => resolve()))
    driven.hooks.onOutput('stdout', Buffer.concat([marker, Buffer.from('abc')]))
    await grown
    driven.hooks.onOutput('stderr', Buffer.from('def'))
    driven.end({})
    await world.untilFinished(id)
    expect([sizes[0], sizes.at(-1)]).toEqual([3, 6])
    expect(revs).toEqual(revs.map((_, index) => index + 1))
  })

  test('notices of the runner are kept in order', async () => {
    const world = createRunWorld()
    const { id } = await world.start()
    const driven = await world.runner.next()
    driven.hooks.onNotice({ severity: 'warning', message: 'one' })
    driven.hooks.onNotice({ severity: 'information', message: 'two' })
    driven.end({})
    expect((await world.untilFinished(id)).notices.map(({ message }) => message)).toEqual(['one', 'two'])
  })
})

describe('the cache', () => {
  test('is remembered as warm when the code begins, not before and not after a failed set-up', async () => {
    const warmed: string[] = []
    const world = createRunWorld({ rememberWarm: (key) => void warmed.push(key), isWarm: (key) => key === 'known' })
    const failing = await world.start({ whenRunning: 'parallel' })
    const first = await world.runner.next()
    first.hooks.onFacts({ warmKey: 'new' })
    first.hooks.onStarted()
    first.end({ exitCode: 1 })
    await world.untilFinished(failing.id)
    expect(warmed).toEqual([])
    await world.start({ whenRunning: 'parallel' })
    const second = await world.runner.next()
    second.hooks.onFacts({ warmKey: 'new' })
    second.hooks.onStarted()
    second.hooks.onOutput('stdout', marker)
    expect(warmed).toEqual(['new'])
  })

  test('whether it was warm is recorded for pipelines with requirements only', async () => {
    const world = createRunWorld({ isWarm: (key) => key === 'known' })
    const { id } = await world.start()
    const driven = await world.runner.next()
    driven.hooks.onFacts({ warmKey: 'known' })
    expect(world.service.get(id).cacheWasWarm).toBeNull()
  })
})
