/** The cache as a file: out of one profile, into another that has no network. What is damaged or foreign is refused and leaves nothing. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CacheTransfer } from '@shared/contract/cache'
import { expectNothingLeft } from '../testing/aftermath'
import { describeWithEngine, testEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

const pipelines = {
  'api/main.py': 'import requests\nprint("requests", requests.__version__)\n', 'api/requirements.txt': 'requests==2.32.3\n',
  'built/main.py': 'import docopt\nprint("docopt", docopt.__version__)\n', 'built/requirements.txt': 'docopt==0.6.2\n',
}

/** No index can be reached: what is missing fails. */
const nowhere = { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9', UV_OFFLINE: '1' }

function transferOf(endpoint: string | null, image: string): void {
  let folder: string
  let file: string
  let from: EngineWorld
  let to: EngineWorld
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ffd-transfer-'))
    file = join(folder, 'cache.tar.gz')
    from = await openEngineWorld({ endpoint, settings: { workerImage: image } })
    to = await openEngineWorld({ endpoint, settings: { workerImage: image } })
    for (const world of [from, to]) await world.write(pipelines)
    await from.api('cache.preheat', { pipelines: null })
    await from.engine.cache.preheat.idle()
    const { jobs } = await from.api('cache.preheatState', {})
    expect(jobs.map(({ pipeline, phase, message }) => [pipeline, phase, message])).toEqual([['api', 'ready', null], ['built', 'ready', null], ['first', 'ready', null]])
  })
  afterAll(async () => {
    await from.close()
    await to.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const over = async (world: EngineWorld): Promise<CacheTransfer> => {
    await expect.poll(async () => (await world.api('cache.upkeep', {})).transfer?.state, { timeout: 60_000 }).not.toBe('working')
    return (await world.api('cache.upkeep', {})).transfer as CacheTransfer
  }
  const importing = async (path: string): Promise<CacheTransfer> => {
    await to.api('cache.import', { file: path })
    return over(to)
  }
  const heldBy = async (world: EngineWorld): Promise<string[]> => (await world.api('cache.content', {})).packages.map(({ name }) => name).sort()
  /** Another file, made from the exported one by a few lines of Python: `tar` is open for writing, `members` holds (TarInfo, bytes). */
  const tampered = (name: string, lines: string): string => {
    const target = join(folder, `${name}.tar.gz`)
    const program = `import io, json, sys, tarfile
with tarfile.open(sys.argv[1]) as source: members = [(m, source.extractfile(m).read() if m.isreg() else b"") for m in source]
def info(name, **more):
    made = tarfile.TarInfo(name)
    for key, value in more.items(): setattr(made, key, value)
    return made
def manifest(**more):
    text = json.dumps(dict(json.loads(members[0][1]), **more)).encode()
    members[0] = (info("fastflow-cache.json", size=len(text)), text)
${lines}
with tarfile.open(sys.argv[2], "w:gz", compresslevel=1, format=tarfile.PAX_FORMAT) as tar:
    for m, data in members: tar.addfile(m, io.BytesIO(data) if m.isreg() else None)
`
    execFileSync('python3', ['-c', program, file, target])
    return target
  }

  test('an export is one file, told in bytes, with nothing beside it', async () => {
    await from.api('cache.export', { file })
    const transfer = await over(from)
    expect(transfer).toMatchObject({ kind: 'export', state: 'done', error: null, fileBytes: statSync(file).size })
    expect(transfer.doneBytes).toBe(transfer.totalBytes)
    expect(transfer.totalBytes).toBeGreaterThan(500_000)
    expect(readdirSync(folder)).toEqual(['cache.tar.gz'])
    const names = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).split('\n')
    expect(names[0]).toBe('fastflow-cache.json')
    expect(names.filter((name) => /environments-v|builds-v|\/\.tmp|^cache\/\.lock$/.test(name))).toEqual([])
    expect(JSON.parse(execFileSync('tar', ['-xzOf', file, 'fastflow-cache.json'], { encoding: 'utf8' }))).toMatchObject({ format: 1, kind: endpoint === null ? 'host' : 'container' })
  })

  describe.each<[string, string, string]>([
    ['of another kind', 'manifest(kind="other")', 'cache/file-refused'],
    ['of another platform', 'manifest(platform="beos")', 'cache/file-refused'],
    ['of another processor', 'manifest(machine="m68k")', 'cache/file-refused'],
    ['of a later format', 'manifest(format=99)', 'cache/file-refused'],
    ['with a manifest that is none', 'members[0] = (info("fastflow-cache.json", size=2), b"[]")', 'cache/file-refused'],
    ['without a manifest', 'members.pop(0)', 'cache/file-refused'],
    ['that unpacks to more than it says', 'manifest(bytes=1000, members=3)', 'cache/file-refused'],
    ['for which no disk is large enough', 'manifest(bytes=10**18)', 'file/disk-full'],
    ['with an absolute path', 'members.insert(1, (info("/tmp/ffd-evil", size=1), b"x"))', 'cache/file-refused'],
    ['with a path upwards', 'members.insert(1, (info("cache/../../ffd-evil", size=1), b"x"))', 'cache/file-refused'],
    ['with another root', 'members.insert(1, (info("other/x", size=1), b"x"))', 'cache/file-refused'],
    ['with an absolute link', 'members.insert(1, (info("cache/wheels-v8/l", type=tarfile.SYMTYPE, linkname="/etc/passwd"), b""))', 'cache/file-refused'],
    ['with a link upwards', 'members.insert(1, (info("cache/wheels-v8/l", type=tarfile.SYMTYPE, linkname="../../x"), b""))', 'cache/file-refused'],
    ['with a link that leads up behind another', 'members[1:1] = [(info("cache/a/b/l", type=tarfile.SYMTYPE, linkname="../.."), b""), (info("cache/a/b/m", type=tarfile.SYMTYPE, linkname="l/../.."), b"")]', 'cache/file-refused'],
    ['with a file behind a link', 'members[1:1] = [(info("cache/a", type=tarfile.SYMTYPE, linkname="b"), b""), (info("cache/a/x", size=1), b"x")]', 'cache/file-refused'],
    ['with a hard link', 'members.insert(1, (info("cache/wheels-v8/h", type=tarfile.LNKTYPE, linkname="fastflow-cache.json"), b""))', 'cache/file-refused'],
    ['with a device', 'members.insert(1, (info("cache/wheels-v8/d", type=tarfile.CHRTYPE, devmajor=1, devminor=3), b""))', 'cache/file-refused'],
    ['with one name twice', 'members += [next(m for m in members if m[0].isreg() and "archive" in m[0].name)] + [members.pop()]', 'cache/file-refused'],
    ['whose end is missing', 'members.pop()', 'cache/file-refused'],
  ])('a file %s', (what, lines, code) => {
    test('is refused, and leaves the cache as it was', async () => {
      expect(await importing(tampered(what.replaceAll(' ', '-'), lines))).toMatchObject({ kind: 'import', state: 'failed', error: { code } })
      expect(await heldBy(to)).toEqual([])
      expect(existsSync('/tmp/ffd-evil')).toBe(false)
    })
  })

  test('a file that was cut off, one with a wrong byte and one of something else are refused, too', async () => {
    const cut = join(folder, 'cut.tar.gz')
    copyFileSync(file, cut)
    truncateSync(cut, Math.floor(statSync(file).size / 2))
    const wrong = join(folder, 'wrong.tar.gz')
    const bytes = readFileSync(file)
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 100_000) ^ 0xff, bytes.length - 100_000)
    writeFileSync(wrong, bytes)
    const text = join(folder, 'text.tar.gz')
    writeFileSync(text, 'no archive at all\n')
    for (const path of [cut, wrong, text]) expect(await importing(path)).toMatchObject({ state: 'failed', error: { code: 'cache/file-refused' } })
    expect(await importing(join(folder, 'missing.tar.gz'))).toMatchObject({ state: 'failed', error: { code: 'file/not-found' } })
    expect(await heldBy(to)).toEqual([])
  })

  test('a cancelled export leaves no file', async () => {
    const other = join(folder, 'cancelled.tar.gz')
    await from.api('cache.export', { file: other })
    await from.api('cache.cancelTransfer', {})
    expect(await over(from)).toMatchObject({ kind: 'export', state: 'cancelled' })
    expect(readdirSync(folder).filter((name) => name.startsWith('.') || name.startsWith('cancelled'))).toEqual([])
  })

  test('while a run works in the cache nothing is taken over', async () => {
    await to.write({ 'sleeper/main.py': 'import time\nprint("up", flush=True)\ntime.sleep(300)\n' })
    const { id } = await to.start('sleeper')
    await to.untilLog(id, 'up')
    await expect(to.api('cache.import', { file })).rejects.toMatchObject({ code: 'cache/in-use' })
    await to.api('runs.stop', { runId: id })
    await to.untilPhase(id, 'finished')
  })

  test('what was taken over is warm, and runs without a network; a second time changes nothing', async () => {
    expect(await importing(file)).toMatchObject({ kind: 'import', state: 'done', error: null })
    const states = (await to.api('pipelines.list', {})).pipelines.flatMap(({ name, cache }) => (cache.state === 'not-needed' ? [] : [[name, cache.state]]))
    expect(states).toEqual([['api', 'warm'], ['built', 'warm']])
    for (const [name, words] of [['api', 'requests 2.32.3'], ['built', 'docopt 0.6.2']] as const) {
      const { run, text } = await to.run(name, { env: nowhere })
      expect(text).toContain(words)
      expect(run).toMatchObject({ outcome: 'succeeded', ranOffline: true })
    }
    const held = await heldBy(to)
    expect(await importing(file)).toMatchObject({ state: 'done' })
    expect(await heldBy(to)).toEqual(held)
    if (endpoint !== null) for (const world of [from, to]) await expectNothingLeft(world, endpoint)
  })
}

describeWithEngine('the volumes of a workspace as a file', ({ endpoint, image }) => transferOf(endpoint, image))

describe.skipIf(testEngine === null)('the cache of this computer as a file', () => transferOf(null, testEngine?.image ?? ''))
