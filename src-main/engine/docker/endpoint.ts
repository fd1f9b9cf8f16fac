/**
 * Finds the container engine: first what the user said (setting, variables, Docker's current context), then the usual
 * places of the engines of each platform. The list is pure; asking happens one after the other until one answers.
 */
import { homedir } from 'node:os'
import { posix } from 'node:path'
import type { EngineProbe } from '@shared/contract/tools'
import { withoutCredentials } from './endpoint-address'
import { readDockerContext, type DockerContext } from './endpoint-context'
import { probeEndpoint, startEngine } from './endpoint-probe'

export type EngineCandidate = { endpoint: string; source: string }

export type EngineSearch = {
  /** From the settings; '' when not set. */
  setting: string
  /** With Docker's variables: what forgetDockerEnvironment() took out has to be put in again here. */
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  homeDir: string
  /** null on Windows. */
  userId: number | null
  context: DockerContext | null
}

export function engineCandidates(search: EngineSearch): EngineCandidate[] {
  const { setting, env, context } = search
  if (setting !== '') return [{ endpoint: asEndpoint(setting, env), source: 'setting' }]
  const said = [
    { endpoint: env['DOCKER_PROXY_URL'] ?? '', source: 'DOCKER_PROXY_URL' },
    { endpoint: env['DOCKER_HOST'] ?? '', source: 'DOCKER_HOST' },
    { endpoint: context?.host ?? '', source: `Docker context ${context?.name ?? ''}` },
  ].filter((candidate) => candidate.endpoint !== '')
  const all = [...said.map(({ endpoint, source }) => ({ endpoint: asEndpoint(endpoint, env), source })), ...usualPlaces(search)]
  return all.filter((candidate, index) => all.findIndex((other) => other.endpoint === candidate.endpoint) === index)
}

/** `tcp://` is http, with Docker's own switch for TLS; an address without a scheme is TCP, as Docker reads it. */
function asEndpoint(text: string, env: Record<string, string | undefined>): string {
  const trimmed = text.trim()
  const withScheme = /^[a-z]+:\/\//.test(trimmed) ? trimmed : trimmed.startsWith('/') ? `unix://${trimmed}` : `tcp://${trimmed}`
  return withScheme.startsWith('tcp://') ? withScheme.replace('tcp:', env['DOCKER_TLS_VERIFY'] ? 'https:' : 'http:') : withScheme
}

function usualPlaces({ platform, homeDir, userId, env }: EngineSearch): EngineCandidate[] {
  if (platform === 'win32') {
    return [
      { endpoint: 'npipe:////./pipe/docker_engine', source: 'Docker Desktop' },
      { endpoint: 'npipe:////./pipe/dockerDesktopLinuxEngine', source: 'Docker Desktop' },
      { endpoint: 'npipe:////./pipe/podman-machine-default', source: 'Podman' },
    ]
  }
  const inHome = (...parts: string[]): string => `unix://${posix.join(homeDir, ...parts)}`
  const runtimeDir = env['XDG_RUNTIME_DIR'] || (platform === 'linux' && userId !== null ? `/run/user/${userId}` : '')
  const ofUser = runtimeDir === '' ? [] : [{ endpoint: `unix://${posix.join(runtimeDir, 'docker.sock')}`, source: 'rootless Docker' }]
  const podmanOfUser = runtimeDir === '' ? [] : [{ endpoint: `unix://${posix.join(runtimeDir, 'podman', 'podman.sock')}`, source: 'rootless Podman' }]
  return [
    { endpoint: 'unix:///var/run/docker.sock', source: 'Docker' },
    { endpoint: inHome('.docker', 'run', 'docker.sock'), source: 'Docker Desktop' },
    { endpoint: inHome('.docker', 'desktop', 'docker.sock'), source: 'Docker Desktop' },
    ...ofUser,
    { endpoint: inHome('.colima', 'default', 'docker.sock'), source: 'Colima' },
    { endpoint: inHome('.config', 'colima', 'default', 'docker.sock'), source: 'Colima' },
    { endpoint: inHome('.orbstack', 'run', 'docker.sock'), source: 'OrbStack' },
    { endpoint: inHome('.rd', 'docker.sock'), source: 'Rancher Desktop' },
    ...podmanOfUser,
    { endpoint: inHome('.local', 'share', 'containers', 'podman', 'machine', 'podman.sock'), source: 'Podman' },
    { endpoint: 'unix:///run/podman/podman.sock', source: 'Podman' },
  ]
}

export type FoundEngine = {
  /** null when no engine answers; then `reason` says why, in one sentence with a next step. */
  endpoint: string | null
  reason: string | null
  /** Every endpoint that was asked, in order; what was not reached any more is not in it. */
  probes: EngineProbe[]
}

const probeTimeoutMs = 2_000

export type EndpointInput = Pick<EngineSearch, 'setting' | 'env'> & { platform?: NodeJS.Platform; homeDir?: string }

export async function findEndpoint(input: EndpointInput): Promise<FoundEngine> {
  const { setting, env, platform = process.platform, homeDir = homedir() } = input
  const context = await readDockerContext({ env, homeDir })
  const candidates = engineCandidates({ setting, env, platform, homeDir, userId: process.getuid?.() ?? null, context })
  const probes: EngineProbe[] = []
  for (const { endpoint, source } of candidates) {
    const error = await probeEndpoint(endpoint, probeTimeoutMs, platform)
    probes.push({ endpoint: withoutCredentials(endpoint), source, error: error?.message ?? null })
    if (error === null) return { endpoint, reason: null, probes }
  }
  return { endpoint: null, reason: reasonFor(candidates, probes, platform), probes }
}

/** The one reason worth showing: of what the user named, else of an engine that is there, else how to get one. */
function reasonFor(candidates: EngineCandidate[], probes: EngineProbe[], platform: NodeJS.Platform): string {
  const named = /^(setting$|DOCKER_|Docker context )/.test(probes[0]?.source ?? '') ? probes[0] : undefined
  const present = probes.find((probe) => probe.error !== null && !probe.error.startsWith('There is no container engine'))
  return (
    (named ?? present)?.error ??
    `No container engine was found on this computer. Install Docker or Podman, or start it. ${startEngine(candidates[0]?.endpoint ?? '', platform)}`
  )
}
