import { describe, expect, test } from 'vitest'
import { noLimits } from '@shared/pipeline-config-model'
import { bootstrap } from '../uv/command'
import { containerSpec, dockerCommandLine, type ContainerInput } from './container-spec'
import type { RunSpec } from './runner'

const spec: RunSpec = {
  runId: 'run-1',
  pipelineName: 'über demo',
  pipelineDir: '/work/über demo',
  workspaceRoot: '/work',
  pythonVersion: '3.12',
  requirements: 'requirements.txt.lock',
  entryPoint: 'main.py',
  limits: noLimits,
  secretNames: [],
  env: { TOKEN: 'hidden-token', HOME: '/hidden-home' },
  stopGraceSeconds: 10,
}
const input: ContainerInput = {
  owner: 'me',
  image: 'worker:1',
  user: { uid: 1000, gid: 1002 },
  volumes: { cacheVolume: 'cache', pythonVolume: 'pythons' },
  network: { caBundleFile: null, caSource: null, proxyEnv: {}, pythonEnv: {}, problem: null },
  isOffline: false,
  runnerVolume: null,
  routeFile: '/run/run-1.route',
  limits: { memoryBytes: 800_000, nanoCpus: null },
}

describe('the body of the container', () => {
  test('is the server’s, hardened', () => {
    expect(containerSpec(spec, input)).toEqual({
      Image: 'worker:1',
      Cmd: ['uv', 'run', '--python', '3.12', '--with-requirements', '/app/requirements.txt.lock', 'python', '-u', '-c', bootstrap('/app')],
      Env: [
        'UV_CACHE_DIR=/cache/uv',
        'UV_PYTHON_INSTALL_DIR=/cache/uv_python',
        'UV_LINK_MODE=copy',
        'PYTHONUNBUFFERED=1',
        'PYTHONDONTWRITEBYTECODE=1',
        'HOME=/hidden-home',
        'TMPDIR=/tmp',
        'FASTFLOW_ROUTE_FILE=/tmp/.fastflow_route',
        'TOKEN=hidden-token',
      ],
      User: '1000:1002',
      Labels: { 'io.fastflow.desktop.owner': 'me', 'io.fastflow.desktop.run-id': 'run-1', 'io.fastflow.desktop.pipeline': '%C3%BCber%20demo' },
      AttachStdout: true,
      AttachStderr: true,
      HostConfig: {
        NetworkMode: 'bridge',
        Memory: 800_000,
        MemorySwap: 800_000,
        PidsLimit: 512,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        ReadonlyRootfs: true,
        Init: true,
        Tmpfs: { '/tmp': 'size=64m' },
        LogConfig: { Type: 'json-file', Config: { 'max-size': '50m', 'max-file': '2' } },
        Mounts: [
          { Type: 'bind', Source: '/work/über demo', Target: '/app', ReadOnly: false },
          { Type: 'volume', Source: 'cache', Target: '/cache/uv', ReadOnly: false },
          { Type: 'volume', Source: 'pythons', Target: '/cache/uv_python', ReadOnly: false },
          { Type: 'bind', Source: '/run/run-1.route', Target: '/tmp/.fastflow_route', ReadOnly: false },
        ],
      },
    })
  })

  test('without requirements names none', () => {
    expect(containerSpec({ ...spec, requirements: null }, input).Cmd).toEqual(['uv', 'run', '--python', '3.12', 'python', '-u', '-c', bootstrap('/app')])
  })

  test('may use so much of the processor', () => {
    expect(containerSpec(spec, { ...input, limits: { memoryBytes: 800_000, nanoCpus: 500_000_000 } }).HostConfig).toMatchObject({ Memory: 800_000, MemorySwap: 800_000, NanoCpus: 500_000_000 })
  })

  test('gets the certificates of the network, to read', () => {
    const container = containerSpec(spec, { ...input, network: { ...input.network, caBundleFile: '/run/ca.pem' } })
    expect(container.HostConfig.Mounts.at(-1)).toEqual({ Type: 'bind', Source: '/run/ca.pem', Target: '/run/fastflow/ca-certificates.pem', ReadOnly: true })
    expect(container.Env).toContain('SSL_CERT_FILE=/run/fastflow/ca-certificates.pem')
  })
})

test('the docker command line says what the container is, and no value of the user’s variables nor of proxies', () => {
  const proxy = 'http://name:hidden-password@proxy:3128'
  const line = dockerCommandLine(containerSpec(spec, { ...input, network: { ...input.network, proxyEnv: { HTTPS_PROXY: proxy, https_proxy: proxy } } }), spec.env)
  expect(line).not.toMatch(/hidden/)
  for (const part of ['--env TOKEN ', '--env HOME ', '--env HTTPS_PROXY ', '--env https_proxy ', '--env UV_LINK_MODE=copy', '--user 1000:1002', '--read-only', '--init', '--tmpfs /tmp:size=64m'])
    expect(line).toContain(part)
  for (const part of ['--cap-drop ALL', '--security-opt no-new-privileges', '--pids-limit 512', '--memory 800000 --memory-swap 800000', `'type=bind,source=/work/über demo,target=/app'`, ' worker:1 uv run '])
    expect(line).toContain(part)
  expect(line).not.toContain('--cpus')
})

test('the docker command line shows a limit of the processor, and no value of a secret whatever its name', () => {
  const secret: RunSpec = { ...spec, env: { FASTFLOW_ROUTE_FILE: 'hidden-1', UV_LINK_MODE: 'hidden-2' }, secretNames: ['FASTFLOW_ROUTE_FILE', 'UV_LINK_MODE'] }
  const line = dockerCommandLine(containerSpec(secret, { ...input, limits: { memoryBytes: 67_108_864, nanoCpus: 1_500_000_000 } }), secret.env)
  expect(line).toContain('--memory 67108864 --memory-swap 67108864 --cpus 1.5 ')
  expect(line).not.toContain('hidden')
})
