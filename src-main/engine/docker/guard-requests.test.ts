/** Replays the requests of guard-requests.json, byte for byte, against a running guard before a fake engine. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fakeOwner, type RecordedRequest } from '../testing/fake-engine'
import { guardImage, startGuardWorld, type GuardWorld } from '../testing/guard-world'
import { exchangeRaw, rawRequest } from '../testing/raw-http'

type Case = {
  n: number
  expect: 'allow' | 'deny'
  title: string
  method: string
  url: string
  reason?: string
  headers?: Record<string, string>
  body?: unknown
}

const { cases } = JSON.parse(readFileSync(resolve(import.meta.dirname, 'guard-requests.json'), 'utf8')) as { cases: Case[] }
const base = cases.find((entry) => entry.n === 1)?.body as Record<string, unknown>

let world: GuardWorld
beforeAll(async () => {
  world = await startGuardWorld()
})
afterAll(() => world.close())
beforeEach(() => {
  world.engine.recorded.length = 0
})

/** The file shortens what is too long for it; here it is again. */
function bodyText(entry: Case): string | null {
  const good = fill(JSON.stringify(base))
  const withEnv = (bytes: number): string => fill(JSON.stringify({ ...base, Env: [`A=${'x'.repeat(bytes - 2)}`] }))
  switch (entry.n) {
    case 121:
      return withEnv(131_072)
    case 122:
      return withEnv(131_071)
    case 133:
      return `${good} {"HostConfig":{"Privileged":true}}`
    case 135:
      return `\ufeff${good}`
    case 138:
      return `{"Image":"${'x'.repeat(3_000_000)}"}`
    default:
      return entry.body === undefined ? null : fill(typeof entry.body === 'string' ? entry.body : JSON.stringify(entry.body))
  }
}

function fill(text: string): string {
  return text
    .replaceAll('{workspace}', world.workspace)
    .replaceAll('{rundir}', world.runDir)
    .replaceAll('{runners}', world.runners)
    .replaceAll('{image}', guardImage)
    .replaceAll('{owner}', fakeOwner)
}

async function send(entry: Case) {
  const body = bodyText(entry)
  const type = body === null ? {} : { 'Content-Type': 'application/json' }
  const [answer] = await exchangeRaw(world.guard.socketPath, rawRequest(entry.method, fill(entry.url), { ...type, ...entry.headers }, body), {
    count: 1,
  })
  return { answer, body }
}

/** What the guard itself asks to find out whose something is, or which version the engine speaks. */
function isGuardsOwnQuestion(request: RecordedRequest): boolean {
  return request.method === 'GET' && /^(\/_ping|\/v1\.41\/containers\/[^/]+\/json|\/v1\.41\/volumes\/[^/]+)$/.test(request.url)
}

describe('requests that are allowed', () => {
  it.each(cases.filter((entry) => entry.expect === 'allow'))('$n $title', async (entry) => {
    const before = world.guard.counts()
    const { answer, body } = await send(entry)
    expect(answer?.status).toBeLessThan(300)
    expect(world.guard.counts()).toEqual({ allowed: before.allowed + 1, denied: before.denied })
    const forwarded = world.engine.recorded.at(-1)
    const path = entry.url.replace(/^\/v1\.41/, '').replace(/\?.*$/, '')
    expect(forwarded?.method).toBe(entry.method)
    expect(forwarded?.url.replace(/\?.*$/, '')).toBe(path === '/_ping' ? path : `/v1.41${path}`)
    if (body === null) expect(forwarded?.body).toBe('')
    else {
      expect(JSON.parse(forwarded?.body ?? '')).toEqual(JSON.parse(body))
      expect(forwarded?.body).toBe(JSON.stringify(JSON.parse(forwarded?.body ?? '')))
    }
    const known = ['host', 'user-agent', 'connection', 'content-type', 'content-length', 'upgrade']
    expect(Object.keys(forwarded?.headers ?? {}).filter((name) => !known.includes(name))).toEqual([])
    expect(forwarded?.headers.host).toBe('docker')
  })
})

/** Ours differ where HTTP itself, before any rule, or a narrower rule refuses. */
const otherReasons: Record<number, string> = { 121: 'env', 214: 'http' }

describe('requests that are denied', () => {
  it.each(cases.filter((entry) => entry.expect === 'deny'))('$n $title', async (entry) => {
    const before = world.guard.counts()
    const { answer } = await send(entry)
    expect(answer?.status).toBeGreaterThanOrEqual(400)
    expect(answer?.json.reason).toBe(otherReasons[entry.n] ?? entry.reason?.replace(/:.*$/, ''))
    expect(world.engine.recorded.filter((request) => !isGuardsOwnQuestion(request))).toEqual([])
    expect(world.guard.counts()).toEqual({ allowed: before.allowed, denied: before.denied + 1 })
  })
})

it('the file has all its cases', () => {
  expect(cases).toHaveLength(138)
})
