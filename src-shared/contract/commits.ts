import { z } from 'zod'
import { atMs, bytes, request } from './define'
import { changeKind, gitPath } from './git'
import { pipelineName } from './pipelines'

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

export const commitsContract = {
  /** Newest first. `from` null: what is checked out; further pages give the `head` of the first. Errors: git/…. */
  list: request({ scope: historyScope, from: commitId.nullable(), skip: z.number().int().min(0).max(10_000_000), limit: z.number().int().min(1).max(200).default(50) }, z.object({ head: commitId.nullable(), commits: z.array(commit), hasMore: z.boolean() })),
  /** Errors: git/not-found. `isPushed`: a remote's branch has it. */
  get: request({ commit: commitId }, z.object({ commit, files: z.array(commitFile), isPushed: z.boolean() })),
  /** `revision` null: the working tree. Errors: git/not-found (no such commit), file/… (working tree). */
  readFile: request({ revision: commitId.nullable(), path: gitPath }, revisionFile),
  /** Of the given text, which is the file as the editor has it. Errors: git/not-found (git does not know the file). */
  blame: request({ path: gitPath, text: z.string().max(5_000_000) }, blame),
}
