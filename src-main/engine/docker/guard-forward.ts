/**
 * Passes on what the guard allowed: one request of ours to the engine, and its answer back as a stream with back-pressure
 * and a closed set of headers. The answers that would show what belongs to others are reduced to what is ours.
 */
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { isOurVolumeName } from './guard-policy'
import { isOurVolume } from './guard-ownership'
import { isRecord } from './guard-shape'
import { asFailure, readBlocked, type Upstream, type UpstreamFailure } from './guard-upstream'

const answeredHeaders = ['content-type', 'content-length', 'api-version', 'ostype'] as const
const infoFields = ['NCPU', 'MemTotal', 'OSType', 'CgroupVersion', 'SecurityOptions', 'DockerRootDir'] as const

function passedHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(answeredHeaders.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])))
}

/** Resolves with the engine's status when its answer has begun; rejects with an UpstreamFailure while nothing was answered. */
export async function forward(
  upstream: Upstream,
  endpoint: string,
  call: { method: string; path: string },
  response: ServerResponse,
): Promise<number> {
  const request = await upstream.open(call)
  // A client that is gone, for whatever reason, wants no answer any more.
  response.on('close', () => request.destroy())
  if (response.destroyed) request.destroy()
  return new Promise((resolve, reject) => {
    request.on('error', (error) => {
      if (response.headersSent) response.destroy()
      reject(asFailure(error, endpoint))
    })
    request.on('response', (answer) => {
      const status = answer.statusCode ?? 502
      if (status === 403) return void readBlocked(call.method, call.path, answer).then(reject)
      response.writeHead(status, passedHeaders(answer.headers))
      response.flushHeaders()
      pipeline(answer, response, () => undefined)
      resolve(status)
    })
    request.end()
  })
}

export function answerJson(response: ServerResponse, status: number, body: unknown, closes = false): void {
  if (response.headersSent || response.destroyed) return
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    ...(closes ? { Connection: 'close' } : {}),
  })
  response.end(text)
}

/** R3: what limits and warnings need, and nothing about the machine or its other users. */
export function reducedInfo(body: unknown): unknown {
  return isRecord(body) ? Object.fromEntries(infoFields.flatMap((name) => (Object.hasOwn(body, name) ? [[name, body[name]]] : []))) : {}
}

/** R22: an engine before API 1.42 ignores `type` and lists everybody's objects. */
export function reducedDiskUsage(body: unknown, owner: string): unknown {
  const volumes: unknown = isRecord(body) ? body['Volumes'] : undefined
  const ours = Array.isArray(volumes)
    ? volumes.filter(
        (volume: unknown) => isRecord(volume) && typeof volume['Name'] === 'string' && isOurVolumeName(volume['Name']) && isOurVolume(volume, owner),
      )
    : []
  return { Volumes: ours }
}

export function failureStatus(failure: UpstreamFailure): number {
  switch (failure.upstreamReason) {
    case 'timeout':
      return 504
    case 'too-old':
      return 501
    case 'blocked':
      return 403
    case 'unavailable':
    case 'permission-denied':
      return 502
  }
}
