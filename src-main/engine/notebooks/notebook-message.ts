/**
 * What resources/worker/nb_runner.py tells while it runs a notebook: one JSON object per line behind `linePrefix(token)`. The
 * server's own lines (FASTFLOW.md §5.2) stand beside them for what knows only those; everything here comes from these.
 */
import { z } from 'zod'

const cell = z.number().int().nonnegative().max(200_000)
const count = z.number().int().nullable()
/** Mime type to content as in a notebook file: text, an image in base64, or JSON. */
const mimeBundle = z.record(z.string(), z.unknown())
const displayed = { data: mimeBundle, metadata: z.record(z.string(), z.unknown()), omittedBytes: z.number().nonnegative() }

export const notebookMessage = z.discriminatedUnion('type', [
  /** The kernel is up. */
  z.object({ type: z.literal('ready'), codeCells: z.number().int().nonnegative() }),
  /** Words of the runner itself. */
  z.object({ type: z.literal('note'), text: z.string() }),
  /** What the kernel's process wrote past IPython, for example its last words. */
  z.object({ type: z.literal('raw'), name: z.enum(['stdout', 'stderr']), text: z.string() }),
  /** An attempt begins; the first is 1. */
  z.object({ type: z.literal('start'), cell, attempt: z.number().int().positive() }),
  z.object({ type: z.literal('stream'), cell, name: z.enum(['stdout', 'stderr']), text: z.string() }),
  z.object({ type: z.literal('display'), cell, displayId: z.string().nullable(), ...displayed }),
  z.object({ type: z.literal('result'), cell, displayId: z.string().nullable(), count, ...displayed }),
  /** Replaces what was displayed under the id, in whichever cell. */
  z.object({ type: z.literal('update'), displayId: z.string(), ...displayed }),
  /** `wait`: only when the next output comes. */
  z.object({ type: z.literal('clear'), cell, wait: z.boolean() }),
  z.object({ type: z.literal('error'), cell, name: z.string(), value: z.string(), traceback: z.array(z.string()) }),
  /** An attempt has ended. `retrying`: another one follows, after `delaySeconds`. */
  z.object({
    type: z.literal('end'),
    cell,
    status: z.enum(['succeeded', 'retrying', 'failed']),
    attempt: z.number().int().positive(),
    durationMs: z.number().nonnegative(),
    count,
    delaySeconds: z.number().nonnegative(),
    /** The beginning of what went wrong, as the server is told it; null where nothing did. */
    error: z.string().nullable(),
  }),
  /** `cell` was running; null: none was. */
  z.object({ type: z.literal('kernel-died'), cell: cell.nullable(), exitCode: z.number().int().nullable(), signal: z.string().nullable(), outOfMemory: z.boolean() }),
  /** The run was asked to end while the cell ran. */
  z.object({ type: z.literal('interrupted'), cell: cell.nullable() }),
])

export type NotebookMessage = z.infer<typeof notebookMessage>
export type MimeBundle = z.infer<typeof mimeBundle>

/** A token per run, so that text of the notebook that looks like a line of the runner stays text. */
export function notebookToken(runId: string): string {
  return runId.replaceAll('-', '')
}

export function linePrefix(token: string): string {
  return `FASTFLOW_DESKTOP\t${token}\t`
}

/** null for what is no message of ours. */
export function parseMessage(json: string): NotebookMessage | null {
  try {
    const parsed = notebookMessage.safeParse(JSON.parse(json))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
