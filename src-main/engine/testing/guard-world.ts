/** A running guard before a fake engine, with the folders that the requests of docker/guard-requests.json speak of. */
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGuard, type GuardPolicy, type RunningGuard } from '../docker/guard'
import { fakeOwner, startFakeEngine, type FakeEngine } from './fake-engine'
import { exchangeRaw, rawRequest, type RawAnswer } from './raw-http'

export const guardImage = 'registry.test:5000/fast-flow/worker:1.0'

export const guardRunner = { volume: 'ffd-runner-0123456789abcdef', files: 'nb_runner.py:cHJpbnQoMSkK' }

export type GuardWorld = {
  engine: FakeEngine
  guard: RunningGuard
  policy: GuardPolicy
  workspace: string
  runDir: string
  runners: string
  close(): Promise<void>
}

export async function startGuardWorld(options: { requestTimeoutMs?: number; apiVersion?: string } = {}): Promise<GuardWorld> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'ffd-world-')))
  const [workspace, runDir, runners] = [join(root, 'workspace'), join(root, 'run'), join(root, 'runners')]
  const pipelines = join(workspace, 'pipelines')
  for (const folder of ['demo', 'with-git/.git', '.hidden', 'demo/nested']) await mkdir(join(pipelines, folder), { recursive: true })
  await mkdir(runDir)
  await mkdir(runners)
  await symlink('/etc', join(pipelines, 'evil'))
  await symlink(join(pipelines, 'demo'), join(pipelines, 'alias'))
  await symlink('/etc', join(workspace, 'linked-root'))
  await writeFile(join(pipelines, 'plain.txt'), '')
  await writeFile(join(runDir, 'r1.route'), '')
  await writeFile(join(runDir, 'ca.pem'), '')
  await writeFile(join(runDir, 'i1.cache'), '')
  await symlink('/etc/hostname', join(runDir, 'link.cache'))
  await symlink('/etc/hostname', join(runDir, 'link.route'))
  const policy: GuardPolicy = {
    pipelinesRoots: [pipelines, join(workspace, 'linked-root')],
    runDir,
    images: [guardImage],
    pullable: [guardImage, 'ghcr.io/acme/ff-worker:1.2.0', `ghcr.io/acme/ff-worker@sha256:${'d'.repeat(64)}`],
    runner: guardRunner,
    cpuCount: 2,
    memoryBytes: 17_179_869_184,
  }
  const engine = await startFakeEngine(options.apiVersion)
  const guard = await startGuard({
    upstream: engine.endpoint,
    owner: fakeOwner,
    policy: () => policy,
    ...(options.requestTimeoutMs === undefined ? {} : { requestTimeoutMs: options.requestTimeoutMs }),
  })
  return {
    engine,
    guard,
    policy,
    workspace,
    runDir,
    runners,
    async close() {
      await guard.close()
      await engine.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** A run's body that the guard lets through. */
export function goodRun(world: GuardWorld): Record<string, unknown> & { HostConfig: Record<string, unknown> } {
  return {
    Image: guardImage,
    Cmd: ['uv', 'run', '--python', '3.11', 'python', '-u', '-c', 'print(1)'],
    Env: ['HOME=/tmp', 'UV_CACHE_DIR=/cache/uv'],
    User: '1001:1001',
    Labels: {
      'io.fastflow.desktop.owner': fakeOwner,
      'io.fastflow.desktop.run-id': '0b9f9a55-0000-4000-8000-000000000001',
      'io.fastflow.desktop.pipeline': 'a%20b%27s',
    },
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: 'bridge',
      Memory: 536870912,
      MemorySwap: 536870912,
      PidsLimit: 512,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Init: true,
      Tmpfs: { '/tmp': 'size=64m' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '50m', 'max-file': '2' } },
      Mounts: [
        { Type: 'bind', Source: join(world.workspace, 'pipelines', 'demo'), Target: '/app', ReadOnly: false },
        { Type: 'volume', Source: 'ffd-uvcache-abcdef0123', Target: '/cache/uv', ReadOnly: false },
        { Type: 'bind', Source: join(world.runDir, 'r1.route'), Target: '/tmp/.fastflow_route', ReadOnly: false },
        { Type: 'bind', Source: join(world.runDir, 'ca.pem'), Target: '/run/fastflow/ca-certificates.pem', ReadOnly: true },
      ],
    },
  }
}

export const runCreateTarget = '/containers/create?name=ffd-run-0b9f9a55-0000-4000-8000-000000000001'
export const helperCreateTarget = '/containers/create?name=ffd-help-0b9f9a55-0000-4000-8000-000000000001'

/** One raw request to the guard and its answer; a body is announced as JSON unless `headers` say otherwise. */
export async function sendToGuard(
  world: GuardWorld,
  method: string,
  target: string,
  body: Buffer | string | null = null,
  headers: Record<string, string | number> = {},
): Promise<RawAnswer> {
  const type = body === null ? {} : { 'Content-Type': 'application/json' }
  const [answer] = await exchangeRaw(world.guard.socketPath, rawRequest(method, target, { ...type, ...headers }, body), { count: 1 })
  if (answer === undefined) throw new Error('no answer')
  return answer
}

export function createAtGuard(world: GuardWorld, body: unknown, target = runCreateTarget): Promise<RawAnswer> {
  return sendToGuard(world, 'POST', target, typeof body === 'string' ? body : JSON.stringify(body))
}

/** What reached the engine, as `GET /path`. */
export function reachedEngine(world: GuardWorld): string[] {
  return world.engine.recorded.map((request) => `${request.method} ${request.url}`)
}
