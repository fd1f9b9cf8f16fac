/**
 * Finds the container engine: first what the user said (settings, variables, Docker's current context), then the usual
 * places of the engines of each platform. The list is pure; asking happens one after the other until one answers.
 */
import { homedir } from 'node:os'
import type { EngineProbe } from '@shared/contract/tools'
import { withoutCredentials } from './endpoint-address'
import { dockerFolder, readDockerContext, type DockerContext } from './endpoint-context'
import { answerTimeoutMs, type EngineAccess } from './endpoint-dial'
import { usualPlaces, type PlaceSearch } from './endpoint-places'
import { probeEndpoint, startEngine } from './endpoint-probe'
import { readTls, type TlsFolder } from './endpoint-tls'

export type EngineCandidate = {
  endpoint: string
  source: string
  tls: TlsFolder | null
  /** Whether the user named it; the reason why it does not answer is then the one to show. */
  isNamed: boolean
  /** Whether it is a proxy that the user put before the engine, which may refuse some calls. */
  isProxy: boolean
}

export type EngineSearch = PlaceSearch & {
  /** From the settings; '' when not set. */
  setting: string
  proxySetting: string
  context: DockerContext | null
}

/**
 * A setting is the only candidate: what it names is meant. So is a proxy: whoever puts one before the engine does not want it
 * gone around because it is down.
 */
export function engineCandidates(search: EngineSearch): EngineCandidate[] {
  const { setting, proxySetting, env, context } = search
  if (proxySetting !== '') return [namedCandidate(proxySetting, 'proxy setting', search, true)]
  if (setting !== '') return [namedCandidate(setting, 'setting', search)]
  if (env['DOCKER_PROXY_URL']) return [namedCandidate(env['DOCKER_PROXY_URL'], 'DOCKER_PROXY_URL', search, true)]
  const all = [
    ...(env['DOCKER_HOST'] ? [namedCandidate(env['DOCKER_HOST'], 'DOCKER_HOST', search)] : []),
    ...(context === null ? [] : [contextCandidate(context)]),
    ...usualPlaces(search).map((place) => ({ ...place, tls: null, isNamed: false, isProxy: false })),
  ]
  return all.filter((candidate, index) => all.findIndex((other) => other.endpoint === candidate.endpoint) === index)
}

/** `tcp://` is http, with Docker's own switches for TLS; an address without a scheme is TCP, as Docker reads it. */
function namedCandidate(text: string, source: string, { env, homeDir }: EngineSearch, isProxy = false): EngineCandidate {
  const trimmed = text.trim()
  const withScheme = /^[a-z]+:\/\//.test(trimmed) ? trimmed : trimmed.startsWith('/') ? `unix://${trimmed}` : `tcp://${trimmed}`
  const wantsTls = Boolean(env['DOCKER_TLS_VERIFY'] || env['DOCKER_TLS'])
  const endpoint = withScheme.replace(/^tcp:/, wantsTls ? 'https:' : 'http:')
  const certificates = env['DOCKER_CERT_PATH'] || dockerFolder({ env, homeDir })
  const verifies = Boolean(env['DOCKER_TLS_VERIFY'] || !env['DOCKER_TLS'])
  const tls = endpoint.startsWith('https:') ? { folder: certificates, isNamed: Boolean(env['DOCKER_CERT_PATH']), verifies } : null
  return { endpoint, source: verifies || tls === null ? source : `${source} (certificate not checked)`, tls, isNamed: true, isProxy }
}

/** Docker's variables for TLS are not for contexts, which have certificates of their own. */
function contextCandidate({ name, host, tls }: DockerContext): EngineCandidate {
  const endpoint = host.replace(/^tcp:/, tls === null ? 'http:' : 'https:')
  const isTls = endpoint.startsWith('https:')
  const source = `Docker context ${name}`
  const isUnchecked = isTls && tls?.verifies === false
  return { endpoint, source: isUnchecked ? `${source} (certificate not checked)` : source, tls: isTls ? tls : null, isNamed: true, isProxy: false }
}

export type FoundEngine = {
  /** null when no engine answers; then `reason` says why, in one sentence with a next step. */
  access: EngineAccess | null
  isProxy: boolean
  reason: string | null
  /** Every endpoint that was asked, in order; what was not reached any more is not in it. */
  probes: EngineProbe[]
}

export type EndpointInput = Pick<EngineSearch, 'setting' | 'proxySetting' | 'env'> & { platform?: NodeJS.Platform; homeDir?: string }

export async function findEndpoint(input: EndpointInput): Promise<FoundEngine> {
  const { setting, proxySetting, env, platform = process.platform, homeDir = homedir() } = input
  const context = await readDockerContext({ env, homeDir })
  const candidates = engineCandidates({ setting, proxySetting, env, platform, homeDir, userId: process.getuid?.() ?? null, context })
  const probes: EngineProbe[] = []
  for (const { endpoint, source, tls: folder, isProxy } of candidates) {
    const tls = folder === null ? null : await readTls(folder)
    const error =
      typeof tls === 'string' ? tls : ((await probeEndpoint({ endpoint, tls }, answerTimeoutMs(endpoint), platform))?.message ?? null)
    probes.push({ endpoint: withoutCredentials(endpoint), source, error })
    if (error === null && typeof tls !== 'string') return { access: { endpoint, tls }, isProxy, reason: null, probes }
  }
  return { access: null, isProxy: false, reason: reasonFor(candidates, probes, platform), probes }
}

/** The one reason worth showing: of what the user named, else of an engine that is there, else how to get one. */
function reasonFor(candidates: EngineCandidate[], probes: EngineProbe[], platform: NodeJS.Platform): string {
  const named = candidates[0]?.isNamed === true ? probes[0] : undefined
  const present = probes.find((probe) => probe.error !== null && !probe.error.startsWith('There is no container engine'))
  return (
    (named ?? present)?.error ??
    `No container engine was found on this computer. Install Docker or Podman, or start it. ${startEngine(candidates[0]?.endpoint ?? '', platform)}`
  )
}
