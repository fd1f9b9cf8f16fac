// @ts-check
/**
 * A small HTTP client for a container engine, for the scripts that prepare the tests. The product itself never talks to an engine
 * like this: its traffic passes the guard.
 */
import { request } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setupError } from './child.mjs'

/**
 * @typedef {object} EngineAnswer
 * @property {number} status
 * @property {string} body
 */

/**
 * @param {string} endpoint unix:///path, npipe:////./pipe/name or http://host:port
 * @returns {{ socketPath: string } | { host: string, port: string }}
 */
export function connectionOf(endpoint) {
  const [, scheme, rest] = /^(\w+):\/\/(.*)$/.exec(endpoint) ?? []
  if (scheme === 'unix' && rest) return { socketPath: rest }
  if (scheme === 'npipe' && rest) return { socketPath: rest.replaceAll('/', '\\') }
  if (scheme === 'http' || scheme === 'tcp') {
    const url = new URL(`http://${rest}`)
    return { host: url.hostname, port: url.port || '2375' }
  }
  throw new Error(`"${endpoint}" is not an endpoint that can be used: unix:///path or http://host:port`)
}

/**
 * @param {string} endpoint
 * @param {{ method: string, path: string, json?: object, body?: import('node:stream').Readable, timeoutMs?: number }} call
 * @returns {Promise<EngineAnswer>}
 */
export function callEngine(endpoint, { method, path, json, body, timeoutMs = 30_000 }) {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      ...connectionOf(endpoint),
      method,
      path,
      headers: {
        Host: 'engine',
        Connection: 'close',
        ...(json ? { 'Content-Type': 'application/json' } : {}),
        ...(body ? { 'Content-Type': 'application/x-tar' } : {}),
      },
    })
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error(`no answer from ${endpoint} within ${timeoutMs / 1000} s`)))
    outgoing.once('error', reject)
    outgoing.once('response', (incoming) => {
      let text = ''
      incoming.setEncoding('utf8').on('data', (part) => (text += part))
      incoming.once('error', reject)
      incoming.once('end', () => resolve({ status: incoming.statusCode ?? 0, body: text }))
    })
    if (body) {
      body.once('error', (error) => outgoing.destroy(error))
      body.pipe(outgoing)
    } else {
      outgoing.end(json ? JSON.stringify(json) : undefined)
    }
  })
}

/**
 * @param {string} endpoint
 * @returns {Promise<string | null>} null when it answers, else why not
 */
export async function whyEngineIsSilent(endpoint) {
  try {
    const answer = await callEngine(endpoint, { method: 'GET', path: '/_ping', timeoutMs: 4000 })
    return answer.status === 200 ? null : `${endpoint} answered ${answer.status}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/**
 * @param {NodeJS.Platform} platform
 * @param {NodeJS.ProcessEnv} env
 * @param {string} home
 */
export function usualEndpoints(platform, env, home) {
  const configured = env['DOCKER_HOST']
  if (configured) return [configured]
  if (platform === 'win32') return ['npipe:////./pipe/docker_engine']
  const ofUser = env['XDG_RUNTIME_DIR'] ? [`unix://${env['XDG_RUNTIME_DIR']}/docker.sock`] : []
  return ['unix:///var/run/docker.sock', `unix://${join(home, '.docker/run/docker.sock')}`, ...ofUser]
}

/** @returns {Promise<{ endpoint: string }>} */
export async function answeringEngine() {
  const tried = []
  for (const endpoint of usualEndpoints(process.platform, process.env, homedir())) {
    const reason = await whyEngineIsSilent(endpoint)
    if (reason === null) return { endpoint }
    tried.push(`  ${endpoint}: ${reason}`)
  }
  throw setupError(`No container engine answers. Start Docker, or set DOCKER_HOST. Tried:\n${tried.join('\n')}`)
}
