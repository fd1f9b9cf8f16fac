/**
 * Which of the app's calls a proxy before the engine refuses, found out without changing anything: each call is made for a
 * container, volume or image that cannot exist, or with a body that is no JSON, so that an engine that gets it says no as well,
 * but never with 403. These questions go around the guard, which would stop most of them.
 */
import type { IncomingMessage } from 'node:http'
import { answerTimeoutMs, createEngineDial, type EngineAccess, type EngineDial } from './endpoint-dial'
import { callName, proxySwitches } from './guard-blocked'

export type RefusedCall = {
  /** For example `POST /containers/{id}/start`. */
  call: string
  /** What to set at the proxy, for example `CONTAINERS=1 POST=1`. */
  switches: string
  /** false: the app does without, and only knows less. */
  isNeeded: boolean
}

type HarmlessCall = { method: string; path: string; isNeeded: boolean; body?: string }

const nobody = `/containers/${'0'.repeat(64)}`
const needed = (method: string, path: string, body?: string): HarmlessCall => ({ method, path, isNeeded: true, ...(body === undefined ? {} : { body }) })
const noJson = '{'

/** Every kind of call that client.ts makes. */
export const harmlessCalls: readonly HarmlessCall[] = [
  needed('GET', '/_ping'),
  needed('GET', '/version'),
  { method: 'GET', path: '/info', isNeeded: false },
  needed('GET', `/containers/json?limit=1&filters=${encodeURIComponent('{"label":["io.fastflow.desktop.owner=nobody"]}')}`),
  needed('POST', '/containers/create?name=ffd-check', noJson),
  needed('GET', `${nobody}/json`),
  needed('GET', `${nobody}/logs?stdout=1`),
  { method: 'GET', path: `${nobody}/stats?stream=0`, isNeeded: false },
  needed('POST', `${nobody}/attach?stream=1`),
  needed('POST', `${nobody}/wait`),
  needed('POST', `${nobody}/start`),
  needed('POST', `${nobody}/stop`),
  needed('POST', `${nobody}/kill`),
  needed('DELETE', nobody),
  needed('GET', '/images/ffd-check:none/json'),
  // Not a name that an image can have.
  needed('POST', '/images/create?fromImage=-&tag=none'),
  needed('GET', '/volumes/ffd-check-none'),
  needed('POST', '/volumes/create', noJson),
]

/** What does not answer at all is not in the list: that is told elsewhere. */
export async function checkProxy(access: EngineAccess): Promise<RefusedCall[]> {
  const dial = createEngineDial(access)
  const timeoutMs = answerTimeoutMs(access.endpoint)
  const statuses = await Promise.all(harmlessCalls.map((call) => statusOf(dial, call, timeoutMs)))
  return harmlessCalls.flatMap(({ method, path, isNeeded }, index) =>
    statuses[index] === 403 ? [{ call: callName(method, path), switches: proxySwitches(method, path), isNeeded }] : [],
  )
}

/** null: no answer. */
function statusOf(dial: EngineDial, { method, path, body }: HarmlessCall, timeoutMs: number): Promise<number | null> {
  return new Promise((resolve) => {
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json' }
    const request = dial({ method, path, headers: { Host: 'docker', 'Content-Length': Buffer.byteLength(body ?? ''), ...headers } })
    const settle = (status: number | null): void => {
      clearTimeout(timer)
      resolve(status)
      request.destroy()
    }
    const timer = setTimeout(() => settle(null), timeoutMs)
    request.on('error', () => settle(null))
    request.on('response', (answer: IncomingMessage) => {
      // Nobody reads on, and the end of the connection is no surprise.
      answer.on('error', () => undefined)
      settle(answer.statusCode ?? null)
    })
    request.end(body)
  })
}
