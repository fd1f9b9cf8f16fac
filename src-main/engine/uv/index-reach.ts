/** Whether the package index can be reached from this computer: one connection, so that a start without a network need not wait for uv's time-outs. */
import { createConnection } from 'node:net'

/** Where uv looks when nothing else is said. */
const usualIndex = 'https://pypi.org/simple'
const connectMs = 1500
/** What was reached a moment ago is taken for reached. */
const trustMs = 15_000

export type IndexReach = {
  /** null: it is reached; else the name of what is not, the index or the proxy before it. `env`: variables of the run, proxies included. */
  unreachable(env: Readonly<Record<string, string>>): Promise<string | null>
}

export function createIndexReach(nowMs: () => number): IndexReach {
  const reachedAtMs = new Map<string, number>()
  return {
    async unreachable(env) {
      const target = targetOf(env)
      if (target === null) return null
      const name = `${target.host}:${target.port}`
      if (nowMs() - (reachedAtMs.get(name) ?? -Infinity) < trustMs) return null
      if (!(await connects(target))) return name
      reachedAtMs.set(name, nowMs())
      return null
    },
  }
}

/** The proxy, where one is named, else the index; null where neither is an address that can be tried. */
function targetOf(env: Readonly<Record<string, string>>): { host: string; port: number } | null {
  const index = env.UV_DEFAULT_INDEX ?? env.UV_INDEX_URL ?? usualIndex
  const isPlain = index.startsWith('http:')
  const proxy = (isPlain ? (env.http_proxy ?? env.HTTP_PROXY) : (env.https_proxy ?? env.HTTPS_PROXY)) ?? env.all_proxy ?? env.ALL_PROXY
  const exempt = (env.no_proxy ?? env.NO_PROXY ?? '') !== ''
  try {
    // What a list of exemptions means differs from tool to tool: with one, nothing is said here.
    if (proxy !== undefined && exempt) return null
    const { hostname, port, protocol } = new URL(proxy ?? index)
    if (!/^https?:$/.test(protocol)) return null
    return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'http:' ? 80 : 443) }
  } catch {
    return null
  }
}

function connects({ host, port }: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection({ host, port })
    const timer = setTimeout(() => done(false), connectMs)
    const done = (isReached: boolean): void => {
      clearTimeout(timer)
      connection.destroy()
      resolve(isReached)
    }
    connection.on('connect', () => done(true))
    connection.on('error', () => done(false))
  })
}
