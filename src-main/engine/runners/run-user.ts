/** Who a container runs as, and whether that user gets at the pipeline's folder. */
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import type { RunUser } from '../docker/volumes'
import { quoteCommand } from '../uv/command'

/** The server's worker user (FASTFLOW.md §3.3). */
const workerUser: RunUser = { uid: 1001, gid: 1001 }

/** On Linux the owner of the workspace, so that files a run writes belong to the user; never root. Elsewhere the engine's file sharing maps owners. */
export function runUserOf(workspaceRoot: string, platform: NodeJS.Platform): RunUser {
  if (platform !== 'linux') return workerUser
  const stats = statSync(workspaceRoot, { throwIfNoEntry: false })
  if (!stats || stats.uid === 0) return workerUser
  return { uid: stats.uid, gid: stats.gid === 0 ? stats.uid : stats.gid }
}

/** What the run user will not be able to do in the pipeline's folder, with the command that changes it; null when all is well. */
export function folderNotice(pipelineDir: string, user: RunUser, platform: NodeJS.Platform = process.platform): string | null {
  if (platform !== 'linux') return null
  const stats = statSync(pipelineDir, { throwIfNoEntry: false })
  if (!stats) return null
  const shift = stats.uid === user.uid ? 6 : stats.gid === user.gid ? 3 : 0
  const permissions = (stats.mode >> shift) & 0o7
  const lacks = (permissions & 0o5) !== 0o5 ? 'read' : (permissions & 0o2) === 0 ? 'write' : null
  if (lacks === null) return null
  const consequence = lacks === 'read' ? 'the run will not find main.py' : 'files that the pipeline writes beside main.py will be refused'
  return `The run user ${user.uid}:${user.gid} cannot ${lacks} the folder ${basename(pipelineDir)}: ${consequence}. To change it: ${quoteCommand(['sudo', 'chown', '-R', `${user.uid}:${user.gid}`, pipelineDir])}`
}
