/** What a run's record says of the code it ran: commit, branch, whether the pipeline's folder had uncommitted changes, and where it had none git's name for all that is in it. */
import { openRepository } from './open-repository'
import { readStatus } from './git-status'

export type GitFacts = { gitCommit: string | null; gitBranch: string | null; gitDirty: boolean | null; gitTree: string | null }

const noRepository: GitFacts = { gitCommit: null, gitBranch: null, gitDirty: null, gitTree: null }

/** Never fails: outside a repository, without git, or where git refuses the repository, nothing is known. Executes nothing of the repository. */
export async function readGitFacts(folder: string, environment: NodeJS.ProcessEnv): Promise<GitFacts> {
  try {
    const opened = await openRepository({ folder, environment, isTrusted: false })
    if (opened === null) return noRepository
    const { head, files } = readStatus(await opened.client.read(['status', '--porcelain=v2', '--branch', '--untracked-files=normal', '--ignore-submodules=all', '--', '.']))
    const isClean = files.length === 0 && head.commit !== null
    const tree = isClean ? await opened.client.run(['rev-parse', '--verify', '--quiet', `${head.commit}:./`], { ok: [0, 1, 128] }) : null
    return { gitCommit: head.commit, gitBranch: head.branch, gitDirty: files.length > 0, gitTree: tree?.stdout.toString('utf8').trim() || null }
  } catch {
    return noRepository
  }
}
