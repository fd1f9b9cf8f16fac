import { z } from 'zod'
import { atMs, bytes, request } from './define'
import { changeKind, conflictKind, gitOperation, gitPath, unfinishedWork } from './git'
import { pipelineName } from './pipelines'
import { run } from './runs'

/** A whole object name; nothing else is taken for a commit, so that no word can become an option of git. */
export const commitId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)

export const person = z.object({ name: z.string(), email: z.string() })

/** What points at a commit. */
export const commitRef = z.object({ kind: z.enum(['branch', 'remote-branch', 'tag', 'other']), name: z.string(), isHead: z.boolean() })
export type CommitRef = z.infer<typeof commitRef>

export const commit = z.object({
  id: commitId,
  /** More than one: a merge. */
  parents: z.array(commitId),
  author: person,
  authoredAtMs: atMs,
  committer: person,
  committedAtMs: atMs,
  subject: z.string(),
  body: z.string(),
  refs: z.array(commitRef),
  /** Against the first parent, and only within what was asked for. */
  filesChanged: z.number().int().nonnegative(),
  /** In the history of a file: its path then. */
  path: gitPath.nullable(),
})
export type Commit = z.infer<typeof commit>

/** Against the first parent; lines null: binary. */
export const commitFile = z.object({ path: gitPath, from: gitPath.nullable(), kind: changeKind, added: z.number().nullable(), removed: z.number().nullable() })
export type CommitFile = z.infer<typeof commitFile>

export const historyScope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('repository') }),
  z.strictObject({ kind: z.literal('pipeline'), name: pipelineName }),
  /** Follows renames. */
  z.strictObject({ kind: z.literal('file'), path: gitPath }),
])
export type HistoryScope = z.infer<typeof historyScope>

/** A file at one point; `text` null: see `state`. `too-large` and `binary` are not shown as text. */
export const revisionFile = z.object({ state: z.enum(['text', 'absent', 'binary', 'too-large', 'no-file']), text: z.string().nullable(), sizeBytes: bytes })
export type RevisionFile = z.infer<typeof revisionFile>

/** Who wrote which line last. */
export const blame = z.object({
  commits: z.array(z.object({ id: commitId, author: person, authoredAtMs: atMs, subject: z.string(), path: gitPath })),
  /** For each line the place in `commits`; null: not committed yet. */
  lines: z.array(z.number().int().nonnegative().nullable()),
})
export type Blame = z.infer<typeof blame>

/** `isPlain`: all sides are regular files, so that their text can be shown; else a side is chosen as a whole. */
export const conflictFile = z.object({ path: gitPath, kind: conflictKind, isPlain: z.boolean() })
export type ConflictFile = z.infer<typeof conflictFile>

/** `ours` and `theirs` as git means them; here the commits that meet. `work` is `none` after a stash. */
export const conflicts = z.object({
  work: unfinishedWork,
  canSkip: z.boolean(),
  ours: z.string().nullable(),
  theirs: z.string().nullable(),
  /** Of a rebase. */
  step: z.object({ now: z.number().int(), total: z.number().int() }).nullable(),
  files: z.array(conflictFile),
})
export type Conflicts = z.infer<typeof conflicts>

/** `result`: the working file, with git's marks until it is resolved. */
export const conflictSides = conflictFile.extend({ base: revisionFile, ours: revisionFile, theirs: revisionFile, result: revisionFile })
export type ConflictSides = z.infer<typeof conflictSides>

/** `otherFilter`: notebooks go through a filter of somebody else, which stays as it is. */
export const outputStripping = z.object({ isOn: z.boolean(), otherFilter: z.string().nullable() })
export type OutputStripping = z.infer<typeof outputStripping>

export const commitsContract = {
  /** Newest first. `from` null: what is checked out; further pages give the `head` of the first. Errors: git/…. */
  list: request({ scope: historyScope, from: commitId.nullable(), skip: z.number().int().min(0).max(10_000_000), limit: z.number().int().min(1).max(200).default(50) }, z.object({ head: commitId.nullable(), commits: z.array(commit), hasMore: z.boolean() })),
  /** Errors: git/not-found. `isPushed`: a remote's branch has it. `isUndoable`: see undo. */
  get: request({ commit: commitId }, z.object({ commit, files: z.array(commitFile), isPushed: z.boolean(), isUndoable: z.boolean() })),
  /** `revision` null: the working tree. Errors: git/not-found (no such commit), file/… (working tree). */
  readFile: request({ revision: commitId.nullable(), path: gitPath }, revisionFile),
  /** Of the given text, which is the file as the editor has it. Errors: git/not-found (git does not know the file). */
  blame: request({ path: gitPath, text: z.string().max(5_000_000) }, blame),
  /** Takes the commit back by a new one. `parent`, 1-based: which line a merge goes back to. Errors: git/not-found, git/busy, input/invalid (a merge without a parent), workspace/untrusted; the rest comes with the operation, git/conflict among it. */
  revert: request({ commit: commitId, parent: z.number().int().min(1).max(100).nullable() }, gitOperation),
  /** Takes the newest commit back that a revert made, while no remote has it. Errors: git/rejected, git/would-overwrite, workspace/untrusted. */
  undo: request({ commit: commitId }, z.object({})),
  /** Runs the pipeline as it was in the commit, from a working tree of its own. Errors: those of runs.start, git/not-found, workspace/untrusted. */
  run: request({ commit: commitId, pipeline: pipelineName, ignoreProblems: z.boolean().default(false) }, run),
  conflicts: request({}, conflicts),
  /** Errors: git/not-found: the file has no conflict (any more). */
  conflict: request({ path: gitPath }, conflictSides),
  /** Keeps the text in the working file; `isResolved` ends the conflict. With another text than `expected` in the file: file/changed-on-disk, and nothing is written; null writes whatever is there. */
  saveConflict: request({ path: gitPath, text: z.string().max(5_000_000), isResolved: z.boolean(), expected: z.string().max(5_000_000).nullable() }, conflicts),
  /** A side as a whole. */
  chooseSide: request({ path: gitPath, side: z.enum(['ours', 'theirs', 'delete']) }, conflicts),
  /** The working file as the conflict began. */
  restartConflict: request({ path: gitPath }, conflictSides),
  /** Errors: git/conflict (a file is not resolved), git/not-found (git is in the middle of nothing), git/busy, workspace/untrusted. */
  continue: request({}, gitOperation),
  /** Leaves out the commit that could not be applied. Errors: as continue. */
  skip: request({}, gitOperation),
  abort: request({}, gitOperation),
  stripping: request({}, outputStripping),
  /** Errors: git/exists (another filter), tool/missing (no Perl), workspace/untrusted. */
  setStripping: request({ isOn: z.boolean() }, outputStripping),
}
