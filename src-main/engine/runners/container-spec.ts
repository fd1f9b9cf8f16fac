/** The body of `containers/create` for a run, pure: the server's contract (FASTFLOW.md §3.3) plus hardening that a correct pipeline cannot notice. */
import type { ContainerSpec } from '../docker/client'
import { labels } from '../docker/labels'
import { containerRunnerDir, notebookRunnerFile } from '../docker/runner-volume'
import type { CacheVolumes, RunUser } from '../docker/volumes'
import type { NetworkEnvironment } from '../platform/network-environment'
import { notebookToken } from '../notebooks/notebook-message'
import { quoteCommand, uvRunArguments } from '../uv/command'
import type { ContainerLimits } from './container-limits'
import { containerCaBundle, containerEnvironment, containerRouteFile } from './run-environment'
import type { RunSpec } from './runner'

const pidsLimit = 512

export type ContainerInput = {
  owner: string
  image: string
  user: RunUser
  volumes: Pick<CacheVolumes, 'cacheVolume' | 'pythonVolume'>
  network: NetworkEnvironment
  isOffline: boolean
  /** null: none, for what is no run. */
  routeFile: string | null
  /** With the notebook runner; null for a script. */
  runnerVolume: string | null
  limits: Pick<ContainerLimits, 'memoryBytes' | 'nanoCpus'>
}

export type ContainedRun = Pick<RunSpec, 'runId' | 'pipelineName' | 'pythonVersion' | 'requirements' | 'entryPoint' | 'env'> & { /** null: no /app. */ pipelineDir: string | null }

export function containerSpec(spec: ContainedRun, input: ContainerInput): ContainerSpec {
  const { memoryBytes, nanoCpus } = input.limits
  const requirementsFile = spec.requirements === null ? null : `/app/${spec.requirements}`
  const notebook = spec.entryPoint === 'main.py' ? null : { runnerFile: `${containerRunnerDir}/${notebookRunnerFile}`, token: notebookToken(spec.runId), pipelineName: spec.pipelineName }
  return {
    Image: input.image,
    Cmd: ['uv', ...uvRunArguments({ appDir: '/app', requirementsFile, notebook }, spec.pythonVersion)],
    Env: Object.entries(containerEnvironment(input.network, input.isOffline, spec.env)).map(([name, value]) => `${name}=${value}`),
    User: `${input.user.uid}:${input.user.gid}`,
    Labels: { [labels.owner]: input.owner, [labels.runId]: spec.runId, [labels.pipeline]: encodeURIComponent(spec.pipelineName) },
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: 'bridge',
      Memory: memoryBytes,
      MemorySwap: memoryBytes,
      ...(nanoCpus === null ? {} : { NanoCpus: nanoCpus }),
      PidsLimit: pidsLimit,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Init: true,
      Tmpfs: { '/tmp': 'size=64m' },
      // Only the way back to a log after a crash of the app: the live log comes by attach.
      LogConfig: { Type: 'json-file', Config: { 'max-size': '50m', 'max-file': '2' } },
      Mounts: [
        ...(spec.pipelineDir === null ? [] : [{ Type: 'bind' as const, Source: spec.pipelineDir, Target: '/app', ReadOnly: false }]),
        { Type: 'volume', Source: input.volumes.cacheVolume, Target: '/cache/uv', ReadOnly: false },
        { Type: 'volume', Source: input.volumes.pythonVolume, Target: '/cache/uv_python', ReadOnly: false },
        ...(input.routeFile === null ? [] : [{ Type: 'bind' as const, Source: input.routeFile, Target: containerRouteFile, ReadOnly: false }]),
        ...(input.runnerVolume === null ? [] : [{ Type: 'volume' as const, Source: input.runnerVolume, Target: containerRunnerDir, ReadOnly: true }]),
        ...(input.network.caBundleFile === null ? [] : [{ Type: 'bind' as const, Source: input.network.caBundleFile, Target: containerCaBundle, ReadOnly: true }]),
      ],
    },
  }
}

/** The same container as a `docker run` line for people to paste; values of the user's variables are left out. */
export function dockerCommandLine(container: ContainerSpec, userEnv: Record<string, string>): string {
  const host = container.HostConfig
  const env = container.Env.map((entry) => {
    const name = entry.slice(0, entry.indexOf('='))
    return Object.hasOwn(userEnv, name) || /_proxy$|^UV_PYTHON_(?:INSTALL_MIRROR|DOWNLOADS_JSON_URL)$/i.test(name) ? name : entry
  })
  return quoteCommand([
    'docker',
    'run',
    '--rm',
    '--init',
    '--read-only',
    ...['--user', container.User, '--network', host.NetworkMode, '--memory', String(host.Memory), '--memory-swap', String(host.MemorySwap)],
    ...(host.NanoCpus === undefined ? [] : ['--cpus', String(host.NanoCpus / 1e9)]),
    ...['--pids-limit', String(host.PidsLimit), '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...Object.entries(host.Tmpfs).flatMap(([path, options]) => ['--tmpfs', `${path}:${options}`]),
    ...['--log-driver', host.LogConfig.Type, ...Object.entries(host.LogConfig.Config).flatMap(([name, value]) => ['--log-opt', `${name}=${value}`])],
    ...host.Mounts.flatMap((mount) => ['--mount', `type=${mount.Type},source=${mount.Source},target=${mount.Target}${mount.ReadOnly ? ',readonly' : ''}`]),
    ...env.flatMap((entry) => ['--env', entry]),
    container.Image,
    ...container.Cmd,
  ])
}
