/** What is done to the open repository on this computer alone: staging, diffs, commits, discards, stashes, branches, tags. */
import { z } from 'zod'
import { atMs, bytes, request } from './define'
import { gitOperation, gitPath } from './git'

const paths = z.array(gitPath).min(1).max(20_000)
const commitId = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/)
/** What git makes of it is checked by git. */
const refName = z.string().max(1000)
const done = z.object({})

/** Which two versions a diff compares: the index with the working tree, or HEAD with the index. */
export const diffSide = z.enum(['unstaged', 'staged'])
export type DiffSide = z.infer<typeof diffSide>

/** `missing`: there is none in this version. `unnameable`: its name is no UTF-8, and no program can be asked for it by that name. */
export const versionKind = z.enum(['text', 'missing', 'binary', 'not-utf8', 'too-large', 'link', 'submodule', 'not-regular', 'unnameable'])
export type VersionKind = z.infer<typeof versionKind>

/** `text` of a link is where it leads; null for what is no text. */
export const fileVersion = z.object({ kind: versionKind, text: z.string().nullable(), sizeBytes: bytes.nullable(), isExecutable: z.boolean() })
export type FileVersion = z.infer<typeof fileVersion>

export const hunk = z.object({
  /** Line numbers from 1; zero lines: between this line and the next. */
  oldStart: z.number().int().nonnegative(),
  oldLines: z.number().int().nonnegative(),
  newStart: z.number().int().nonnegative(),
  newLines: z.number().int().nonnegative(),
  added: z.number().int().nonnegative(),
  removed: z.number().int().nonnegative(),
  /** What git found above it: a function, a class. */
  within: z.string(),
})
export type Hunk = z.infer<typeof hunk>

export const fileDiff = z.object({
  path: gitPath,
  side: diffSide,
  before: fileVersion,
  after: fileVersion,
  /** Empty for what goes as a whole only: new and deleted files, binary ones, links, other modes. */
  hunks: z.array(hunk),
  /** Of exactly these hunks; handed back with what is done to some of them. */
  fingerprint: z.string(),
})
export type FileDiff = z.infer<typeof fileDiff>

export const discardTarget = z.enum(['index', 'head'])
export type DiscardTarget = z.infer<typeof discardTarget>

/** What was taken out of the working tree; kept by the app for 30 days. */
export const discarded = z.object({ id: z.uuid(), atMs, files: z.array(z.object({ path: gitPath, sizeBytes: bytes })), totalBytes: bytes })
export type Discarded = z.infer<typeof discarded>

export const lastCommit = z.object({
  commit: commitId,
  message: z.string(),
  /** On a branch of a remote, as far as was fetched. */
  isPushed: z.boolean(),
  isMerge: z.boolean(),
})
export type LastCommit = z.infer<typeof lastCommit>

export const gitIdentity = z.object({ name: z.string(), email: z.string() })
export type GitIdentity = z.infer<typeof gitIdentity>

export const stash = z.object({ commit: commitId, atMs, message: z.string() })
export type Stash = z.infer<typeof stash>

export const branch = z.object({
  /** `main`, or `origin/main`. */
  name: z.string(),
  isRemote: z.boolean(),
  isCurrent: z.boolean(),
  commit: commitId,
  /** Of its last commit. */
  atMs,
  subject: z.string(),
  author: z.string(),
  upstream: z.string().nullable(),
  ahead: z.number().int().nonnegative(),
  behind: z.number().int().nonnegative(),
  /** Its upstream is set, but not there (any more). */
  isGone: z.boolean(),
})
export type Branch = z.infer<typeof branch>

export const tag = z.object({ name: z.string(), commit: commitId, atMs, subject: z.string() })
export type Tag = z.infer<typeof tag>

export const gitChangesContract = {
  /** `paths` null: all. Errors: workspace/untrusted, git/…. */
  stage: request({ paths: paths.nullable() }, done),
  unstage: request({ paths: paths.nullable() }, done),
  /** Errors: git/…; what cannot be shown as text is said in its version. */
  diff: request({ path: gitPath, side: diffSide }, fileDiff),
  /** Stages, unstages or discards some hunks of a diff. Errors: file/changed-on-disk (nothing was done). `discarded` when something was taken out. */
  applyHunks: request({ path: gitPath, side: diffSide, fingerprint: z.string().max(100), hunks: z.array(z.number().int().nonnegative()).min(1).max(10_000), action: z.enum(['stage', 'unstage', 'discard']) }, z.object({ discarded: discarded.nullable() })),
  /** What discarding would take out. */
  previewDiscard: request({ paths }, z.object({ files: discarded.shape.files, totalBytes: bytes })),
  /** Back to the index, or to HEAD, which unstages too; untracked files are taken out. Their content goes into the app's own store first. */
  discard: request({ paths, to: discardTarget }, discarded),
  /** Of this repository, newest first. */
  listDiscarded: request({}, z.object({ discarded: z.array(discarded) })),
  /** Puts the files back as they were; what is in their place now is discarded in turn (null: nothing was). */
  undoDiscard: request({ id: z.uuid() }, z.object({ discarded: discarded.nullable() })),
  /** null: no commit yet. */
  lastCommit: request({}, z.object({ last: lastCommit.nullable() })),
  /** `all` stages everything first. Errors: input/invalid (the message); the rest is told by the operation. */
  commit: request({ message: z.string().max(2_000_000), amend: z.boolean(), signOff: z.boolean(), all: z.boolean() }, gitOperation),
  /** Takes the last commit back and keeps its changes staged; answers its message. Errors: git/rejected (pushed, a merge, or no longer the last one). */
  undoCommit: request({ commit: commitId }, z.object({ message: z.string() })),
  identity: request({}, gitIdentity),
  /** For this repository. */
  setIdentity: request({ name: z.string().max(200), email: z.string().max(200) }, done),
  stashes: request({}, z.object({ stashes: z.array(stash) })),
  stashFiles: request({ commit: commitId }, z.object({ files: z.array(gitPath) })),
  saveStash: request({ message: z.string().max(10_000), includeUntracked: z.boolean() }, gitOperation),
  /** `drop`: when it could be applied. */
  applyStash: request({ commit: commitId, drop: z.boolean() }, gitOperation),
  dropStash: request({ commit: commitId }, stash),
  /** Undoes a drop. */
  restoreStash: request({ commit: commitId, message: z.string().max(10_000) }, done),
  branches: request({}, z.object({ branches: z.array(branch), tags: z.array(tag) })),
  /** `from` null: HEAD. Errors: git/invalid-name, git/exists, git/not-found. */
  createBranch: request({ name: refName, from: refName.nullable() }, done),
  /** A branch of a remote becomes a local one that follows it. `stash`: puts changes aside first. */
  switchBranch: request({ name: refName, isRemote: z.boolean(), stash: z.boolean() }, gitOperation),
  renameBranch: request({ from: refName, to: refName }, done),
  /** Errors: git/not-merged unless forced. `createBranch` with the answered commit undoes it. */
  deleteBranch: request({ name: refName, force: z.boolean() }, z.object({ commit: commitId })),
  /** `message` null: a lightweight one. */
  createTag: request({ name: refName, message: z.string().max(100_000).nullable() }, done),
  deleteTag: request({ name: refName }, z.object({ commit: commitId })),
  /** Makes the workspace's folder a repository. */
  init: request({ withIgnoreFile: z.boolean() }, done),
}
