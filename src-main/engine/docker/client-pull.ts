/**
 * Pulls an image and understands the stream that reports on it: one JSON object a line, per layer and per step. Sums up the
 * layers known so far, and survives lines that are no JSON and errors in the middle of the stream.
 */
import { AppError } from '@shared/app-error'
import type { PullProgress } from './client'
import type { Transport } from './client-transport'
import { pullCancelled, pullError } from './errors'

type PullReader = {
  push(chunk: Buffer): void
  /** What the engine gave as error, or null. */
  end(): string | null
}

/** An engine reports several times a second; silence this long means that it hangs. */
const silenceMs = 180_000

export async function pullImage(
  transport: Transport,
  reference: string,
  onProgress: (progress: PullProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const reader = createPullReader(onProgress)
  try {
    const { body } = await transport.stream({
      method: 'POST',
      path: '/images/create',
      query: splitReference(reference),
      doing: 'pull',
      about: `the image ${reference}`,
      timeoutMs: silenceMs,
      signal,
    })
    const complete = await new Promise<boolean>((resolve) => {
      let timer = setTimeout(() => body.destroy(), silenceMs)
      body.on('data', (chunk: Buffer) => {
        clearTimeout(timer)
        timer = setTimeout(() => body.destroy(), silenceMs)
        reader.push(chunk)
      })
      body.on('close', () => {
        clearTimeout(timer)
        resolve(body.complete)
      })
    })
    const failure = reader.end()
    if (failure !== null) throw pullError(reference, failure)
    if (!complete) throw pullError(reference, 'the engine stopped answering in the middle')
  } catch (error) {
    if (signal.aborted) throw pullCancelled(reference)
    // An engine that refuses has words about the image; one that is not there is another matter.
    if (error instanceof AppError && (error.code === 'docker/rejected' || error.code === 'docker/image-missing') && error.details['status'] !== 403) {
      throw pullError(reference, String(error.details['engineMessage'] ?? ''))
    }
    throw error
  }
}

/** As the engine wants it: a digest goes where a tag would. */
function splitReference(reference: string): { fromImage: string; tag: string } {
  const digest = reference.indexOf('@')
  if (digest >= 0) return { fromImage: reference.slice(0, digest), tag: reference.slice(digest + 1) }
  const colon = reference.indexOf(':', reference.lastIndexOf('/') + 1)
  return colon < 0 ? { fromImage: reference, tag: 'latest' } : { fromImage: reference.slice(0, colon), tag: reference.slice(colon + 1) }
}

/** A line longer than this is not progress. */
const lineLimitBytes = 262_144

function createPullReader(onProgress: (progress: PullProgress) => void): PullReader {
  const layers = new Map<string, { receivedBytes: number; totalBytes: number }>()
  let pending: Buffer[] = []
  let pendingBytes = 0
  let error: string | null = null

  function readLine(line: string): void {
    const entry = parse(line)
    if (entry === null) return
    const failure = textAt(entry, 'error') ?? textAt(entry['errorDetail'], 'message')
    if (failure !== null) {
      error ??= failure
      return
    }
    const status = textAt(entry, 'status')
    if (status === null) return
    const layer = textAt(entry, 'id')
    if (layer !== null) updateLayer(layer, status, entry['progressDetail'])
    onProgress({ ...total(), text: layer === null ? status : `${layer}: ${status}` })
  }

  function updateLayer(layer: string, status: string, detail: unknown): void {
    const known = layers.get(layer)
    if (status === 'Downloading') {
      const current = numberAt(detail, 'current')
      const size = numberAt(detail, 'total')
      if (current !== null) layers.set(layer, { receivedBytes: current, totalBytes: Math.max(size ?? 0, known?.totalBytes ?? 0, current) })
    } else if (known !== undefined && /^(Download complete|Verifying Checksum|Extracting|Pull complete)$/.test(status)) {
      layers.set(layer, { receivedBytes: known.totalBytes, totalBytes: known.totalBytes })
    }
  }

  function total(): { receivedBytes: number; totalBytes: number } {
    const sum = { receivedBytes: 0, totalBytes: 0 }
    for (const layer of layers.values()) {
      sum.receivedBytes += layer.receivedBytes
      sum.totalBytes += layer.totalBytes
    }
    return sum
  }

  function takeLine(): void {
    const line = Buffer.concat(pending).toString('utf8').trim()
    pending = []
    pendingBytes = 0
    if (line !== '') readLine(line)
  }

  return {
    push(chunk) {
      let from = 0
      for (let newline = chunk.indexOf(10); newline >= 0; newline = chunk.indexOf(10, from)) {
        pending.push(chunk.subarray(from, newline))
        takeLine()
        from = newline + 1
      }
      const rest = chunk.subarray(from)
      pendingBytes += rest.length
      if (pendingBytes <= lineLimitBytes) pending.push(rest)
    },
    end() {
      takeLine()
      return error
    },
  }
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function textAt(value: unknown, key: string): string | null {
  const found: unknown = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : null
  return typeof found === 'string' && found !== '' ? found : null
}

function numberAt(value: unknown, key: string): number | null {
  const found: unknown = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : null
  return typeof found === 'number' && Number.isFinite(found) && found >= 0 ? found : null
}
