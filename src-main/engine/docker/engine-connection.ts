/**
 * Keeps the way to the container engine: finds an endpoint, puts the guard in front of it, and tells when it comes and goes.
 * Nobody else learns the engine's address.
 *
 * connecting ──> ready <──> unavailable
 */
import { AppError, toWireError } from '@shared/app-error'
import type { EngineProbe, EngineStatus } from '@shared/contract/tools'
import { createDockerClient, type DockerClient, type EngineFacts } from './client'
import { withoutCredentials } from './endpoint-address'
import { answerTimeoutMs, type EngineAccess } from './endpoint-dial'
import { findEndpoint, type EndpointInput } from './endpoint'
import { checkProxy, type RefusedCall } from './proxy-check'
import { startGuard, type GuardPolicy, type RunningGuard } from './guard'

export type EngineConnection = {
  status(): EngineStatus
  facts(): EngineFacts | null
  /** Waits for the first look, then answers the client. Throws docker/unavailable with the reason. */
  client(): Promise<DockerClient>
  /** What a proxy before the engine refuses of the app's calls; null where there is none, or no engine. */
  refusedCalls(): Promise<RefusedCall[] | null>
  /** Looks anew at once, also when an endpoint was found before. */
  recheck(): Promise<EngineStatus>
  dispose(): Promise<void>
}

export type EngineConnectionDeps = {
  endpointInput: () => EndpointInput
  owner: string
  policy: () => GuardPolicy
  publish: (status: EngineStatus) => void
  /** Called each time an engine was reached. */
  onReady: (client: DockerClient) => void
}

/** Starting Docker must be enough: so often it is looked for while it is not there. */
const lookEveryMs = 3000
/** So often a reached engine is asked whether it still answers. */
const askEveryMs = 10_000

/** `settings` are those it was found under. */
type Link = { guard: RunningGuard; client: DockerClient; access: EngineAccess; isProxy: boolean; settings: string; facts: EngineFacts }

export function createEngineConnection(deps: EngineConnectionDeps): EngineConnection {
  let status: EngineStatus = { state: 'connecting', endpoint: null, version: null, architecture: null, reason: null, probes: [], rev: 1 }
  let link: Link | null = null
  let timer: NodeJS.Timeout | null = null
  let disposed = false
  let looking: Promise<void> | null = null

  const change = (patch: Partial<Omit<EngineStatus, 'rev'>>): void => {
    const next = { ...status, ...patch }
    if (JSON.stringify(next) === JSON.stringify(status)) return
    status = { ...next, rev: status.rev + 1 }
    deps.publish(status)
  }

  const shownEndpoint = (): string | null => link && withoutCredentials(link.access.endpoint)

  const becomeUnavailable = (reason: string, probes: EngineProbe[] = status.probes): void => {
    change({ state: 'unavailable', endpoint: shownEndpoint(), version: null, architecture: null, reason, probes })
  }

  const becomeReady = (probes: EngineProbe[]): void => {
    if (!link) return
    change({ state: 'ready', endpoint: shownEndpoint(), version: link.facts.version, architecture: link.facts.architecture, reason: null, probes })
    deps.onReady(link.client)
  }

  const settingsOf = ({ setting, proxySetting }: EndpointInput): string => JSON.stringify([setting, proxySetting])

  const open = async (access: EngineAccess, isProxy: boolean, settings: string): Promise<Link> => {
    const guard = await startGuard({ upstream: access.endpoint, tls: access.tls, owner: deps.owner, policy: deps.policy })
    const client = createDockerClient({ socketPath: guard.socketPath, owner: deps.owner })
    try {
      return { guard, client, access, isProxy, settings, facts: await client.facts() }
    } catch (error) {
      await guard.close()
      throw error
    }
  }

  const look = async (): Promise<void> => {
    if (link) {
      const silence = await link.client.ping(answerTimeoutMs(link.access.endpoint)).then(
        () => null,
        (error: unknown) => toWireError(error).message,
      )
      if (silence === null) return status.state === 'ready' ? undefined : becomeReady(status.probes)
      becomeUnavailable(silence)
    }
    const input = deps.endpointInput()
    const { access, isProxy, reason, probes } = await findEndpoint(input)
    if (access === null) {
      return becomeUnavailable(reason ?? 'No container engine was found. Start Docker, or set its endpoint in the settings.', probes)
    }
    // Live runs hold streams through the old guard: it goes only when another one has taken its place.
    const old = link
    try {
      link = await open(access, isProxy, settingsOf(input))
    } catch (error) {
      return becomeUnavailable(toWireError(error).message, probes)
    }
    becomeReady(probes)
    await old?.guard.close()
  }

  const schedule = (): void => {
    if (disposed) return
    timer = setTimeout(() => void lookNow(), status.state === 'ready' ? askEveryMs : lookEveryMs)
    timer.unref()
  }

  const lookNow = (): Promise<void> => {
    if (timer) clearTimeout(timer)
    looking ??= look().finally(() => {
      looking = null
      schedule()
    })
    return looking
  }

  void lookNow()
  return {
    status: () => status,
    facts: () => link?.facts ?? null,
    async client() {
      if (status.state === 'connecting') await lookNow()
      if (link && status.state === 'ready') return link.client
      throw new AppError('docker/unavailable', status.reason ?? 'No container engine answers. Start Docker, then try again.')
    },
    async refusedCalls() {
      if (link === null || status.state !== 'ready') return null
      // Whoever names http://host:port as the engine may mean a proxy as well: it shows by what it refuses.
      const mayBeProxy = link.isProxy || link.access.endpoint.startsWith('http:')
      const refused = mayBeProxy ? await checkProxy(link.access) : []
      return link.isProxy || refused.length > 0 ? refused : null
    },
    async recheck() {
      await looking
      if (link && link.settings !== settingsOf(deps.endpointInput())) {
        const { guard } = link
        link = null
        await guard.close()
      }
      await lookNow()
      return status
    },
    async dispose() {
      disposed = true
      if (timer) clearTimeout(timer)
      await looking
      await link?.guard.close()
    },
  }
}
