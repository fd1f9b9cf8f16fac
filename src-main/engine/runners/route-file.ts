/** The file to which a pipeline writes its route (FASTFLOW_ROUTE_FILE, FASTFLOW.md §2.6). */
import { chmodSync, closeSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const maxBytes = 65_536

export function routeFile(runDir: string, runId: string): string {
  return join(runDir, `${runId}.route`)
}

/** `forAll`: the user in the container is another one than ours. */
export function makeRouteFile(runDir: string, runId: string, forAll: boolean): string {
  const file = routeFile(runDir, runId)
  writeFileSync(file, '', { mode: 0o600 })
  if (forAll) chmodSync(file, 0o666)
  return file
}

/** Trimmed; null when nothing was written, or when it is no text. */
export function readRoute(runDir: string, runId: string): string | null {
  let file: number
  try {
    file = openSync(routeFile(runDir, runId), 'r')
  } catch {
    return null
  }
  try {
    const buffer = Buffer.alloc(maxBytes)
    const text = new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, readSync(file, buffer, 0, maxBytes, 0))).trim()
    return text === '' ? null : text
  } catch {
    return null
  } finally {
    closeSync(file)
  }
}

export function removeRouteFile(runDir: string, runId: string): void {
  rmSync(routeFile(runDir, runId), { force: true })
}
