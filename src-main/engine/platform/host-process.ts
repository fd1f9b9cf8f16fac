/**
 * The process of a run on this computer, on record for the case that the app dies before it: its id and when it began, so that
 * a stranger that got the same id is never taken for it.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from './process'

export type HostProcesses = {
  /** A record that cannot be written is no reason not to run. */
  note(runId: string, processId: number): Promise<void>
  forget(runId: string): void
  /** Ends the whole group that the process of the run led, if it is still that one. */
  end(runId: string): Promise<void>
}

const lookMs = 5000

export function createHostProcesses(runDir: string): HostProcesses {
  const file = (runId: string): string => join(runDir, `${runId}.pid`)
  return {
    async note(runId, processId) {
      const began = await beginOfProcess(processId)
      if (began === null) return
      try {
        writeFileSync(file(runId), `${processId} ${began}`, { mode: 0o600 })
      } catch {
        // See above.
      }
    },
    forget: (runId) => rmSync(file(runId), { force: true }),
    async end(runId) {
      const noted = readNote(file(runId))
      rmSync(file(runId), { force: true })
      if (noted === null || (await beginOfProcess(noted.processId)) !== noted.began) return
      if (process.platform === 'win32') await runTool('taskkill', ['/pid', String(noted.processId), '/T', '/F'], { env: process.env, timeoutMs: lookMs })
      else process.kill(-noted.processId, 'SIGKILL')
    },
  }
}

function readNote(file: string): { processId: number; began: string } | null {
  try {
    const match = /^(\d{1,10}) (.+)$/s.exec(readFileSync(file, 'utf8'))
    return match ? { processId: Number(match[1]), began: match[2] ?? '' } : null
  } catch {
    return null
  }
}

/** In the system's own words, to be compared only; null when there is no such process. */
async function beginOfProcess(processId: number): Promise<string | null> {
  if (process.platform === 'linux') {
    try {
      // Field 22; the name in field 2 can hold blanks and parentheses.
      const stat = readFileSync(`/proc/${processId}/stat`, 'latin1')
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
    } catch {
      return null
    }
  }
  const question: [string, string[]] =
    process.platform === 'win32'
      ? ['powershell', ['-NoProfile', '-Command', `(Get-Process -Id ${processId}).StartTime.Ticks`]]
      : ['ps', ['-o', 'lstart=', '-p', String(processId)]]
  const { stdout } = await runTool(...question, { env: process.env, timeoutMs: lookMs })
  return stdout.trim() || null
}
