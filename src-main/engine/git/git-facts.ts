/** What a run's record says of the code it ran: commit, branch, and whether the pipeline's folder had uncommitted changes. */
import { openRepository } from './open-repository'
import { readStatus } from './git-status'

export type GitFacts = { gitCommit: string | null; gitBranch: string | null; gitDirty: boolean | null }

const noRepository: GitFacts = { gitCommit: null, gitBranch: null, gitDirty: null }

/** Never fails: outside a repository, without git, or where git refuses the repository, nothing is known. Executes nothing of the repository. */
export async function readGitFacts(folder: string, environment: NodeJS.ProcessEnv): Promise<GitFacts> {
  try {
    const opened = await openRepository({ folder, environment, isTrusted: false })
    if (opened === null) return noRepository
    const { head, files } = readStatus(await opened.client.read(['status', '--porcelain=v2', '--branch', '--untracked-files=normal', '--ignore-submodules=all', '--', '.']))
    return { gitCommit: head.commit, gitBranch: head.branch, gitDirty: files.length > 0 }
  } catch {
    return noRepository
  }
}
