/**
 * What becomes of one request: denied, or made anew and forwarded. The order is fixed: form, route, body, ownership, then
 * the engine. Nothing is sent to the engine for a request that is denied but the question whose a container or volume is.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { EngineAccess } from './endpoint-dial'
import { answerRaw, forwardAttach } from './guard-attach'
import { readJsonBody } from './guard-body'
import { checkContainer } from './guard-create'
import { deny, denialStatus, isDenial } from './guard-denial'
import { answerJson, failureStatus, forward, reducedDiskUsage, reducedInfo } from './guard-forward'
import { createOwnership, foreignVolume, isOurVolume, volumeRule } from './guard-ownership'
import { ownFilter, type GuardPolicy } from './guard-policy'
import { readGuardRequest, writeQuery, type GuardRequest } from './guard-request'
import { findRoute, type RouteMatch } from './guard-routes'
import { isRecord } from './guard-shape'
import { createUpstream, isFailure } from './guard-upstream'

export type GuardHandler = {
  request(incoming: IncomingMessage, response: ServerResponse): Promise<void>
  upgrade(incoming: IncomingMessage, client: Duplex): Promise<void>
  /** A connection that never became a request. */
  countDenied(): void
  counts(): { allowed: number; denied: number }
}

const createTimeoutMs = 60_000
const readTimeoutMs = 10_000

export function createGuardHandler(deps: { access: EngineAccess; owner: string; policy: () => GuardPolicy }): GuardHandler {
  const { owner, access } = deps
  const { endpoint } = access
  const upstream = createUpstream(access)
  const ownership = createOwnership(upstream, owner)
  let allowed = 0
  let denied = 0

  function read(incoming: IncomingMessage): { request: GuardRequest; route: RouteMatch } {
    const request = readGuardRequest({ method: incoming.method ?? '', target: incoming.url ?? '', rawHeaders: incoming.rawHeaders })
    return { request, route: findRoute(request) }
  }

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { request, route } = read(incoming)
    if (request.wantsUpgrade) deny('upgrade', 'The connection is not marked as one to upgrade.')
    const query = new Map(request.query)
    const send = async (path = request.path): Promise<number> => {
      allowed++
      return forward(upstream, endpoint, { method: request.method, path: path + writeQuery(query) }, response)
    }
    switch (route.kind) {
      case 'ping':
      case 'plain':
        await send()
        return
      case 'own-list':
        query.set('filters', ownFilter(owner, request.path === '/events' ? { type: ['container'] } : {}))
        await send()
        return
      case 'prune-volumes':
        query.set('filters', ownFilter(owner))
        await send()
        return
      case 'info':
        return answerReduced(response, '/info', reducedInfo)
      case 'disk-usage':
        return answerReduced(response, '/system/df?type=volume', (body) => reducedDiskUsage(body, owner))
      case 'image':
        if (![...deps.policy().images, ...deps.policy().pullable].includes(route.subject))
          deny('image', `The image ${route.subject} is not the configured worker image.`)
        await send()
        return
      case 'pull':
        checkPull(query, deps.policy())
        await send()
        return
      case 'attach':
      case 'container':
        await send(request.path.replace(route.subject, await ownership.container(route.subject)))
        return
      case 'remove-container': {
        const id = await ownership.container(route.subject)
        if ((await send(request.path.replace(route.subject, id))) === 204) ownership.removedContainer(id)
        return
      }
      case 'volume': {
        const volume = await ownership.volume(route.subject)
        if (request.method === 'DELETE') {
          await send()
          return
        }
        allowed++
        answerJson(response, 200, volume)
        return
      }
      case 'create-volume':
        return createVolume(await readJsonBody(request, incoming), response)
      case 'create-container':
        return createContainer(await readJsonBody(request, incoming), request.query.get('name') ?? '', response)
    }
  }

  async function answerReduced(response: ServerResponse, path: string, reduce: (body: unknown) => unknown): Promise<void> {
    allowed++
    const { status, body } = await upstream.json({ method: 'GET', path, timeoutMs: readTimeoutMs })
    answerJson(response, status, status === 200 ? reduce(body) : body)
  }

  async function createContainer(body: unknown, name: string, response: ServerResponse): Promise<void> {
    const { spec, volumes } = await checkContainer(body, name, owner, deps.policy())
    await Promise.all(volumes.map((volume) => ownership.volumeToMount(volume)))
    allowed++
    const created = await upstream.json({ method: 'POST', path: `/containers/create?name=${name}`, body: spec, timeoutMs: createTimeoutMs })
    const id = created.status === 201 && isRecord(created.body) ? created.body['Id'] : undefined
    if (typeof id === 'string') ownership.madeContainer(id)
    answerJson(response, created.status, created.body)
  }

  /** The engine answers 201 with an old volume, whoever made it and however it is mounted: look at what is there now. */
  async function createVolume(body: unknown, response: ServerResponse): Promise<void> {
    const volume = volumeRule(owner)(body, 'body')
    allowed++
    const created = await upstream.json({ method: 'POST', path: '/volumes/create', body: volume, timeoutMs: createTimeoutMs })
    if (created.status !== 201) return answerJson(response, created.status, created.body)
    const found = await upstream.json({ method: 'GET', path: `/volumes/${volume.Name}`, timeoutMs: readTimeoutMs })
    if (found.status !== 200 || !isRecord(found.body) || !isOurVolume(found.body, owner)) deny('volume-foreign', foreignVolume(volume.Name))
    answerJson(response, 201, found.body)
  }

  function problem(error: unknown): { status: number; body: { message: string; reason: string } } {
    if (isDenial(error)) {
      denied++
      return { status: denialStatus(error), body: { message: error.message, reason: error.denialReason } }
    }
    if (isFailure(error)) return { status: failureStatus(error), body: { message: error.message, reason: error.upstreamReason } }
    return {
      status: 500,
      body: { message: `The request could not be decided: ${error instanceof Error ? error.message : String(error)}`, reason: 'internal' },
    }
  }

  return {
    async request(incoming, response) {
      try {
        await answer(incoming, response)
      } catch (error) {
        const { status, body } = problem(error)
        // What is left of the request is not read: the connection ends with this answer.
        answerJson(response, status, body, true)
        incoming.resume()
      }
    },
    async upgrade(incoming, client) {
      try {
        const { request, route } = read(incoming)
        if (route.kind !== 'attach') deny('upgrade', 'Only attach may upgrade its connection.')
        const id = await ownership.container(route.subject)
        allowed++
        await forwardAttach(upstream, endpoint, `/containers/${id}/attach${writeQuery(request.query)}`, client)
      } catch (error) {
        const { status, body } = problem(error)
        answerRaw(client, status, body)
      }
    },
    countDenied: () => void denied++,
    counts: () => ({ allowed, denied }),
  }
}

function checkPull(query: ReadonlyMap<string, string>, policy: GuardPolicy): void {
  const image = query.get('fromImage') ?? ''
  const tag = query.get('tag')
  if (tag === undefined) deny('image', `Which ${image}? A pull without a tag would fetch all of them.`)
  const reference = tag.startsWith('sha256:') ? `${image}@${tag}` : `${image}:${tag}`
  if (!policy.pullable.includes(reference)) deny('query', `The image ${reference} is not the configured worker image.`)
}
