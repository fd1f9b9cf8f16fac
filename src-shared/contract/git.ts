import { z } from 'zod'
import { atMs, event, request, rev } from './define'
import { wireError } from './error'

export const changeKind = z.enum(['added', 'modified', 'deleted', 'renamed', 'copied', 'type-changed', 'untracked'])
export type ChangeKind = z.infer<typeof changeKind>

/** Who did what to a file that both sides changed, as git names it. */
export const conflictKind = z.enum(['both-modified', 'both-added', 'both-deleted', 'added-by-us', 'added-by-them', 'deleted-by-us', 'deleted-by-them'])
export type ConflictKind = z.infer<typeof conflictKind>

/** Relative to the repository's root, with `/`. A byte that is no UTF-8 is a lone surrogate (engine/git/git-path.ts). */
export const gitPath = z.string().min(1).max(4096)

export const changedFile = z.object({
  path: gitPath,
  /** Where it was, when renamed or copied. */
  from: z.string().nullable(),
  /** Index against HEAD. */
  staged: changeKind.nullable(),
  /** Working tree against index. */
  unstaged: changeKind.nullable(),
  conflict: conflictKind.nullable(),
  isSubmodule: z.boolean(),
  /** Whose folder it is in; null: of no pipeline. */
  pipeline: z.string().nullable(),
})
export type ChangedFile = z.infer<typeof changedFile>

/** Addresses without user names and passwords. */
export const gitRemote = z.object({ name: z.string(), fetchUrl: z.string(), pushUrl: z.string() })
export type GitRemote = z.infer<typeof gitRemote>

/** What git is in the middle of; `none` most of the time. */
export const unfinishedWork = z.enum(['none', 'merge', 'rebase', 'cherry-pick', 'revert', 'apply-mailbox', 'bisect'])
export type UnfinishedWork = z.infer<typeof unfinishedWork>

export const repository = z.object({
  /** Absolute; the workspace is it or is inside. */
  root: z.string(),
  head: z.object({ /** null: detached. */ branch: z.string().nullable(), /** null: no commit yet. */ commit: z.string().nullable() }),
  /** null: none is set. `isGone`: set, but not there (any more). */
  upstream: z.object({ name: z.string(), ahead: z.number().int().nonnegative(), behind: z.number().int().nonnegative(), isGone: z.boolean() }).nullable(),
  unfinished: unfinishedWork,
  /** Sorted by path; `omitted` more are not listed. */
  files: z.array(changedFile),
  omitted: z.number().int().nonnegative(),
  remotes: z.array(gitRemote),
  stashes: z.number().int().nonnegative(),
  isShallow: z.boolean(),
  /** A partial clone fetches what it lacks when it is needed. */
  isPartial: z.boolean(),
  hasSubmodules: z.boolean(),
  hasLfs: z.boolean(),
  /** Settings of its own configuration that make git execute something; not in force until the workspace is trusted. */
  executes: z.array(z.object({ key: z.string(), value: z.string() })),
})
export type Repository = z.infer<typeof repository>

/** `repository` null without a `problem`: the workspace is in none. With one: what git says of it. */
export const gitState = z.object({ repository: repository.nullable(), problem: wireError.nullable(), rev })
export type GitState = z.infer<typeof gitState>

export const gitPrompt = z.object({
  id: z.string(),
  kind: z.enum(['user-name', 'password', 'passphrase', 'host-key', 'other']),
  /** git's or ssh's own words. */
  text: z.string(),
  /** What the answer is for: `https://host`, the path of a key, or a host. */
  target: z.string().nullable(),
  /** Of a host key. */
  fingerprint: z.string().nullable(),
  /** Somebody else than the remote's configured host asks: an `insteadOf`, a `pushurl` or a redirect led there. */
  isOtherHost: z.boolean(),
})
export type GitPrompt = z.infer<typeof gitPrompt>

/** running <──> waiting (for an answer) ──> done | failed | cancelled */
export const gitOperation = z.object({
  id: z.string(),
  kind: z.enum(['commit', 'fetch', 'pull', 'push', 'clone', 'sync', 'publish', 'switch', 'merge', 'rebase', 'revert', 'stash', 'continue', 'abort']),
  state: z.enum(['running', 'waiting', 'done', 'failed', 'cancelled']),
  /** git's own word for what it does now, and how far that is where it tells. */
  stage: z.string().nullable(),
  percent: z.number().min(0).max(100).nullable(),
  prompt: gitPrompt.nullable(),
  /** The host that it talks to, or the program that it waits for. */
  waitsFor: z.string().nullable(),
  /** Started by the app itself, by its interval. */
  isAutomatic: z.boolean(),
  /** When something was last heard; a long silence is said. */
  heardAtMs: atMs,
  startedAtMs: atMs,
  finishedAtMs: atMs.nullable(),
  error: wireError.nullable(),
  rev,
})
export type GitOperation = z.infer<typeof gitOperation>

export const operationId = z.uuid()

export const gitContract = {
  state: request({}, gitState),
  /** Looks again at once. */
  refresh: request({}, gitState),
  /** Of this session, newest first. */
  operations: request({}, z.object({ operations: z.array(gitOperation) })),
  /** All that git printed in it, secrets masked. */
  operationOutput: request({ operationId }, z.object({ text: z.string() })),
  cancelOperation: request({ operationId }, gitOperation),
  /** null: refuse. `remember`: keep it for this target (a password, a passphrase). */
  answerPrompt: request({ operationId, promptId: z.string().max(64), answer: z.string().max(16_384).nullable(), remember: z.boolean() }, gitOperation),
  changed: event(gitState),
  /** Something on disk may be another now: who shows contents of files looks again. */
  looked: event(z.object({ rev })),
  operationChanged: event(gitOperation),
}
