/** Child processes: collected output for short tools, and the end of a whole process group for runs. */
import { spawn, type ChildProcess } from 'node:child_process'

export type ToolResult = { exitCode: number | null; stdout: string; stderr: string; spawnError: NodeJS.ErrnoException | null }

const maxOutputCharacters = 1_000_000
/** A child that outlives its tool can keep the output open for ever; what the tool itself wrote is read long before. */
const drainMs = 500

/** Runs a short tool to its end. Never throws: a missing program is `spawnError`, a time-out exit code null. */
export function runTool(file: string, argv: string[], options: { env: NodeJS.ProcessEnv; cwd?: string; timeoutMs: number; signal?: AbortSignal }): Promise<ToolResult> {
  return new Promise((resolve) => {
    let stdout = ''
    let stderr = ''
    const child = spawn(file, argv, {
      env: options.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout = (stdout + text).slice(0, maxOutputCharacters)))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(0, maxOutputCharacters)))
    child.once('error', (error: NodeJS.ErrnoException) => resolve({ exitCode: null, stdout, stderr, spawnError: error }))
    child.once('exit', () => {
      const timer = setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
      }, drainMs)
      child.once('close', () => clearTimeout(timer))
    })
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr, spawnError: null }))
  })
}

/** Ends every process of the group that `child` leads (spawned with `detached`); a group that is gone is no error. */
export async function killGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return
  if (process.platform === 'win32') {
    await runTool('taskkill', ['/pid', String(child.pid), '/T', '/F'], { env: process.env, timeoutMs: 10_000 })
    return
  }
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // ESRCH: nothing of the group is left.
  }
}

/** Whether a process with this id exists (it may be another user's). */
export function processIsAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
