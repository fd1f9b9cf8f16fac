/** Branches and tags of the repository: listing, making, switching, renaming, deleting. Remotes are not asked here. */
import { AppError } from '@shared/app-error'
import type { GitOperation } from '@shared/contract/git'
import type { Branch, Tag } from '@shared/contract/git-changes'
import type { GitOperations } from './git-operations'
import type { OpenRepository } from './open-repository'
import { checkBranchName, checkTagName } from './ref-names'
import type { RepositoryWork } from './repository-work'
import { ownPatterns } from './stashes'

export type Branches = {
  /** Those with the newest commits first, local ones before those of remotes. */
  list(): Promise<{ branches: Branch[]; tags: Tag[] }>
  /** `from` null: HEAD. Throws git/invalid-name, git/exists, git/not-found. */
  create(name: string, from: string | null): Promise<void>
  /** An operation: it ends with git/would-overwrite where it would lose changes, unless they are put aside first. */
  switchTo(request: { name: string; isRemote: boolean; stash: boolean }): Promise<GitOperation>
  rename(from: string, to: string): Promise<void>
  /** Answers its last commit. Throws git/not-merged unless forced, git/rejected when it is checked out. */
  remove(name: string, force: boolean): Promise<string>
  createTag(name: string, message: string | null): Promise<void>
  removeTag(name: string): Promise<string>
}

export function createBranches({ operations, open, openTrusted, change }: { operations: GitOperations } & Pick<RepositoryWork, 'open' | 'openTrusted' | 'change'>): Branches {
  return {
    async list() {
      const { client } = await open()
      const [branches, tags] = await Promise.all([
        client.read(['for-each-ref', '--sort=-committerdate', `--format=${branchFormat}`, 'refs/heads', 'refs/remotes']),
        client.read(['for-each-ref', '--sort=-creatordate', `--format=${tagFormat}`, 'refs/tags']),
      ])
      const all = lines(branches).flatMap(readBranch)
      return { branches: [...all.filter(({ isRemote }) => !isRemote), ...all.filter(({ isRemote }) => isRemote)], tags: lines(tags).map(readTag) }
    },

    create: (name, from) =>
      change(async (opened) => {
        await checkBranchName(opened.client, name)
        await opened.client.run(['branch', '--no-track', '--', name, from === null ? 'HEAD' : await commitOf(opened, from)])
      }),

    async switchTo({ name, isRemote, stash }) {
      const opened = await openTrusted()
      await commitOf(opened, `${isRemote ? 'refs/remotes/' : 'refs/heads/'}${name}`)
      const local = isRemote ? name.slice(name.indexOf('/') + 1) : name
      const isThere = !isRemote || (await opened.client.run(['show-ref', '--verify', '--quiet', `refs/heads/${local}`], { ok: [0, 1] })).exitCode === 0
      if (isRemote && !isThere) await checkBranchName(opened.client, local)
      return operations.start('switch', async (handle) => {
        if (stash) await opened.client.run(['-C', opened.root, 'stash', 'push', '--include-untracked', '--message', `Put aside before switching to ${local}`], handle.call({ env: ownPatterns }))
        await opened.client.run(['-C', opened.root, 'switch', '--progress', ...(isThere ? ['--no-guess', local] : ['--create', local, '--track', `refs/remotes/${name}`])], handle.call())
      })
    },

    rename: (from, to) =>
      change(async ({ client }) => {
        await checkBranchName(client, from)
        await checkBranchName(client, to)
        await client.run(['branch', '--move', '--', from, to])
      }),

    remove: (name, force) =>
      change(async (opened) => {
        await checkBranchName(opened.client, name)
        const commit = await commitOf(opened, `refs/heads/${name}`)
        await opened.client.run(['branch', '--delete', ...(force ? ['--force'] : []), '--', name])
        return commit
      }),

    createTag: (name, message) =>
      change(async ({ client }) => {
        await checkTagName(client, name)
        await client.run(['tag', ...(message === null ? [] : ['--annotate', '--file=-']), '--', name], message === null ? {} : { input: message, config: [['user.useConfigOnly', 'true']] })
      }),

    removeTag: (name) =>
      change(async (opened) => {
        await checkTagName(opened.client, name)
        const { stdout } = await opened.client.run(['rev-parse', '--verify', '--end-of-options', `refs/tags/${name}`])
        await opened.client.run(['tag', '--delete', '--', name])
        return stdout.toString('utf8').trim()
      }),
  }
}

/** Throws git/not-found. */
async function commitOf({ client }: OpenRepository, name: string): Promise<string> {
  const found = name.includes('\0') ? null : await client.run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`], { ok: [0, 1, 128] })
  if (found === null || found.exitCode !== 0) throw new AppError('git/not-found', `git knows no ${name.replace(/^refs\/(?:heads|remotes)\//, '')}.`, { name })
  return found.stdout.toString('utf8').trim()
}

const branchFormat = ['%(refname)', '%(HEAD)', '%(objectname)', '%(committerdate:unix)', '%(upstream:short)', '%(upstream:track,nobracket)', '%(authorname)', '%(symref)', '%(contents:subject)'].join('%00')
const tagFormat = ['%(refname:strip=2)', '%(objectname)', '%(creatordate:unix)', '%(contents:subject)'].join('%00')

function lines(text: string): string[][] {
  return text.split('\n').filter((line) => line !== '').map((line) => line.split('\0'))
}

/** The head of a remote is another name of one of its branches. */
function readBranch([ref = '', head = '', commit = '', seconds = '0', upstream = '', track = '', author = '', symbolic = '', subject = '']: string[]): Branch[] {
  if (symbolic !== '') return []
  const isRemote = ref.startsWith('refs/remotes/')
  const count = (word: string): number => Number(new RegExp(`${word} (\\d+)`).exec(track)?.[1] ?? 0)
  return [{ name: ref.replace(/^refs\/(?:heads|remotes)\//, ''), isRemote, isCurrent: head === '*', commit, atMs: Number(seconds) * 1000, subject, author, upstream: upstream || null, ahead: count('ahead'), behind: count('behind'), isGone: track === 'gone' }]
}

function readTag([name = '', commit = '', seconds = '0', subject = '']: string[]): Tag {
  return { name, commit, atMs: Number(seconds) * 1000, subject }
}
