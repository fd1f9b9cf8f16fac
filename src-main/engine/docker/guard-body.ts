/**
 * Reads the body of one of the two create requests (RELIABILITY.md C2, N6): bounded, strict UTF-8, exactly one JSON
 * document. Says nothing about what is in it.
 */
import type { Readable } from 'node:stream'
import { deny } from './guard-denial'
import type { GuardRequest } from './guard-request'

const bodyLimitBytes = 2_097_152

export async function readJsonBody(request: GuardRequest, body: Readable): Promise<unknown> {
  if (!/^application\/json(; ?charset=utf-8)?$/i.test(request.contentType ?? '')) deny('content-type', 'The body must be application/json.')
  if (request.contentLengthBytes > bodyLimitBytes) deny('body-size', 'The body is larger than 2 MB.')
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyLimitBytes) deny('body-size', 'The body is larger than 2 MB.')
    chunks.push(chunk)
  }
  const text = decode(Buffer.concat(chunks))
  try {
    return JSON.parse(text)
  } catch {
    return deny('json', 'The body is not one JSON document.')
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return deny('utf8', 'The body is not UTF-8.')
  }
}
