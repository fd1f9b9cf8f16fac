/** What a run's record says of the code it ran: commit, branch, and whether the pipeline's folder had uncommitted changes. */
import { createGitClient, type GitClient } from './git-client'

export type GitFacts = { gitCommit: string | null; gitBranch: string | null; gitDirty: boolean | null }

const noRepository: GitFacts = { gitCommit: null, gitBranch: null, gitDirty: null }

/** Never fails: outside a repository, without git, or where git refuses the repository, nothing is known. */
export async function readGitFacts(folder: string, environment: NodeJS.ProcessEnv): Promise<GitFacts> {
  try {
    const filters = await repositoryFilters(folder, environment)
    if (filters.some((name) => !canBeSwitchedOff(name))) return await readWithoutStatus(createGitClient(folder, environment))
    const status = await createGitClient(folder, environment, filters).read(['--no-optional-locks', 'status', '--porcelain=v2', '--branch', '--untracked-files=normal', '--ignore-submodules=all', '--', '.'])
    return parseStatus(status)
  } catch {
    return noRepository
  }
}

/** Filter drivers that the repository itself defines; the user's own (git-lfs and the like) stay in force. */
async function repositoryFilters(folder: string, environment: NodeJS.ProcessEnv): Promise<string[]> {
  try {
    const lines = await createGitClient(folder, environment).read(['config', '--show-scope', '--name-only', '--get-regexp', '^filter\\..*\\.(clean|smudge|process)$'])
    const names = lines.split('\n').flatMap((line) => /^(?:local|worktree)\tfilter\.(.+)\.\w+$/.exec(line)?.[1] ?? [])
    return [...new Set(names)]
  } catch {
    // `git config` ends with 1 when nothing matches.
    return []
  }
}

/** `git -c key=value` ends the key at the first equals sign: a filter with one in its name would stay in force. */
function canBeSwitchedOff(filter: string): boolean {
  return !filter.includes('=')
}

/** Looks into no file of the working tree, so that no filter runs. */
async function readWithoutStatus(client: GitClient): Promise<GitFacts> {
  const [commit, branch] = await Promise.all([client.read(['rev-parse', '--verify', '--quiet', 'HEAD']).catch(() => ''), client.read(['branch', '--show-current'])])
  return { gitCommit: commit.trim() || null, gitBranch: branch.trim() || null, gitDirty: null }
}

/** Reads `git status --porcelain=v2 --branch`: header lines begin with `# `, every other line is a change. */
export function parseStatus(status: string): GitFacts {
  const lines = status.split('\n').filter((line) => line !== '')
  const header = (name: string): string | null => lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3) ?? null
  const commit = header('branch.oid')
  const branch = header('branch.head')
  return {
    gitCommit: commit === null || commit === '(initial)' ? null : commit,
    gitBranch: branch === null || branch === '(detached)' ? null : branch,
    gitDirty: lines.some((line) => !line.startsWith('# ')),
  }
}
