/**
 * The live picture of the repository that the workspace is in: what changed, where it stands against its upstream, what git is in
 * the middle of. Looked at again when something on disk changes, also from a terminal; only looks, never changes anything.
 */
import { readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { AppError, toWireError, type ErrorCode } from '@shared/app-error'
import type { ChangedFile, GitRemote, GitState, UnfinishedWork } from '@shared/contract/git'
import { untrustedWorkspace } from '../workspace/untrusted'
import { withoutSecrets } from './git-errors'
import { readStatus } from './git-status'
import { openRepository, type OpenRepository } from './open-repository'

export type RepositoryStateDeps = {
  workspace: () => { root: string; pipelinesDir: string } | null
  isTrusted: () => boolean
  environment: () => NodeJS.ProcessEnv
  publish: (state: GitState) => void
  /** After each look, also when it found nothing new: the content of a file that was changed already is not in the state. */
  onLooked?: (rev: number) => void
  /** A repository is there or is another one: where its own files are, to be watched. null: none. */
  onRepository: (repository: Pick<OpenRepository, 'root' | 'gitDir' | 'commonDir'> | null) => void
}

export type RepositoryState = {
  current(): GitState
  /** Soon; many calls become one look. */
  noteChange(): void
  /** At once, and answers what it found. Never rejects. */
  refresh(): Promise<GitState>
  /** Opened anew for every change, so that trust and configuration are those of now. Throws git/no-repository, workspace/none-open, git/…. */
  open(): Promise<OpenRepository>
  /** The one way to whatever changes something, in which hooks, filters and helpers of the repository run. Throws workspace/untrusted and git/nested-repository besides. */
  openToChange(): Promise<OpenRepository>
  dispose(): void
}

const passing = new Set<ErrorCode>(['git/locked', 'git/timeout', 'git/failed', 'internal'])

/** Who edits saves more than once, and git itself writes several files for one command. */
const settleMs = 120

export function createRepositoryState(deps: RepositoryStateDeps): RepositoryState {
  let state: GitState = { repository: null, problem: null, rev: 0 }
  let shown = ''
  /** The workspace that the repository of `state` is of. */
  let shownOf: string | null = null
  let known: string | null = null
  let timer: NodeJS.Timeout | null = null
  let looking: Promise<GitState> | null = null
  let again = false
  let looks = 0

  const find = async (): Promise<OpenRepository | null> => {
    const workspace = deps.workspace()
    return workspace && openRepository({ folder: workspace.root, environment: deps.environment(), isTrusted: deps.isTrusted() })
  }

  const look = async (): Promise<Omit<GitState, 'rev'>> => {
    const workspace = deps.workspace()
    try {
      const opened = await find()
      const id = opened && `${opened.root}\0${opened.gitDir}`
      if (id !== known) deps.onRepository(opened)
      known = id
      if (opened === null || workspace === null) return { repository: null, problem: null }
      const repository = await describe(opened, workspace.pipelinesDir)
      shownOf = workspace.root
      return { repository, problem: null }
    } catch (error) {
      const problem = toWireError(error)
      // One look that failed is no reason to take the page away: the next one tells.
      return { repository: passing.has(problem.code) && workspace?.root === shownOf ? state.repository : null, problem }
    }
  }

  const refresh = (): Promise<GitState> => {
    // A change during a look may have come too late for it.
    again = looking !== null
    looking ??= (async () => {
      do {
        again = false
        const found = await look()
        const text = JSON.stringify(found)
        if (text !== shown) {
          shown = text
          state = { ...found, rev: state.rev + 1 }
          deps.publish(state)
        }
        deps.onLooked?.(++looks)
      } while (again)
      return state
    })().finally(() => (looking = null))
    return looking
  }

  const open = async (): Promise<OpenRepository> => {
    if (deps.workspace() === null) throw new AppError('workspace/none-open', 'No folder is open. Open a folder with pipelines, or the sample workspace.')
    const opened = await find()
    if (opened === null) throw new AppError('git/no-repository', 'This workspace is in no git repository. Make one, or clone one.')
    return opened
  }

  return {
    current: () => state,
    noteChange() {
      timer ??= setTimeout(() => {
        timer = null
        void refresh()
      }, settleMs)
      timer.unref()
    },
    refresh,
    open,
    async openToChange() {
      const opened = await open()
      if (!opened.isTrusted) throw untrustedWorkspace(opened.root)
      const { repository } = state.rev === 0 ? await refresh() : state
      // Of a repository in it git tells no files: the name ends in a slash.
      const nested = repository?.files.find(({ path, unstaged, pipeline }) => unstaged === 'untracked' && path.endsWith('/') && pipeline !== null)
      if (nested) throw new AppError('git/nested-repository', `${nested.path} is a git repository inside of a pipeline, and its hooks and settings would be executed. Look at what made it; remove it, or add it to .gitignore.`, { path: nested.path })
      return opened
    },
    dispose() {
      if (timer) clearTimeout(timer)
    },
  }
}

async function describe(opened: OpenRepository, pipelinesDir: string): Promise<NonNullable<GitState['repository']>> {
  const { client, root, gitDir, commonDir, executes } = opened
  const status = ['status', '--porcelain=v2', '--branch', '--show-stash', '--untracked-files=all', '--find-renames']
  const [text, remotes, unfinished, isShallow, isPartial, hasSubmodules, attributes] = await Promise.all([
    // `dirty` tells of other commits of a submodule without running git in it, where a run may have written the settings.
    client.read(['-C', root, ...status, opened.isTrusted ? '--ignore-submodules=dirty' : '--ignore-submodules=all'], { env: { GIT_OPTIONAL_LOCKS: '0' } }),
    remotesOf(opened),
    unfinishedWork(gitDir),
    isThere(join(commonDir, 'shallow')),
    client.run(['config', '--get-regexp', '^remote\\..*\\.promisor$'], { ok: [0, 1] }).then(({ exitCode }) => exitCode === 0),
    isThere(join(root, '.gitmodules')),
    readFile(join(root, '.gitattributes'), 'utf8').catch(() => ''),
  ])
  const read = readStatus(text)
  const pipelineOf = pipelineNames(root, pipelinesDir)
  const files: ChangedFile[] = read.files.map((file) => ({ ...file, pipeline: pipelineOf(file.path) }))
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  return { ...read, files, root, remotes, unfinished, isShallow, isPartial, hasSubmodules, hasLfs: /filter=lfs\b/.test(attributes), executes }
}

async function remotesOf({ client }: OpenRepository): Promise<GitRemote[]> {
  const lines = (await client.read(['remote', '--verbose'])).split('\n')
  const found = new Map<string, GitRemote>()
  for (const line of lines) {
    const [, name = '', url = '', direction] = /^(\S+)\t(.*) \((fetch|push)\)(?: \[.*\])?$/.exec(line) ?? []
    if (name === '') continue
    const remote = found.get(name) ?? { name, fetchUrl: '', pushUrl: '' }
    remote[direction === 'fetch' ? 'fetchUrl' : 'pushUrl'] = withoutSecrets(url).replace('***@', '')
    found.set(name, remote)
  }
  return [...found.values()]
}

/** By the files that git keeps while it is in the middle of something. */
const marks: [file: string, work: UnfinishedWork][] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply/applying', 'apply-mailbox'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
]

export async function unfinishedWork(gitDir: string): Promise<UnfinishedWork> {
  const there = await Promise.all(marks.map(([file]) => isThere(join(gitDir, file))))
  return marks[there.indexOf(true)]?.[1] ?? 'none'
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** The name of the pipeline that a path of the repository is in. */
function pipelineNames(root: string, pipelinesDir: string): (path: string) => string | null {
  const below = relative(root, pipelinesDir).split(sep).join('/')
  const prefix = below === '' ? '' : `${below}/`
  return (path) => {
    if (below.startsWith('..') || !path.startsWith(prefix)) return null
    const [name = '', ...rest] = path.slice(prefix.length).split('/')
    return rest.length === 0 || name.startsWith('.') ? null : name
  }
}
