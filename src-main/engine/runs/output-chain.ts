/**
 * The way of a run's output into its log: the set-up marker taken out, a notebook's lines made readable, values of secrets
 * masked. All of these give the same whatever the borders of the chunks are, so that a log can be gone through again from its
 * beginning, and what it has already be left out byte by byte.
 */
import { createMasker } from '../secrets/masker'
import type { RunLogWriter } from './run-log'
import { createSetupMarkerFilter } from './setup-marker'

type Stream = 'stdout' | 'stderr'
type Sink = (chunk: Buffer) => void
type Filter = { push(chunk: Buffer): void; end(): void }

export type OutputChain = {
  push(stream: Stream, chunk: Buffer): void
  /** What is pushed from here on is the output from its beginning; `maskValues` are those it was masked with before. */
  replay(maskValues: readonly string[]): void
  end(): void
}

export type OutputChainDeps = {
  log: Pick<RunLogWriter, 'append' | 'streamBytes'>
  /** The beginning of what the log has of a stream. */
  storedHead: (stream: Stream) => Buffer
  maskValues: readonly string[]
  /** Stands between marker and masker; null for a script. Made anew for each replay. */
  notebook: ((maskValues: readonly string[], onText: (stream: Stream, text: Buffer) => void) => Filter) | null
  onReady: (pythonVersion: string | null) => void
  /** The engine no longer has the beginning of the output. */
  onGap: (message: string) => void
}

const gapLine = '\n[… the engine kept only the newest part of the output; lines from before may be missing here or come twice …]\n'

export function createOutputChain(deps: OutputChainDeps): OutputChain {
  const toLog =
    (stream: Stream): Sink =>
    (chunk) =>
      deps.log.append(stream, chunk)

  const build = (maskValues: readonly string[], sinks: Record<Stream, Sink>): Record<Stream, Filter> => {
    const maskers = { stdout: createMasker(maskValues, sinks.stdout), stderr: createMasker(maskValues, sinks.stderr) }
    const notebook = deps.notebook?.(maskValues, (stream, text) => maskers[stream].push(text)) ?? null
    const afterMarker: Filter = notebook ?? maskers.stdout
    const marker = createSetupMarkerFilter((chunk) => afterMarker.push(chunk), deps.onReady)
    const stdout: Filter = {
      push: (chunk) => marker.push(chunk),
      end() {
        marker.end()
        notebook?.end()
        maskers.stdout.end()
      },
    }
    return { stdout, stderr: maskers.stderr }
  }

  let filters = build(deps.maskValues, { stdout: toLog('stdout'), stderr: toLog('stderr') })
  let hasGap = false
  const onGap = (): void => {
    if (hasGap) return
    hasGap = true
    deps.onGap('The engine kept only the newest part of the output (about 100 MB). Where the app was away, lines may be missing or come twice; the log marks the place.')
  }

  return {
    push: (stream, chunk) => filters[stream].push(chunk),
    replay(maskValues) {
      // What the filters still held was not in the log, and comes again.
      const stored = deps.log.streamBytes()
      const sink = (stream: Stream): Sink => leaveOut(stored[stream], deps.storedHead(stream), toLog(stream), onGap)
      filters = build(maskValues, { stdout: sink('stdout'), stderr: sink('stderr') })
    },
    end() {
      filters.stdout.end()
      filters.stderr.end()
    },
  }
}

/** Passes on what comes after the first `bytes`. Where the beginning is not `head`, it is not the beginning: all is passed on. */
function leaveOut(bytes: number, head: Buffer, next: Sink, onGap: () => void): Sink {
  let toLeaveOut = bytes
  let toCompare = head.subarray(0, bytes)
  let compared: Buffer[] = []
  return (chunk) => {
    if (toLeaveOut === 0) return next(chunk)
    const beginning = chunk.subarray(0, toCompare.length)
    if (!beginning.equals(toCompare.subarray(0, beginning.length))) {
      toLeaveOut = 0
      onGap()
      next(Buffer.from(gapLine))
      for (const before of compared) next(before)
      return next(chunk)
    }
    if (toCompare.length > 0) {
      compared.push(Buffer.from(chunk))
      toCompare = toCompare.subarray(beginning.length)
      if (toCompare.length === 0) compared = []
    }
    const rest = chunk.subarray(Math.min(toLeaveOut, chunk.length))
    toLeaveOut -= chunk.length - rest.length
    if (rest.length > 0) next(rest)
  }
}
