/** Runs in real containers, entered as the window and the CLI do. */
import { chownSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Run } from '@shared/contract/runs'
import { uvRunArguments } from '../uv/command'
import { askEngine } from '../testing/direct-engine'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

type Inspected = {
  Config: { Image: string; Cmd: string[]; Env: string[]; User: string; Labels: Record<string, string>; WorkingDir: string; Tty: boolean }
  HostConfig: Record<string, unknown> & { Mounts: { Type: string; Source: string; Target: string; ReadOnly?: boolean }[] }
}

describeWithEngine('pipelines in containers', ({ endpoint, image }) => {
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image, stopGraceSeconds: 1 } })
  })
  afterAll(() => world.close())
  afterEach(async () => expect(await ownContainers()).toEqual([]))

  async function ownContainers(): Promise<string[]> {
    return (await (await world.engine.connection.client()).listOwn()).map(({ id }) => id)
  }

  async function script(name: string, code: string, more: Record<string, string | Uint8Array> = {}): Promise<void> {
    await world.write({ [`${name}/main.py`]: code, ...Object.fromEntries(Object.entries(more).map(([file, content]) => [`${name}/${file}`, content])) })
  }

  async function cacheOf(name: string): Promise<string | undefined> {
    return (await world.api('pipelines.list', {})).pipelines.find((pipeline) => pipeline.name === name)?.cache.state
  }

  describe('the container', () => {
    test('has exactly the server’s contract, hardened', async () => {
      await script('contract', 'import time\nprint("up", flush=True)\ntime.sleep(60)\n', { 'requirements.txt': '' })
      const { id } = await world.start('contract', { env: { MINE: 'a b' } })
      await world.untilLog(id, 'up')
      const [containerId] = await ownContainers()
      const { json } = await askEngine(endpoint, 'GET', `/containers/${containerId}/json`)
      await world.api('runs.stop', { runId: id })
      const run = await world.untilPhase(id, 'finished')
      const { Config, HostConfig } = json as Inspected
      const { layout } = world.engine

      expect(Config.Image).toBe(image)
      expect(Config.Cmd).toEqual(['uv', ...uvRunArguments({ appDir: '/app', requirementsFile: '/app/requirements.txt', notebook: null }, '3.11')])
      expect(Config.Cmd.slice(0, 10)).toEqual(['uv', 'run', '--python', '3.11', '--with-requirements', '/app/requirements.txt', 'python', '-u', '-c', Config.Cmd[9]])
      expect(Config.Env).toEqual(
        expect.arrayContaining([
          'UV_CACHE_DIR=/cache/uv',
          'UV_PYTHON_INSTALL_DIR=/cache/uv_python',
          'UV_LINK_MODE=copy',
          'PYTHONUNBUFFERED=1',
          'PYTHONDONTWRITEBYTECODE=1',
          'HOME=/tmp',
          'TMPDIR=/tmp',
          'FASTFLOW_ROUTE_FILE=/tmp/.fastflow_route',
          'MINE=a b',
        ]),
      )
      const owner = statSync(world.workspace)
      expect(Config.User).toBe(owner.uid === 0 ? '1001:1001' : `${owner.uid}:${owner.gid}`)
      expect(Config).toMatchObject({ Tty: false, WorkingDir: '' })
      expect(Config.Labels).toMatchObject({ 'io.fastflow.desktop.owner': world.owner, 'io.fastflow.desktop.run-id': id, 'io.fastflow.desktop.pipeline': 'contract' })
      expect(Object.keys(Config.Labels)).not.toContain('fastflow-run-id')
      expect(HostConfig).toMatchObject({
        NetworkMode: 'bridge',
        ReadonlyRootfs: true,
        Tmpfs: { '/tmp': 'size=64m' },
        CapDrop: ['ALL'],
        CapAdd: null,
        SecurityOpt: ['no-new-privileges'],
        PidsLimit: 512,
        Init: true,
        Privileged: false,
        AutoRemove: false,
        PidMode: '',
        Binds: null,
        LogConfig: { Type: 'json-file', Config: { 'max-size': '50m', 'max-file': '2' } },
      })
      expect(HostConfig['MemorySwap']).toBe(HostConfig['Memory'])
      const mounts = Object.fromEntries(HostConfig.Mounts.map((mount) => [mount.Target, mount]))
      expect(mounts['/app']).toMatchObject({ Type: 'bind', Source: join(world.workspace, 'contract') })
      expect(mounts['/cache/uv']).toMatchObject({ Type: 'volume', Source: expect.stringMatching(/^ffd-uvcache-/) as string })
      expect(mounts['/cache/uv_python']).toMatchObject({ Type: 'volume', Source: expect.stringMatching(/^ffd-uvpython-/) as string })
      expect(mounts['/tmp/.fastflow_route']).toMatchObject({ Type: 'bind', Source: join(layout.runDir, `${id}.route`) })
      expect(Object.keys(mounts).filter((target) => target !== '/run/fastflow/ca-certificates.pem').sort()).toEqual(['/app', '/cache/uv', '/cache/uv_python', '/tmp/.fastflow_route'])
      expect(mounts['/app']?.ReadOnly ?? false).toBe(false)
      if (mounts['/run/fastflow/ca-certificates.pem']) expect(mounts['/run/fastflow/ca-certificates.pem'].ReadOnly).toBe(true)
      expect(run.commandLine).toContain('--cap-drop ALL')
      expect(run.commandLine).not.toContain('a b')
      expect(run).toMatchObject({ runner: 'docker', image, uvVersion: expect.stringMatching(/^\d+\.\d+\.\d+/) as string, imageDigest: expect.stringMatching(/^sha256:/) as string })
    })

    test('shows the script what the server shows it', async () => {
      await script(
        'sees',
        `import errno, json, os, sys
def attempt(action):
    try:
        action()
        return "worked"
    except OSError as error:
        return errno.errorcode[error.errno]
def fill():
    with open("/tmp/big", "wb") as f:
        for _ in range(80): f.write(bytes(1024 * 1024))
def execute():
    with open("/tmp/tool", "w") as f: f.write("#!/bin/sh\\nexit 0\\n")
    os.chmod("/tmp/tool", 0o755)
    os.execv("/tmp/tool", ["tool"])
status = open("/proc/self/status").read()
seen = {
    "argv": sys.argv, "path0": sys.path[0], "name": __name__, "cwd": os.getcwd(), "home": os.environ["HOME"], "file": __file__,
    "root": attempt(lambda: open("/written", "w")), "exec": attempt(execute), "fill": None, "uid": os.getuid(),
    "app": attempt(lambda: open("written.txt", "w")), "route": attempt(lambda: open(os.environ["FASTFLOW_ROUTE_FILE"], "w")),
    "caps": status.split("CapEff:")[1].split()[0], "no_new_privs": status.split("NoNewPrivs:")[1].split()[0],
}
seen["fill"] = attempt(fill)
print(json.dumps(seen))
`,
      )
      const { run, text } = await world.run('sees')
      expect(run).toMatchObject({ outcome: 'succeeded', exitCode: 0 })
      expect(JSON.parse(text.trim().split('\n').at(-1) ?? '')).toEqual({
        argv: ['/app/main.py'],
        path0: '',
        name: '__main__',
        cwd: '/app',
        home: '/tmp',
        file: '/app/main.py',
        root: 'EROFS',
        exec: 'EACCES',
        fill: 'ENOSPC',
        uid: statSync(world.workspace).uid || 1001,
        app: 'worked',
        route: 'worked',
        caps: '0000000000000000',
        no_new_privs: '1',
      })
    })

    test('a pipeline’s variables beat default_env, both beat the base', async () => {
      await script('env', 'import os\nprint(os.environ["A"], os.environ["B"], os.environ["HOME"], os.environ["C"] == "x=y\\nz")\n', { 'pipeline.json': '{"default_env": {"A": "file", "B": "file"}}' })
      const { text, run } = await world.run('env', { env: { B: 'request', HOME: '/app', C: 'x=y\nz' } })
      expect(text).toContain('file request /app True')
      expect(run.envNames).toEqual(['A', 'B', 'C', 'HOME'])
    })
  })

  describe('packages', () => {
    test('come from the index; the cache is warm from then on, and stale after an edit of requirements.txt', async () => {
      await script('packages', 'import six\nprint("six", six.__version__)\n', { 'requirements.txt': 'six==1.16.0\n' })
      expect(await cacheOf('packages')).toBe('cold')
      const warmed = new Promise<void>((resolve) => {
        const end = world.engine.events.on('pipelines.changed', ({ pipelines }) => {
          if (pipelines.find(({ name }) => name === 'packages')?.cache.state !== 'warm') return
          end()
          resolve()
        })
      })
      const first = await world.run('packages')
      expect(first.run).toMatchObject({ outcome: 'succeeded', cacheWasWarm: false, pythonVersionUsed: expect.stringMatching(/^3\.11\./) as string })
      expect(first.text).toContain('six 1.16.0')
      expect(first.text).not.toContain('FASTFLOW_SETUP_READY')
      await warmed
      expect((await world.run('packages')).run).toMatchObject({ outcome: 'succeeded', cacheWasWarm: true })
      await world.write({ 'packages/requirements.txt': 'six==1.17.0\n' })
      expect(await cacheOf('packages')).toBe('stale')
    })

    test('of the lock are preferred', async () => {
      await script('locked', 'import six\nprint("six", six.__version__)\n', { 'requirements.txt': 'six\n', 'requirements.txt.lock': 'six==1.15.0\n' })
      expect((await world.run('locked')).text).toContain('six 1.15.0')
    })

    test.each([
      ['an unknown package', { 'requirements.txt': 'fast-flow-desktop-no-such-package-7f3a==1.0\n' }, /fast-flow-desktop-no-such-package-7f3a/],
      ['a Python that does not exist', { 'pipeline.json': '{"python_version": "3.99"}' }, /3\.99/],
    ])('%s ends the run at once, as a failed set-up with uv’s words', async (_name, files, message) => {
      await script('broken', 'print("never")\n', { 'requirements.txt': '', 'pipeline.json': '{}', ...files })
      const begun = performance.now()
      const { run, text } = await world.run('broken')
      expect(run).toMatchObject({ outcome: 'setup-failed', codeMs: null })
      expect(run.exitCode).not.toBe(0)
      expect(text).toMatch(message)
      expect(text).not.toContain('never')
      expect(performance.now() - begun).toBeLessThan(30_000)
    })
  })

  describe('the end', () => {
    test.each([
      ['exit code 7', 'raise SystemExit(7)', { outcome: 'failed', exitCode: 7 }, ''],
      ['exit code 0 by sys.exit()', 'import sys; sys.exit()', { outcome: 'succeeded', exitCode: 0 }, ''],
      ['sys.exit with a text', 'import sys; sys.exit("no input today")', { outcome: 'failed', exitCode: 1 }, 'no input today'],
      ['a traceback', 'def broken():\n    raise ValueError("Kaputt ü")\nbroken()', { outcome: 'failed', exitCode: 1 }, 'ValueError: Kaputt ü'],
      ['killed from outside', 'import os, signal; os.kill(os.getpid(), signal.SIGKILL)', { outcome: 'killed', exitCode: 137 }, ''],
    ])('%s', async (_name, code, expected, text) => {
      await script('ends', code)
      const result = await world.run('ends')
      expect(result.run).toMatchObject(expected)
      expect(result.text).toContain(text)
    })

    test('a container that is removed from outside is not the pipeline’s fault', async () => {
      await script('sleeper', 'import time\nprint("up", flush=True)\ntime.sleep(60)\n')
      const { id } = await world.start('sleeper')
      await world.untilLog(id, 'up')
      const [containerId] = await ownContainers()
      await askEngine(endpoint, 'DELETE', `/containers/${containerId}?force=1`)
      expect(await world.untilPhase(id, 'finished')).toMatchObject({ outcome: 'engine-error', reason: expect.stringContaining('removed from outside') as string })
    })

    test('an image without uv is named before a run is made, and leaves nothing', async () => {
      const reference = 'fast-flow-no-uv:test'
      const { json } = await askEngine(endpoint, 'POST', '/containers/create', { Image: image, Cmd: ['true'] })
      const { Id } = json as { Id: string }
      await askEngine(endpoint, 'POST', `/commit?container=${Id}&repo=fast-flow-no-uv&tag=test&changes=${encodeURIComponent('ENV PATH=/nowhere')}`)
      await askEngine(endpoint, 'DELETE', `/containers/${Id}`)
      try {
        await world.api('settings.update', { patch: { workerImage: reference } })
        const { run } = await world.run('first')
        expect(run).toMatchObject({ outcome: 'engine-error', exitCode: null, startedAtMs: null })
        expect(run.reason).toContain(reference)
        expect(run.reason).toContain('uv')
      } finally {
        await world.api('settings.update', { patch: { workerImage: image } })
        await askEngine(endpoint, 'DELETE', `/images/${reference}?force=1`)
      }
    })
  })

  describe('stop', () => {
    async function stopped(id: string): Promise<{ run: Run; afterMs: number; text: string }> {
      const asked = performance.now()
      await world.api('runs.stop', { runId: id })
      const run = await world.untilPhase(id, 'finished')
      return { run, afterMs: performance.now() - asked, text: readFileSync(run.logFile, 'utf8') }
    }

    test('asks with SIGTERM, and the script may tidy up', async () => {
      await script('handler', 'import signal, sys, time\ndef bye(*_):\n    print("tidied up", flush=True)\n    sys.exit(5)\nsignal.signal(signal.SIGTERM, bye)\nprint("up", flush=True)\ntime.sleep(60)\n')
      const { id } = await world.start('handler')
      await world.untilLog(id, 'up')
      const { run, text } = await stopped(id)
      expect(run).toMatchObject({ outcome: 'stopped', exitCode: 5 })
      expect(text).toBe('up\ntidied up\n')
    })

    test('kills after the grace what ignores SIGTERM', async () => {
      await script('stubborn', 'import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint("up", flush=True)\nwhile True: time.sleep(1)\n')
      const { id } = await world.start('stubborn')
      await world.untilLog(id, 'up')
      const { run, afterMs } = await stopped(id)
      expect(run).toMatchObject({ outcome: 'stopped', exitCode: 137 })
      expect(afterMs).toBeGreaterThan(900)
      expect(afterMs).toBeLessThan(6000)
    })

    test('works in the middle of a flood', async () => {
      await script('flood', 'import os\nblock = b"x" * 65535 + b"\\n"\nwhile True: os.write(1, block)\n')
      const { id } = await world.start('flood')
      await world.untilPhase(id, 'running')
      const { run, afterMs } = await stopped(id)
      expect(run.outcome).toBe('stopped')
      expect(afterMs).toBeLessThan(6000)
    })

    test('works while packages are set up', async () => {
      await script('slow-set-up', 'print("never")\n', { 'requirements.txt': '/app/slow\n', 'slow/pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "slow"\nbackend-path = ["."]\n', 'slow/slow.py': 'import time\ntime.sleep(120)\n' })
      const { id } = await world.start('slow-set-up')
      await world.untilPhase(id, 'setting-up')
      const { run, text } = await stopped(id)
      expect(run).toMatchObject({ outcome: 'stopped', codeStartedAtMs: null })
      expect(text).not.toContain('never')
    })

    test('before the start leaves no container', async () => {
      const { id } = await world.start('first')
      const { run } = await stopped(id)
      expect(run).toMatchObject({ outcome: 'stopped' })
    })
  })

  test('several pipelines run at once on one cache', async () => {
    await script('together', 'import six, os\nprint(os.environ["N"])\n', { 'requirements.txt': 'six==1.14.0\n' })
    const results = await Promise.all(['1', '2', '3'].map((N) => world.run('together', { env: { N }, whenRunning: 'parallel' })))
    expect(results.map(({ run }) => run.outcome)).toEqual(['succeeded', 'succeeded', 'succeeded'])
    expect(results.map(({ text }) => text.trim().split('\n').at(-1))).toEqual(['1', '2', '3'])
  })

  test.runIf(process.getuid?.() === 0)('a folder that the run user cannot write is named', async () => {
    mkdirSync(join(world.workspace, 'owned-by-root'))
    await world.write({ 'owned-by-root/main.py': 'open("x", "w")\n' })
    chownSync(join(world.workspace, 'owned-by-root'), 0, 0)
    const { run } = await world.run('owned-by-root')
    expect(run.notices.map(({ message }) => message)).toEqual([expect.stringMatching(/cannot write the folder owned-by-root.*chown/) as string])
    expect(run).toMatchObject({ outcome: 'failed' })
  })

  test('DOCKER_HOST that changes after the start changes nothing', async () => {
    process.env['DOCKER_HOST'] = 'tcp://127.0.0.1:1'
    try {
      expect((await world.run('first')).run).toMatchObject({ runner: 'docker', outcome: 'succeeded' })
    } finally {
      delete process.env['DOCKER_HOST']
    }
  })

  test('a volume that was removed is made anew and the pipeline is cold again', async () => {
    await script('again', 'import six\nprint("ok")\n', { 'requirements.txt': 'six==1.13.0\n' })
    expect((await world.run('again')).run.outcome).toBe('succeeded')
    const filters = encodeURIComponent(JSON.stringify({ label: [`io.fastflow.desktop.owner=${world.owner}`] }))
    const { json } = await askEngine(endpoint, 'GET', `/volumes?filters=${filters}`)
    for (const { Name } of (json as { Volumes: { Name: string }[] }).Volumes) await askEngine(endpoint, 'DELETE', `/volumes/${Name}`)
    await world.engine.cache.look()
    expect(await cacheOf('again')).toBe('cold')
    expect((await world.run('again')).run).toMatchObject({ outcome: 'succeeded', cacheWasWarm: false })
  })
})
