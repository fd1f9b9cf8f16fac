/** A pipeline's packages with the real engine, uv, index and pip-audit. Advisories are real records, served on this computer. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DependencyState } from '@shared/contract/dependencies'
import { startAdvisoryService, type AdvisoryService } from '../testing/advisory-service'
import { expectNothingLeft } from '../testing/aftermath'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { isLockOutdated } from '../uv/requirements'

const main = 'import requests, yaml\nimport certifi.core\nfrom helper import word\n\ntry:\n    import numpy\nexcept ImportError:\n    numpy = None\nprint("requests", requests.__version__)\n'
const oldLock = 'certifi==2018.4.16\nchardet==3.0.4\nidna==2.7\nrequests==2.19.0\nurllib3==1.23\n'

describeWithEngine('the packages of a pipeline', ({ endpoint, image }) => {
  let world: EngineWorld
  let advisories: AdvisoryService
  beforeAll(async () => {
    advisories = await startAdvisoryService(endpoint)
    world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
    await world.write({
      'report/main.py': main,
      'report/helper.py': 'import distutils, os\nword = "own"\n',
      'report/requirements.txt': 'requests==2.19.0\njinja2==2.10 # templates\nsix\n',
      'report/pipeline.json': JSON.stringify({ default_env: { PIP_AUDIT_OSV_URL: advisories.url } }),
    })
  })
  afterAll(async () => {
    advisories.close()
    await world.close()
  })

  const settled = async (pipeline: string): Promise<DependencyState> => {
    await world.engine.cache.dependencies.idle()
    return world.api('dependencies.look', { pipeline, again: false })
  }
  const look = async (pipeline: string, again = false): Promise<DependencyState> => {
    await world.api('dependencies.look', { pipeline, again })
    return settled(pipeline)
  }
  const check = async (pipeline: string): Promise<DependencyState> => {
    await world.api('dependencies.check', { pipeline })
    return settled(pipeline)
  }
  const packageOf = (state: DependencyState, name: string) => state.packages.find((found) => found.name === name)

  test('a look compares requirements with imports, and fetches nothing', async () => {
    const first = await world.api('dependencies.look', { pipeline: 'report', again: false })
    expect(first.packages.map(({ name }) => name)).toEqual(['jinja2', 'requests', 'six'])
    const state = await settled('report')
    expect(state).toMatchObject({ phase: 'idle', hasRequirements: true, hasLock: false, isLockOutdated: false, checkedAtMs: null, isCheckCurrent: false, problems: { look: null } })
    expect(packageOf(state, 'requests')).toMatchObject({ asked: { file: 'requirements.txt', line: 1, specifier: '==2.19.0' }, imports: [{ file: 'main.py', line: 1, isOptional: false }] })
    expect(packageOf(state, 'six')).toMatchObject({ imports: [], isOftenUnimported: false })
    expect(state.unasked).toMatchObject([
      { module: 'certifi', package: 'certifi', through: [], isOnIndex: null },
      { module: 'yaml', package: 'pyyaml', requirement: 'pyyaml', places: [{ file: 'main.py', line: 1 }] },
    ])
    await expectNothingLeft(world, endpoint)
  })

  test('the same files are not looked at again, and an edit is', async () => {
    const before = await look('report')
    expect((await look('report')).lookedAtMs).toBe(before.lookedAtMs)
    await world.write({ 'report/helper.py': 'import six\nword = "own"\n' })
    const after = await look('report')
    expect(packageOf(after, 'six')?.imports).toMatchObject([{ file: 'helper.py', line: 1 }])
    await world.write({ 'report/helper.py': 'import distutils, os\nword = "own"\n' })
  })

  test('a check resolves, knows licences, sizes and newer versions, verifies names, and finds vulnerabilities', async () => {
    const phases: string[] = []
    const over = world.engine.events.on('dependencies.changed', ({ phase }) => void (phases.at(-1) !== phase && phases.push(phase)))
    await look('report')
    const state = await check('report')
    over()
    expect(state.problems).toEqual({ look: null, resolve: null, install: null, newest: null, audit: null })
    expect(phases.join(' ')).toContain('resolving installing newest auditing idle')
    const requests = packageOf(state, 'requests')
    expect(requests).toMatchObject({ resolved: '2.19.0', locked: null, licence: 'Apache 2.0', vulnerabilities: [{ id: 'PYSEC-2018-28', fixedIn: ['2.20.0'] }] })
    expect(requests?.bytes).toBeGreaterThan(100_000)
    expect(requests?.newer).toMatch(/^2\.\d+\.\d+$/)
    expect(packageOf(state, 'jinja2')?.vulnerabilities?.map(({ id, fixedIn }) => `${id} ${fixedIn.join()}`).sort()).toEqual(['PYSEC-2019-217 2.10.1', 'PYSEC-2021-66 2.11.3'])
    expect(packageOf(state, 'six')).toMatchObject({ vulnerabilities: [], newer: null })
    expect(packageOf(state, 'certifi')).toMatchObject({ asked: null, through: ['requests'] })
    expect(state.unasked).toMatchObject([{ package: 'certifi', through: ['requests'], isOnIndex: true }, { package: 'pyyaml', isOnIndex: true }])
    expect(advisories.asked).toContain('jinja2 2.10')
    // It was filled as a run fills it.
    expect((await world.api('pipelines.list', {})).pipelines.find(({ name }) => name === 'report')?.cache).toMatchObject({ state: 'warm', startsOffline: true })
    await expectNothingLeft(world, endpoint)
  })

  test('advisories that cannot be asked are named, and all else is there', async () => {
    await world.write({ 'alone/main.py': 'import six\n', 'alone/requirements.txt': 'six==1.16.0\n', 'alone/pipeline.json': JSON.stringify({ default_env: { PIP_AUDIT_OSV_URL: 'http://127.0.0.1:9/v1/query' } }) })
    await look('alone')
    const state = await check('alone')
    expect(state.problems.audit).toContain('127.0.0.1')
    expect(packageOf(state, 'six')).toMatchObject({ resolved: '1.16.0', newer: '1.17.0', licence: 'MIT', vulnerabilities: null })
  })

  test('where nobody is named to ask for advisories, either all was asked or it says what could not be', async () => {
    await world.write({ 'plain/main.py': 'import six\n', 'plain/requirements.txt': 'six==1.16.0\n' })
    await look('plain')
    const state = await check('plain')
    expect(state.problems).toMatchObject({ look: null, resolve: null, install: null, newest: null })
    expect(packageOf(state, 'six')?.vulnerabilities === null).toBe(state.problems.audit !== null)
  })

  test('a package of the pipeline’s own folder is built as in a run, and its imports are not called missing', async () => {
    await world.write({
      'own/main.py': 'import own_code\nprint(own_code.word)\n', 'own/requirements.txt': 'six==1.16.0\n-e /app/lib\n',
      'own/lib/pyproject.toml': '[project]\nname = "own-code"\nversion = "1.0"\ndependencies = ["idna==3.10"]\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[tool.setuptools]\npackage-dir = {"" = "src"}\npy-modules = ["own_code"]\n',
      'own/lib/src/own_code.py': 'word = "own"\n',
    })
    expect((await look('own')).unasked).toEqual([])
    const state = await check('own')
    expect(state.problems).toMatchObject({ look: null, resolve: null, install: null, newest: null })
    expect(state.unasked).toEqual([])
    expect(packageOf(state, 'idna')).toMatchObject({ resolved: '3.10', through: ['own-code'] })
    const proposal = await world.api('dependencies.proposeLock', { pipeline: 'own', upgrade: false })
    expect(proposal?.after).toContain('-e /app/lib\n')
    await world.api('files.write', { pipeline: 'own', path: 'requirements.txt.lock', text: proposal?.after ?? '', expectedVersion: proposal?.version ?? '' })
    expect(isLockOutdated(join(world.workspace, 'own'))).toBe(false)
    expect((await world.run('own')).run.outcome).toBe('succeeded')
  })

  test('requirements that cannot be met are explained, with the line', async () => {
    await world.write({ 'wrong/main.py': 'print(1)\n', 'wrong/requirements.txt': 'six\nno-such-package-xyz-123456\n' })
    await expect(world.api('dependencies.proposeLock', { pipeline: 'wrong', upgrade: false })).rejects.toMatchObject({ code: 'uv/resolve-failed', message: expect.stringMatching(/^requirements\.txt line 2 asks for no-such-package-xyz-123456/) as string })
    const state = await check('wrong')
    expect(state.problems.resolve).toMatch(/^requirements\.txt line 2 .*\n\n.*no-such-package-xyz-123456/s)
    expect(state.problems.install).toContain('no-such-package-xyz-123456')
  })

  test('an outdated lock is renewed with its versions kept, holds no path of this computer, and a run installs from it', async () => {
    await world.write({ 'report/requirements.txt.lock': oldLock, 'report/main.py': main.replace(', yaml', '').replace('print("requests"', 'print("certifi", certifi.__version__, "requests"') })
    expect(await look('report')).toMatchObject({ hasLock: true, isLockOutdated: true })
    const proposal = await world.api('dependencies.proposeLock', { pipeline: 'report', upgrade: false })
    expect(proposal).toMatchObject({ before: oldLock })
    const text = proposal?.after ?? ''
    expect(text).toMatch(/^# This file was autogenerated by uv via the following command:\n# {4}uv pip compile --python \S+ \/app\/requirements\.txt -o \/app\/requirements\.txt\.lock\n/)
    expect(text).toContain('certifi==2018.4.16\n    # via requests\n')
    expect(text).toContain('six==')
    expect(text).not.toContain(world.workspace)
    expect(text).not.toContain('/tmp')
    expect(readFileSync(join(world.workspace, 'report/requirements.txt.lock'), 'utf8')).toBe(oldLock)
    await world.api('files.write', { pipeline: 'report', path: 'requirements.txt.lock', text, expectedVersion: proposal?.version ?? '' })
    expect(isLockOutdated(join(world.workspace, 'report'))).toBe(false)
    await world.engine.catalog.refresh()
    const state = await look('report')
    expect(state).toMatchObject({ isLockOutdated: false, isCheckCurrent: false })
    // Known of the same version from the check before.
    expect(packageOf(state, 'requests')?.vulnerabilities).toHaveLength(1)
    expect(packageOf(state, 'certifi')).toMatchObject({ locked: '2018.4.16', through: ['requests'] })
    const { run, text: log } = await world.run('report')
    expect(run).toMatchObject({ outcome: 'succeeded' })
    expect(log).toContain('certifi 2018.04.16 requests 2.19.0')
    expect((await world.api('dependencies.proposeLock', { pipeline: 'report', upgrade: false }))?.after).toBe(text)
    expect((await world.api('dependencies.proposeLock', { pipeline: 'report', upgrade: true }))?.after).not.toContain('certifi==2018')
    await expectNothingLeft(world, endpoint)
  })

  test('a lock that came up meanwhile is not overwritten', async () => {
    await world.write({ 'alone/requirements.txt.lock': 'six==1.15.0\n' })
    await expect(world.api('files.write', { pipeline: 'alone', path: 'requirements.txt.lock', text: 'six==1.16.0\n', expectedVersion: '' })).rejects.toMatchObject({ code: 'file/changed-on-disk' })
  })

  test('requirements that name a file that is not there are told, and read once it is', async () => {
    await world.write({ 'include/main.py': 'import six\n', 'include/requirements.txt': '-r more.txt\n' })
    expect((await look('include')).problems.look).toContain('more.txt')
    await world.write({ 'include/more.txt': 'six\n' })
    expect(await look('include')).toMatchObject({ problems: { look: null }, packages: [{ name: 'six', asked: { file: 'more.txt', line: 1 }, imports: [{ line: 1 }] }] })
  })

  test('one thing at a time; a cancelled one ends and leaves nothing', async () => {
    const begun = new Promise<void>((resolve) => {
      const over = world.engine.events.on('dependencies.changed', ({ phase }) => {
        if (phase !== 'installing') return
        over()
        resolve()
      })
    })
    await world.api('dependencies.check', { pipeline: 'alone' })
    await begun
    await expect(world.api('dependencies.proposeLock', { pipeline: 'alone', upgrade: false })).rejects.toMatchObject({ code: 'cache/busy' })
    await world.api('dependencies.cancel', { pipeline: 'alone' })
    expect(await settled('alone')).toMatchObject({ phase: 'idle', checkedAtMs: null, problems: { install: null } })
    await expectNothingLeft(world, endpoint)
  })

  test('cells of a notebook are read without their magics', async () => {
    const cell = (source: string) => ({ cell_type: 'code', metadata: {}, outputs: [], execution_count: null, source: source.split(/(?<=\n)/) })
    const cells = [cell('%matplotlib inline\n!pip list\nimport six'), cell('%%bash\nimport nothing'), cell('%%time\nfiles = !ls\nimport attr'), cell('def broken(:')]
    await world.write({ 'book/main.ipynb': JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }), 'book/requirements.txt': 'six\nnbclient\n', 'book/pipeline.json': '{"type": "notebook"}' })
    const state = await look('book')
    expect(packageOf(state, 'six')?.imports).toEqual([{ file: 'main.ipynb', line: 3, cell: 1, isOptional: false }])
    expect(packageOf(state, 'nbclient')).toMatchObject({ imports: [], isOftenUnimported: true })
    expect(state.unasked).toMatchObject([{ module: 'attr', package: 'attrs', places: [{ cell: 3, line: 3 }] }])
    expect(state.unreadable).toMatchObject([{ file: 'main.ipynb', cell: 4, reason: expect.stringMatching(/^line 1: /) as string }])
  })
})
