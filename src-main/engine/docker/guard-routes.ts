/**
 * The closed list of what may be asked (RELIABILITY.md C3, R1-R22): method, path, query keys and their values. What is not
 * here is denied: no exec, build, archive, commit, update, rename, networks, swarm, plugins, auth, load, debug.
 */
import { deny } from './guard-denial'
import { containerIdPattern, helperNamePattern, isOurVolumeName, runNamePattern } from './guard-policy'
import type { GuardRequest } from './guard-request'

/** What the guard has to do besides forwarding; each is handled in guard-forward.ts. */
export type RouteKind =
  | 'ping'
  | 'plain'
  | 'info'
  | 'disk-usage'
  | 'own-list'
  | 'prune-volumes'
  | 'create-container'
  | 'container'
  | 'attach'
  | 'remove-container'
  | 'create-volume'
  | 'volume'
  | 'image'
  | 'pull'

type Route = { kind: RouteKind; methods: string[]; path: RegExp; query: Record<string, RegExp> }

/** `subject`: the container, volume or image that the path names; '' where it names none. */
export type RouteMatch = { kind: RouteKind; subject: string }

const flag = /^(0|1|true|false)$/
const timestamp = /^\d{1,12}(\.\d{1,9})?$/
/** Replaced by our own before it goes out (R4, R5, R19). */
const replaced = /^[^]{0,4096}$/
const none = {}

const routes: Route[] = [
  { kind: 'ping', methods: ['GET', 'HEAD'], path: /^\/_ping$/, query: none },
  { kind: 'plain', methods: ['GET'], path: /^\/version$/, query: none },
  { kind: 'info', methods: ['GET'], path: /^\/info$/, query: none },
  { kind: 'own-list', methods: ['GET'], path: /^\/events$/, query: { since: timestamp, until: timestamp, filters: replaced } },
  { kind: 'own-list', methods: ['GET'], path: /^\/containers\/json$/, query: { all: flag, limit: /^\d{1,6}$/, filters: replaced } },
  { kind: 'create-container', methods: ['POST'], path: /^\/containers\/create$/, query: { name: /^ffd-(run|help)-[0-9a-f-]{36}$/ } },
  { kind: 'container', methods: ['GET'], path: /^\/containers\/([^/]+)\/json$/, query: none },
  { kind: 'container', methods: ['POST'], path: /^\/containers\/([^/]+)\/start$/, query: none },
  {
    kind: 'attach',
    methods: ['POST'],
    path: /^\/containers\/([^/]+)\/attach$/,
    query: { stream: flag, stdout: flag, stderr: flag, logs: /^(0|false)$/, stdin: /^(0|false)$/ },
  },
  {
    kind: 'container',
    methods: ['GET'],
    path: /^\/containers\/([^/]+)\/logs$/,
    query: { follow: flag, stdout: flag, stderr: flag, timestamps: flag, since: timestamp, until: timestamp, tail: /^(all|\d{1,9})$/ },
  },
  { kind: 'container', methods: ['POST'], path: /^\/containers\/([^/]+)\/wait$/, query: { condition: /^(not-running|next-exit|removed)$/ } },
  { kind: 'container', methods: ['POST'], path: /^\/containers\/([^/]+)\/kill$/, query: { signal: /^(SIG)?(KILL|TERM|INT|CONT)$/ } },
  { kind: 'container', methods: ['POST'], path: /^\/containers\/([^/]+)\/stop$/, query: { t: /^([0-9]|[1-9][0-9]|[1-5][0-9]{2}|600)$/ } },
  { kind: 'remove-container', methods: ['DELETE'], path: /^\/containers\/([^/]+)$/, query: { force: flag, v: flag } },
  { kind: 'container', methods: ['GET'], path: /^\/containers\/([^/]+)\/stats$/, query: { stream: flag, 'one-shot': flag } },
  { kind: 'create-volume', methods: ['POST'], path: /^\/volumes\/create$/, query: none },
  { kind: 'prune-volumes', methods: ['POST'], path: /^\/volumes\/prune$/, query: { filters: replaced } },
  { kind: 'volume', methods: ['GET'], path: /^\/volumes\/([^/]+)$/, query: none },
  { kind: 'volume', methods: ['DELETE'], path: /^\/volumes\/([^/]+)$/, query: { force: /^(0|false)$/ } },
  { kind: 'image', methods: ['GET'], path: /^\/images\/(.+)\/json$/, query: none },
  {
    kind: 'pull',
    methods: ['POST'],
    path: /^\/images\/create$/,
    query: {
      fromImage: /^[a-z0-9][a-z0-9._/:-]{0,400}$/,
      tag: /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}$/,
      platform: /^[a-z0-9]+\/[a-z0-9]+(\/v[0-9]{1,2})?$/,
    },
  },
  { kind: 'disk-usage', methods: ['GET'], path: /^\/system\/df$/, query: { type: /^volume$/ } },
]

export function findRoute(request: GuardRequest): RouteMatch {
  for (const route of routes) {
    if (!route.methods.includes(request.method)) continue
    const match = route.path.exec(request.path)
    if (match === null) continue
    checkQuery(route, request.query)
    if (request.wantsUpgrade && route.kind !== 'attach') deny('upgrade', 'Only attach may upgrade its connection.')
    const hasBody = route.kind === 'create-container' || route.kind === 'create-volume'
    if (!hasBody && request.contentLengthBytes > 0) deny('body', `${request.method} ${request.path} takes no body.`)
    const subject = match[1] ?? ''
    checkSubject(route.kind, subject)
    return { kind: route.kind, subject }
  }
  return deny('route', `${request.method} ${request.path} is not on the guard's list.`)
}

function checkQuery(route: Route, query: ReadonlyMap<string, string>): void {
  for (const [key, value] of query) {
    const pattern = Object.hasOwn(route.query, key) ? route.query[key] : undefined
    if (pattern === undefined) deny('query', `The query key ${key} is not on the guard's list.`)
    if (!pattern.test(value)) deny('query', `The query value ${key}=${value.slice(0, 200)} is not allowed.`)
  }
  if (route.kind === 'create-container' && !query.has('name')) deny('query', 'A container needs a name of ours.')
  if (route.kind === 'disk-usage' && !query.has('type')) deny('query', 'Disk usage is answered for volumes only: type=volume.')
}

/** No short ids and no foreign names: the engine would accept three characters of an id. */
function checkSubject(kind: RouteKind, subject: string): void {
  if (kind === 'container' || kind === 'attach' || kind === 'remove-container') {
    const known = containerIdPattern.test(subject) || runNamePattern.test(subject) || helperNamePattern.test(subject)
    if (!known) deny('id', 'A container is named by its full id or by a name of ours.')
  }
  if (kind === 'volume' && !isOurVolumeName(subject)) deny('not-ours', `get ${subject}: no such volume`)
}
