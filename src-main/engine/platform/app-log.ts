/** The app's own log: what went wrong inside, for a bug report. Small, rotated once, never holds values of env or output of pipelines. */
import { appendFileSync, renameSync, statSync } from 'node:fs'
import { toWireError } from '@shared/app-error'

const maxBytes = 1_000_000

export type AppLog = { info(text: string): void; error(text: string, error?: unknown): void }

export function createAppLog(file: string): AppLog {
  const write = (level: string, text: string): void => {
    try {
      if (sizeOf(file) > maxBytes) renameSync(file, `${file}.1`)
      appendFileSync(file, `${new Date().toISOString()} ${level} ${text}\n`)
    } catch {
      // The log is a help, not a condition: a full disk must not stop a run.
    }
  }
  return {
    info: (text) => write('info', text),
    error: (text, error) => write('error', error === undefined ? text : `${text}: ${error instanceof Error ? (error.stack ?? error.message) : toWireError(error).message}`),
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
