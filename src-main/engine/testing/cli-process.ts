/** The built command line as a process of its own, which a test can stop, continue and kill. */
import { spawn, type ChildProcess } from 'node:child_process'
import { resolve } from 'node:path'
import type { EngineWorld } from './engine-world'

export type CliProcess = { child: ChildProcess; exited: Promise<number | null>; output: () => string }

/** Runs `ffdesk ARGS` on the profile and the workspace of the world. */
export function startCli(world: Pick<EngineWorld, 'workspace' | 'profile'>, args: string[]): CliProcess {
  const child = spawn(process.execPath, [resolve('out', 'main', 'cli.js'), ...args, '--workspace', world.workspace, '--user-data-dir', world.profile], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (output += part))
  return { child, exited: new Promise((end) => child.once('close', end)), output: () => output }
}
