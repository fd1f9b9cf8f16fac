import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createDiscovery, holdsPipeline, type Discovery } from './discovery'

const look = (folder: string, workspaceRoot = folder) => createDiscovery()(folder, { defaultPythonVersion: '3.11', workspaceRoot })
const names = ({ pipelines }: Discovery) => pipelines.map(({ name }) => name)
const notebook = '{"type":"notebook"}'

function only(discovery: Discovery) {
  const [pipeline] = discovery.pipelines
  if (!pipeline || discovery.pipelines.length > 1) throw new Error(`expected one pipeline, not ${names(discovery).join(', ')}`)
  return pipeline
}

test('direct children with a main.py are pipelines, sorted by name; files, hidden and nested folders are not', async () => {
  const root = makeTemporaryWorkspace({ 'main.py': '', 'b10/main.py': '', 'b9/main.py': '', '_own/main.py': '', '.hidden/main.py': '', 'nested/inner/main.py': '' })
  const discovery = await look(root)
  expect(names(discovery)).toEqual(['_own', 'b9', 'b10'])
  expect(discovery.skipped).toEqual([{ name: 'nested', reason: 'has no main.py' }])
})

test('every fact of a pipeline is there', async () => {
  const root = makeTemporaryWorkspace({
    'demo/main.py': '',
    'demo/requirements.txt': 'six',
    'demo/requirements.txt.lock': '',
    'demo/pipeline.json': JSON.stringify({
      enabled: false,
      description: 'd',
      tags: ['t'],
      python_version: '3.12',
      default_env: { A: '1' },
      secrets: ['S'],
      timeout: 60,
      mem_hard_limit: '512m',
      restart_interval: '3600',
      schedules: [{ id: 'night', schedule_cron: '0 3 * * *', default_env: { B: '2' }, webhook_key: 'k' }],
    }),
  })
  expect(only(await look(root))).toEqual({
    name: 'demo',
    path: join(root, 'demo'),
    realPath: join(root, 'demo'),
    outsideWorkspace: false,
    type: 'script',
    entryPoint: 'main.py',
    enabled: false,
    description: 'd',
    tags: ['t'],
    hasRequirements: true,
    hasLock: true,
    pythonVersion: '3.12',
    metadataFile: 'pipeline.json',
    runConfigs: [{ id: 'night', enabled: true, timing: { kind: 'cron', text: '0 3 * * *' }, envNames: ['B'], hasWebhook: true, timeoutSeconds: null, retryAttempts: null, memoryLimitBytes: null, cpuLimit: null }],
    timings: [{ kind: 'restart', text: 'every 3600 s' }],
    hasWebhook: true,
    timeoutSeconds: 60,
    retryAttempts: null,
    memoryLimitBytes: 512 * 1024 ** 2,
    cpuLimit: null,
    maxInstances: null,
    restartOnCrash: false,
    downstream: [],
    defaultEnvNames: ['A'],
    encryptedEnvNames: [],
    secretNames: ['S'],
    config: expect.objectContaining({ defaultEnv: { A: '1' }, timeoutSeconds: 60 }),
    configUsable: true,
    problems: [],
  })
})

test('triggers that lead nowhere or back are named at their places, after what the file itself has', async () => {
  const root = makeTemporaryWorkspace({
    'a/main.py': '',
    'a/pipeline.json': '{\n"downstream_triggers": [\n  {"pipeline": "b"},\n  {"pipeline": "gone"}\n],\n"timout": 1\n}',
    'b/main.py': '',
    'b/b.json': '{"downstream_triggers":[{"pipeline":"a"}]}',
  })
  const { pipelines } = await look(root)
  expect(pipelines.map(({ problems }) => problems.map(({ file, line, column, message }) => [file, line, column, message.split(/[.;]/)[0]]))).toEqual([
    [
      ['pipeline.json', 6, 1, 'Unknown key "timout"'],
      ['pipeline.json', 4, 16, 'There is no pipeline "gone"'],
      ['pipeline.json', 3, 16, 'This trigger is part of a circle: a → b → a'],
    ],
    [['b.json', 1, 37, 'This trigger is part of a circle: b → a → b']],
  ])
})

test('a lock without requirements is no lock, and a folder named requirements.txt no requirements', async () => {
  const root = makeTemporaryWorkspace({ 'a/main.py': '', 'a/requirements.txt.lock': '', 'b/main.py': '', 'b/requirements.txt/': '' })
  expect((await look(root)).pipelines.map(({ hasRequirements, hasLock }) => [hasRequirements, hasLock])).toEqual([[false, false], [false, false]])
})

describe('the type decides which entry point is needed', () => {
  test.each<[string, Record<string, string>, string | null, string]>([
    ['both files, no type: script', { 'main.py': '', 'main.ipynb': '' }, 'main.py', ''],
    ['both files, notebook: notebook', { 'main.py': '', 'main.ipynb': '', 'pipeline.json': notebook }, 'main.ipynb', ''],
    ['notebook without main.ipynb', { 'main.py': '', 'pipeline.json': notebook }, null, 'says "type": "notebook", which needs main.ipynb'],
    ['notebook with nothing', { 'pipeline.json': notebook }, null, 'no main.ipynb'],
    ['main.ipynb without type', { 'main.ipynb': '' }, null, 'has main.ipynb but no pipeline.json with "type": "notebook"'],
    ['main.ipynb with another type', { 'main.ipynb': '', 'pipeline.json': '{}' }, null, 'does not say "type": "notebook"'],
    ['a broken notebook metadata', { 'main.ipynb': '', 'pipeline.json': '{"type":"notebook",}' }, null, 'correct pipeline.json'],
    ['wrong case', { 'Main.py': '' }, null, 'has Main.py, but the name must be main.py exactly'],
    ['main.py is a folder', { 'main.py/x': '' }, null, 'its main.py is a folder'],
    ['nothing but metadata', { 'pipeline.json': '{}' }, null, 'has pipeline.json, but no main.py'],
  ])('%s', async (_name, files, entryPoint, reason) => {
    const root = makeTemporaryWorkspace(Object.fromEntries(Object.entries(files).map(([path, text]) => [`demo/${path}`, text])))
    const discovery = await look(root)
    if (entryPoint === null) expect(discovery.skipped).toEqual([{ name: 'demo', reason: expect.stringContaining(reason) }])
    else expect(only(discovery).entryPoint).toBe(entryPoint)
  })

  test('an empty folder says so', async () => {
    expect((await look(makeTemporaryWorkspace({ 'demo/': '' }))).skipped).toEqual([{ name: 'demo', reason: 'is empty' }])
  })
})

describe('which metadata file counts', () => {
  test('pipeline.json before <folder>.json, no merge', async () => {
    const root = makeTemporaryWorkspace({ 'demo/main.py': '', 'demo/pipeline.json': '{"tags":["a"]}', 'demo/demo.json': '{"description":"x"}' })
    expect(only(await look(root))).toMatchObject({ tags: ['a'], description: null, metadataFile: 'pipeline.json' })
  })

  test('<folder>.json when there is no pipeline.json, or only a link that leads nowhere', async () => {
    const root = makeTemporaryWorkspace({ 'demo/main.py': '', 'demo/demo.json': '{"description":"x"}' })
    symlinkSync('nowhere', join(root, 'demo', 'pipeline.json'))
    expect(only(await look(root))).toMatchObject({ description: 'x', metadataFile: 'demo.json' })
  })

  test('a folder named pipeline.json means none, without falling back, and is a problem', async () => {
    const root = makeTemporaryWorkspace({ 'demo/main.py': '', 'demo/pipeline.json/': '', 'demo/demo.json': '{"enabled":false}' })
    expect(only(await look(root))).toMatchObject({ enabled: true, configUsable: false, problems: [{ severity: 'error', message: expect.stringContaining('is a folder') }] })
  })
})

describe('metadata that cannot be used never hides the pipeline, and is never a silent default', () => {
  test.each<[string, string | Uint8Array, number | null]>([
    ['syntax error', '{\n"enabled": false,\n}', 3],
    ['latin-1', Buffer.from('{"description":"\xe4"}', 'latin1'), 1],
    ['UTF-16', Buffer.from('\uFEFF{}', 'utf16le'), 1],
    ['byte order mark', '\uFEFF{}', 1],
    ['empty', '', 1],
  ])('%s', async (_name, content, line) => {
    const root = makeTemporaryWorkspace({ 'demo/main.py': '', 'demo/pipeline.json': content })
    expect(only(await look(root))).toMatchObject({ configUsable: false, enabled: true, problems: [{ severity: 'error', file: 'pipeline.json', line }] })
  })

  test.runIf(process.platform !== 'win32')('a pipe, a device, a huge file: none is read', async () => {
    const root = makeTemporaryWorkspace({ 'pipe/main.py': '', 'device/main.py': '', 'huge/main.py': '', 'huge/pipeline.json': '{}' })
    execFileSync('mkfifo', [join(root, 'pipe', 'pipeline.json')])
    symlinkSync('/dev/zero', join(root, 'device', 'pipeline.json'))
    truncateSync(join(root, 'huge', 'pipeline.json'), 50_000_000)
    const { pipelines } = await look(root)
    expect(pipelines.map(({ name, problems }) => [name, problems[0]?.message])).toEqual([
      ['device', expect.stringContaining('leads out of the workspace')],
      ['huge', expect.stringContaining('larger than 1 MB (50 MB)')],
      ['pipe', expect.stringContaining('not a regular file')],
    ])
    expect(pipelines.every(({ configUsable }) => !configUsable)).toBe(true)
  })
})

describe('links', () => {
  test('to a folder in the workspace: a pipeline with the link\'s name', async () => {
    const root = makeTemporaryWorkspace({ 'shared/real/main.py': '', 'pipelines/': '' })
    symlinkSync('../shared/real', join(root, 'pipelines', 'alias'))
    expect(only(await look(join(root, 'pipelines'), root))).toMatchObject({ name: 'alias', realPath: join(root, 'shared', 'real'), outsideWorkspace: false, problems: [] })
  })

  test('out of the workspace: listed as by the server, with a problem, metadata unread', async () => {
    const other = makeTemporaryWorkspace({ 'secret/main.py': '', 'secret/pipeline.json': '{"description":"private"}' })
    const root = makeTemporaryWorkspace()
    symlinkSync(join(other, 'secret'), join(root, 'alias'))
    const pipeline = only(await look(root))
    expect(pipeline).toMatchObject({ name: 'alias', outsideWorkspace: true, configUsable: false, description: null })
    expect(pipeline.problems[0]).toMatchObject({ severity: 'error', message: expect.stringContaining('leads out of the workspace') })
  })

  test('a main.py that leads out of its folder is named', async () => {
    const root = makeTemporaryWorkspace({ 'demo/': '', 'other/main.py': '' })
    symlinkSync('../other/main.py', join(root, 'demo', 'main.py'))
    const discovery = await look(root)
    expect(discovery.pipelines.find(({ name }) => name === 'demo')?.problems).toMatchObject([{ severity: 'error', file: 'main.py' }])
  })

  test('that lead nowhere or in a circle are skipped', async () => {
    const root = makeTemporaryWorkspace()
    symlinkSync('nowhere', join(root, 'broken'))
    symlinkSync('circle', join(root, 'circle'))
    expect((await look(root)).skipped).toEqual([
      { name: 'broken', reason: 'is a link that leads nowhere' },
      { name: 'circle', reason: 'is a link that leads back to itself' },
    ])
  })
})

test.runIf(process.platform !== 'win32')('a named pipe called main.py is skipped at once', async () => {
  const root = makeTemporaryWorkspace({ 'demo/': '' })
  execFileSync('mkfifo', [join(root, 'demo', 'main.py')])
  expect((await look(root)).skipped).toEqual([{ name: 'demo', reason: 'its main.py is a named pipe, not a file' }])
})

test.skipIf(process.platform === 'win32')('a folder and a metadata file that cannot be read have their reason, the others are found', async () => {
  const root = makeTemporaryWorkspace({ 'closed/main.py': '', 'open/main.py': '', 'secret/main.py': '', 'secret/pipeline.json': '{"enabled":false}' })
  chmodSync(root, 0o755)
  chmodSync(join(root, 'closed'), 0)
  chmodSync(join(root, 'secret', 'pipeline.json'), 0)
  const discovery = await asOrdinaryUser(() => look(root))
  chmodSync(join(root, 'closed'), 0o755)
  expect(names(discovery)).toEqual(['open', 'secret'])
  expect(discovery.pipelines[1]).toMatchObject({ configUsable: false, problems: [{ severity: 'error', message: expect.stringContaining('no permission') }] })
  expect(discovery.skipped).toEqual([{ name: 'closed', reason: expect.stringContaining('no permission') }])
})

/** Root may read everything, so as root these tests act as somebody else. */
async function asOrdinaryUser<T>(action: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return action()
  process.seteuid?.(1001)
  try {
    return await action()
  } finally {
    process.seteuid?.(0)
  }
}

test.runIf(process.platform === 'linux')('every name the file system takes is a name; deceptive ones carry a warning', async () => {
  const plain = ['a b', 'ä', 'a:b', 'CON', '$(id)', '-rf', '"quoted"', '__proto__', '😀', 'a,b']
  const deceptive = ['a\nb', 'main\u202Eyp.', 'zero\u200Bwidth']
  const twins = ['cafe\u0301', 'caf\u00E9']
  const root = makeTemporaryWorkspace(Object.fromEntries([...plain, ...deceptive, ...twins].map((name) => [`${name}/main.py`, ''])))
  const { pipelines } = await look(root)
  expect(new Set(pipelines.map(({ name }) => name))).toEqual(new Set([...plain, ...deceptive, ...twins]))
  const warned = pipelines.filter(({ problems }) => problems.some(({ severity }) => severity === 'warning')).map(({ name }) => name)
  expect(new Set(warned)).toEqual(new Set([...deceptive, ...twins]))
  expect(pipelines.find(({ name }) => name === 'main\u202Eyp.')?.problems[0]?.message).toContain('main\\u202Eyp.')
})

test.runIf(process.platform === 'linux')('a name that is not UTF-8 is skipped with its reason', async () => {
  const root = makeTemporaryWorkspace()
  mkdirSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x62, 0xff])]))
  expect((await look(root)).skipped).toEqual([{ name: 'b\uFFFD', reason: expect.stringContaining('not valid UTF-8') }])
})

test('a folder that is missing or a file is an error that names it', async () => {
  const root = makeTemporaryWorkspace({ file: '' })
  await expect(look(join(root, 'gone'), root)).rejects.toMatchObject({ code: 'workspace/vanished', message: expect.stringContaining('gone') })
  await expect(look(join(root, 'file'), root)).rejects.toMatchObject({ code: 'workspace/not-a-folder' })
})

test('metadata is parsed again when it changed, also within one tick of the clock and with equal size', async () => {
  const root = makeTemporaryWorkspace({ 'demo/main.py': '', 'demo/pipeline.json': '{"description":"0"}' })
  const discover = createDiscovery()
  for (let turn = 0; turn < 10; turn++) {
    writeFileSync(join(root, 'demo', 'pipeline.json'), `{"description":"${turn}"}`)
    expect(only(await discover(root, { defaultPythonVersion: '3.11' })).description).toBe(String(turn))
  }
  expect(only(await discover(root, { defaultPythonVersion: '3.13' })).pythonVersion).toBe('3.13')
})

test('remembered metadata is used while the file is the same, and forgotten when another takes its place', async () => {
  const root = makeTemporaryWorkspace({ 'demo/main.py': '', 'demo/pipeline.json': '{"description":"a"}', other: '{"description":"b"}' })
  for (const file of ['demo/pipeline.json', 'other']) utimesSync(join(root, file), 1_000_000, 1_000_000)
  await new Promise((resolve) => setTimeout(resolve, 150))
  const discover = createDiscovery()
  const first = only(await discover(root, { defaultPythonVersion: '3.11' }))
  const again = only(await discover(root, { defaultPythonVersion: '3.11' }))
  expect(again.config).toBe(first.config)
  renameSync(join(root, 'other'), join(root, 'demo', 'pipeline.json'))
  expect(only(await discover(root, { defaultPythonVersion: '3.11' })).description).toBe('b')
  rmSync(join(root, 'demo', 'pipeline.json'))
  expect(only(await discover(root, { defaultPythonVersion: '3.11' })).metadataFile).toBeNull()
})

test('holdsPipeline sees at least one, and none in a folder that is gone', async () => {
  const root = makeTemporaryWorkspace({ 'a/x': '' })
  expect(await holdsPipeline(root)).toBe(false)
  expect(await holdsPipeline(join(root, 'gone'))).toBe(false)
  addFiles(root, { 'b/main.ipynb': '', 'b/pipeline.json': notebook })
  expect(await holdsPipeline(root)).toBe(true)
})

test('ten thousand folders are read in a few seconds', async () => {
  const root = makeTemporaryWorkspace()
  for (let index = 0; index < 10_000; index++) {
    mkdirSync(join(root, `p${index}`))
    writeFileSync(join(root, `p${index}`, 'main.py'), '')
    if (index % 10 === 0) writeFileSync(join(root, `p${index}`, 'pipeline.json'), '{"tags":["x"]}')
  }
  const beganAtMs = performance.now()
  const { pipelines } = await look(root)
  console.info(`10,000 folders: ${Math.round(performance.now() - beganAtMs)} ms`)
  expect(pipelines).toHaveLength(10_000)
}, 60_000)
