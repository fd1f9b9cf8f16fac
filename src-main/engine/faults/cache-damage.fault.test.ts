/** Caches that are damaged, changed or foreign (RELIABILITY.md D24, D26, F28): named, repaired, and the run tried again. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CacheCheckState } from '@shared/contract/cache-check'
import type { Run } from '@shared/contract/runs'
import { expectNothingLeft } from '../testing/aftermath'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { inCache } from '../testing/in-cache'

const unpacked = '$(readlink -f wheels-v*/pypi/six/1.17.0-*-any | head -1)'
const environments = 'archive-v0/*/lib/python3*/site-packages'
const forgetEnvironments = 'find environments-v2 -type l -delete'

describeWithEngine('a cache that is not as it was made', (engine) => {
  const { endpoint, image } = engine
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
    await world.write({ 'six/main.py': 'import six\nprint("six", six.__version__)\n', 'six/requirements.txt': 'six==1.17.0\n' })
    expect((await world.run('six')).run.outcome).toBe('succeeded')
  })
  afterAll(() => world.close())

  const spoil = (command: string): Promise<void> => inCache(engine, world.owner, command)

  /** The run that fails, with what was said of it afterwards, and the one that tries again. */
  async function runTwice(pipeline: string): Promise<{ first: Run; words: string; again: Run | null }> {
    const { run } = await world.run(pipeline)
    const { run: again } = await world.api('runs.again', { runId: run.id })
    const first = await world.api('runs.get', { runId: run.id })
    return { first, words: first.notices.map(({ message }) => message).join('\n'), again: again && (await world.untilPhase(again.id, 'finished')) }
  }

  async function check(isFull: boolean): Promise<CacheCheckState> {
    await world.api('cache.check', { isFull })
    await world.engine.cache.check.idle()
    return world.api('cache.checkState', {})
  }
  async function repair(): Promise<CacheCheckState> {
    await world.api('cache.repair', {})
    await world.engine.cache.check.idle()
    return world.api('cache.checkState', {})
  }

  test.each([
    ['a file of the environment that is missing', `rm ${environments}/six.py`, /six\.py of six 1\.17\.0 is missing/],
    ['one that is empty', `for file in ${environments}/six.py; do : > $file; done`, /six\.py of six 1\.17\.0 is empty/],
    ['one that is cut off in the middle', `for file in ${environments}/six.py; do head -c 500 $file > /tmp/cut; echo 'def (' >> /tmp/cut; cat /tmp/cut > $file; done`, /six\.py of six 1\.17\.0 is cut off/],
    ['the unpacked wheel, of which a new environment is made', `rm ${unpacked}/six.py; ${forgetEnvironments}`, /six\.py of six 1\.17\.0 is missing/],
    ['a wheel that uv cannot install any more', `rm ${unpacked}/six-1.17.0.dist-info/METADATA; ${forgetEnvironments}`, /METADATA of six 1\.17\.0 is missing/],
    ['an environment without its packages', `rm -r archive-v0/*/lib`, /six-1\.17\.0\.dist-info of six 1\.17\.0 is missing|site-packages is missing/],
  ])('D26: %s is named, repaired, and the run tried again', async (_what, command, named) => {
    await spoil(command)
    const { first, words, again } = await runTwice('six')
    expect(first.outcome).toMatch(/failed/)
    expect(words).toMatch(named)
    expect(words).toContain('ffd-uvcache-')
    expect(words).toContain('not your code')
    expect(again).toMatchObject({ outcome: 'succeeded', trigger: 'repair', parentRunId: first.id, attempt: 0, retryAttempts: 0 })
    await expectNothingLeft(world, endpoint)
  })

  test('F28: what was changed is told as such', async () => {
    await spoil(`for file in ${environments}/six.py; do echo 'raise ImportError("nobody expects this")' >> $file; done`)
    const { first, words, again } = await runTwice('six')
    expect(first.outcome).toBe('failed')
    expect(words).toMatch(/six\.py of six 1\.17\.0 has been changed since it was fetched/)
    expect(words).toContain('What is in the cache is executed')
    expect(again).toMatchObject({ outcome: 'succeeded' })
  })

  test('a module that no requirement brings stays what it is, and its retries are its own', async () => {
    await world.write({ 'lacks/main.py': 'import six\nimport not_there\n', 'lacks/requirements.txt': 'six==1.17.0\n', 'lacks/pipeline.json': JSON.stringify({ retry_attempts: 1, retry_strategy: { type: 'fixed_delay', delay: 1 } }) })
    const { first, words, again } = await runTwice('lacks')
    expect(first).toMatchObject({ outcome: 'failed', exitCode: 1 })
    expect(words).toBe('')
    expect(again).toMatchObject({ trigger: 'retry', attempt: 1, outcome: 'failed' })
  })

  test('D24: files of root are given back, and the set-up done again', async () => {
    await spoil(`chown -R 0:0 . && chmod 600 .lock && ${forgetEnvironments}`)
    const { first, words, again } = await runTwice('six')
    expect(first).toMatchObject({ outcome: 'setup-failed', setupFault: 'cache' })
    expect(words).toMatch(/cache ffd-uvcache-\w+, not your code: \d+ files in it belonged to another user/)
    expect(again).toMatchObject({ outcome: 'succeeded', trigger: 'repair' })
    await expectNothingLeft(world, endpoint)
  })

  test('a check of the whole names packages and environments, and repairs them; the quick one knows sizes alone', async () => {
    await world.write({ 'both/main.py': 'import six, idna\nprint("both")\n', 'both/requirements.txt': 'six==1.17.0\nidna==3.10\n' })
    expect((await world.run('both')).run.outcome).toBe('succeeded')
    expect(await check(true)).toMatchObject({ phase: 'checked', damage: [], foreign: null })
    await spoil(`sed -i s/import/improt/ ${unpacked}/six.py; mkdir .tmpHalf; echo half > .tmpHalf/of; rm wheels-v*/pypi/idna/*.http`)
    expect(await check(false)).toMatchObject({ phase: 'checked', damage: [] })
    const found = await check(true)
    expect(found).toMatchObject({ damage: [{ kind: 'package', name: 'six', version: '1.17.0', files: [['six.py', 'changed']], fileCount: 1 }], foreign: { count: 2 } })
    expect(found.left.count).toBeGreaterThan(0)
    const repaired = await repair()
    expect(repaired).toMatchObject({ phase: 'repaired', foreign: null, repaired: { isBusy: false } })
    expect(repaired.repaired?.bytes).toBeGreaterThan(10_000)
    expect(repaired.repaired?.cold).toContain('six')
    expect(await check(true)).toMatchObject({ damage: [], foreign: null, left: { count: 0 } })
    expect((await world.run('both')).run.outcome).toBe('succeeded')
    await expectNothingLeft(world, endpoint)
  })

  test('preheating finds what is damaged, and makes it anew', async () => {
    await world.write({ 'fresh/main.py': 'import six\nprint(six.__version__)\n', 'fresh/requirements.txt': '# fresh\nsix==1.17.0\n' })
    await spoil(`rm ${unpacked}/six.py; for file in ${environments}/six.py; do rm $file; done`)
    await world.api('cache.preheat', { pipelines: ['fresh'] })
    await world.engine.cache.preheat.idle()
    expect((await world.api('cache.preheatState', {})).jobs).toMatchObject([{ phase: 'ready' }])
    expect((await world.api('cache.preheatLog', { pipeline: 'fresh' })).text).toContain('six.py of six 1.17.0 is missing')
    expect((await world.run('fresh')).run).toMatchObject({ outcome: 'succeeded', ranOffline: true })
  })

  test('a package that is published with another RECORD is no damage, once it was fetched anew', async () => {
    const members = {
      'odd.py': 'x = 1\n',
      'odd-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n',
      'odd-1.0.dist-info/WHEEL': 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
      'odd-1.0.dist-info/RECORD': 'odd.py,sha256=AAAA,99\nodd-1.0.dist-info/METADATA,,\nodd-1.0.dist-info/WHEEL,,\nodd-1.0.dist-info/RECORD,,\n',
    }
    const wheel = 'odd-1.0-py3-none-any.whl'
    await world.write({ 'odd/main.py': 'import odd\nimport not_there\n', 'odd/requirements.txt': `/app/${wheel}\n` })
    execFileSync('python3', ['-c', 'import json, sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w") as wheel:\n    for name, text in json.loads(sys.argv[2]).items(): wheel.writestr(name, text)', join(world.workspace, 'odd', wheel), JSON.stringify(members)])
    const { first, again } = await runTwice('odd')
    expect(first.outcome).toBe('failed')
    expect(again).toMatchObject({ trigger: 'repair', outcome: 'failed' })
    expect((await world.api('runs.again', { runId: again?.id ?? '' })).run).toBeNull()
    const next = await runTwice('odd')
    expect(next).toMatchObject({ words: '', again: null })
    expect(await check(true)).toMatchObject({ damage: [] })
  })

  test('while a run works in the cache nothing is deleted under it', async () => {
    await world.write({ 'long/main.py': 'import time\nprint("began", flush=True)\ntime.sleep(600)\n', 'long/requirements.txt': 'six==1.17.0\n' })
    const { id } = await world.start('long')
    await world.untilLog(id, 'began')
    await spoil(`echo '# more' >> ${unpacked}/six.py`)
    expect((await check(true)).damage).toMatchObject([{ name: 'six', kind: 'package' }])
    expect((await repair()).repaired).toMatchObject({ isBusy: true, bytes: 0 })
    expect((await world.api('runs.get', { runId: id })).phase).toBe('running')
    expect((await check(true)).damage).toEqual([])
    await world.api('runs.stop', { runId: id })
    await world.untilPhase(id, 'finished')
    await check(false)
    expect((await repair()).repaired).toMatchObject({ isBusy: false })
  })
})
