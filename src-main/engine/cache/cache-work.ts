/**
 * The programs that work in a cache (resources/worker): what they are given, and what they tell. The same in a container and on
 * this computer.
 */
import { deflateSync } from 'node:zlib'
import { z } from 'zod'
import { AppError } from '@shared/app-error'

export type CacheJob = {
  id: string
  python: string
  /** The requirements file: among `files`, or a path where there are none. null: Python alone. */
  file: string | null
  files: Record<string, string> | null
  env: Record<string, string>
}

/** For preheat.py. Offline: nothing is fetched, only looked whether it would start. */
export type PreheatWork = { isOffline: boolean; parallel: number; jobs: CacheJob[] }

/** Of a container's environment: one entry may have 131,071 bytes, all together 1.5 MB (docker/guard-create.ts). */
const pieceCharacters = 120_000
const mostPieces = 11

/** As variables for a program. Throws input/invalid for more than an environment holds. */
export function workVariables(work: unknown): Record<string, string> {
  const text = deflateSync(Buffer.from(JSON.stringify(work))).toString('base64')
  const pieces = Array.from({ length: Math.ceil(text.length / pieceCharacters) }, (_, number) => [`FFD_WORK_${number}`, text.slice(number * pieceCharacters, (number + 1) * pieceCharacters)])
  if (pieces.length > mostPieces) throw new AppError('input/invalid', 'The requirements of all these pipelines together are too large for one preheating. Choose fewer pipelines.')
  return Object.fromEntries(pieces) as Record<string, string>
}

const count = z.number().int().nonnegative()
export const cacheInventory = z.object({
  packages: z.array(z.object({ name: z.string(), version: z.string(), bytes: count, atMs: count })),
  pythons: z.array(z.object({ version: z.string(), folder: z.string(), bytes: count })),
  environments: count,
  cacheBytes: count,
  pythonBytes: count,
})
export type CacheInventory = z.infer<typeof cacheInventory>

export const pythonsMessage = z.object({
  pythons: z.object({
    installed: z.array(z.object({ version: z.string(), folder: z.string(), isPlain: z.boolean(), bytes: count })),
    system: z.array(z.object({ version: z.string(), path: z.string() })),
  }),
})

const job = z.string()
/** Of estimate.py. `leftOut` has no wheel. */
export const estimateMessage = z.union([
  z.object({ job, packages: z.array(z.tuple([z.string(), z.string(), count.nullable(), z.boolean()])), leftOut: z.array(z.string()) }),
  z.object({ job, failed: z.string() }),
  pythonsMessage,
])

export const preheatMessage = z.union([
  z.object({ job, text: z.string() }),
  z.object({ job, phase: z.literal('ready'), packages: z.array(z.tuple([z.string(), z.string()])) }),
  z.object({ job, phase: z.literal('failed'), message: z.string() }),
  z.object({ job, phase: z.literal('downloading'), done: count, total: count, doneBytes: count, totalBytes: count }),
  z.object({ job, phase: z.enum(['python', 'resolving', 'building', 'checking']) }),
  z.object({ inventory: cacheInventory }),
  pythonsMessage,
])
export type PreheatMessage = z.infer<typeof preheatMessage>

/** Takes output in pieces, hands over what is told; lines that tell nothing are passed over. */
export function createMessageReader<T>(message: z.ZodType<T>, onMessage: (told: T) => void): (chunk: Buffer) => void {
  let rest = ''
  const decoder = new TextDecoder()
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const told = message.safeParse(parse(line))
      if (told.success) onMessage(told.data)
    }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
