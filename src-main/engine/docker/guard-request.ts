/**
 * Brings a request into the one form that the rules look at (RELIABILITY.md C2, N1-N5), or denies it: the engine decodes,
 * cleans and folds what it gets, so anything that could mean two things is refused instead of understood.
 */
import { deny } from './guard-denial'

/** Versions of the engine's API that we know. */
export const apiVersions = ['1.40', '1.41', '1.42', '1.43', '1.44', '1.45', '1.46', '1.47'] as const

export type GuardRequest = {
  method: string
  /** Without the version prefix. */
  path: string
  query: ReadonlyMap<string, string>
  wantsUpgrade: boolean
  contentType: string | null
  contentLengthBytes: number
}

/** None of them is forwarded; a header that is not here could ask the engine, or a proxy before it, for something else. */
const knownHeaders = new Set(['accept', 'accept-encoding', 'connection', 'content-length', 'content-type', 'host', 'upgrade', 'user-agent'])
const targetLimitBytes = 8192

export function readGuardRequest(raw: { method: string; target: string; rawHeaders: string[] }): GuardRequest {
  const headers = readHeaders(raw.rawHeaders)
  if (!raw.target.startsWith('/') || raw.target.length > targetLimitBytes) deny('uri', 'The request target must be a path of at most 8192 bytes.')
  const mark = raw.target.indexOf('?')
  const path = mark < 0 ? raw.target : raw.target.slice(0, mark)
  if (!/^[A-Za-z0-9_./:@-]+$/.test(path) || path.includes('//') || path.includes('/.')) deny('path', 'The path is not in its plain form.')
  const upgrade = headers.get('upgrade')
  if (upgrade !== undefined && upgrade.toLowerCase() !== 'tcp') deny('upgrade', 'Only an upgrade to tcp is known.')
  const length = headers.get('content-length') ?? '0'
  if (!/^\d{1,15}$/.test(length)) deny('header', 'Content-Length must be a number.')
  return {
    method: raw.method,
    path: withoutVersion(path),
    query: readQuery(mark < 0 ? '' : raw.target.slice(mark + 1)),
    wantsUpgrade: upgrade !== undefined,
    contentType: headers.get('content-type') ?? null,
    contentLengthBytes: Number(length),
  }
}

function readHeaders(rawHeaders: string[]): Map<string, string> {
  const headers = new Map<string, string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    if (!knownHeaders.has(name)) deny('header', `The header ${name} is not forwarded.`)
    if (headers.has(name)) deny('header', `The header ${name} is there twice.`)
    headers.set(name, rawHeaders[index + 1] ?? '')
  }
  return headers
}

function withoutVersion(path: string): string {
  const match = /^\/v(\d[^/]*)(\/.*)$/.exec(path)
  if (match === null) return path
  const [, version = '', rest = ''] = match
  if (!apiVersions.some((known) => known === version))
    deny('version', `The API version ${version} is not known; ${apiVersions[0]} to ${apiVersions.at(-1)} are.`)
  return rest
}

function readQuery(text: string): Map<string, string> {
  const query = new Map<string, string>()
  for (const part of text === '' ? [] : text.split('&')) {
    const equals = part.indexOf('=')
    const key = equals < 0 ? part : part.slice(0, equals)
    if (!/^[A-Za-z-]+$/.test(key)) deny('query', 'A query key is not in its plain form.')
    if (query.has(key)) deny('query', `The query key ${key} is there twice.`)
    query.set(key, decodeValue(equals < 0 ? '' : part.slice(equals + 1), key))
  }
  return query
}

function decodeValue(value: string, key: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '))
  } catch {
    return deny('query', `The value of ${key} is not encoded as a query value.`)
  }
}

/** The query of the request that the guard makes itself, encoded by us. */
export function writeQuery(query: ReadonlyMap<string, string>): string {
  const parts = [...query].map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}
