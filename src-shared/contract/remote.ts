import { z } from 'zod'
import { atMs, request } from './define'
import { gitOperation, gitState } from './git'
import { secretStorage } from './secrets'

/** What begins with a dash would be an option to git. */
export const remoteName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'letters, digits, dot, dash and underscore')
/** Whether it is a name at all, git says. */
export const branchName = z.string().min(1).max(250).regex(/^[^-]/, 'a name that does not begin with a dash')
/** https, ssh or user@host:path; checked by the engine, which says why it refuses one. */
export const remoteUrl = z.string().min(1).max(2000)
const commitId = z.string().regex(/^[0-9a-f]{40,64}$/)

export const pullMode = z.enum(['configured', 'rebase', 'merge', 'ff-only'])
export type PullMode = z.infer<typeof pullMode>

export const remoteCommit = z.object({
  commit: commitId,
  author: z.string(),
  atMs,
  subject: z.string(),
  /** Paths as shown, the first of `fileCount`. */
  files: z.array(z.string()),
  fileCount: z.number().int().nonnegative(),
})
export type RemoteCommit = z.infer<typeof remoteCommit>

/** Newest first; `omitted` more are not listed. */
export const commitList = z.object({ commits: z.array(remoteCommit), omitted: z.number().int().nonnegative() })
export type CommitList = z.infer<typeof commitList>

/** What was last heard of the upstream, against the branch that is checked out. */
export const divergence = z.object({
  branch: z.string(),
  /** `origin/main` */
  upstream: z.string(),
  /** null: it is not there (any more). */
  upstreamTip: commitId.nullable(),
  incoming: commitList,
  outgoing: commitList,
})
export type Divergence = z.infer<typeof divergence>

/** `fast-forward`: nothing is lost by it. `dirty`: files would be lost. `diverged`: commits would be lost, perhaps files too. */
const syncVerdict = z.enum(['up-to-date', 'fast-forward', 'dirty', 'diverged'])

export const syncPreview = divergence.extend({
  verdict: syncVerdict,
  /** Changed files that the server's hard reset would overwrite. Files that git does not know stay. */
  lostFiles: z.array(z.string()),
  lostFilesOmitted: z.number().int().nonnegative(),
})
export type SyncPreview = z.infer<typeof syncPreview>

/** `reset` is what the server does: what it destroys is kept as a stash and as a branch `backup/…`. */
export const syncWay = z.enum(['fast-forward', 'stash', 'rebase', 'reset'])
export type SyncWay = z.infer<typeof syncWay>

export const configuredRemote = z.object({
  name: z.string(),
  /** As it is written down, without user name and password. */
  url: z.string(),
  /** Where git really goes, by `insteadOf` and `pushurl`. */
  fetchUrl: z.string(),
  pushUrl: z.string(),
  /** A user name with a password or token stands in the configuration, readable by every program. */
  hasPassword: z.boolean(),
  /** Why the app does not talk to it. */
  problem: z.string().nullable(),
})
export type ConfiguredRemote = z.infer<typeof configuredRemote>

export const signIn = z.object({
  /** `https://host`, or the path of a key. */
  target: z.string(),
  userName: z.string(),
  /** Kept in a way that only the window, or only the command line, can read. */
  storage: secretStorage,
  savedAtMs: atMs,
})
export type SignIn = z.infer<typeof signIn>

export const signIns = z.object({ signIns: z.array(signIn), storage: secretStorage, problem: z.string().nullable() })
export type SignIns = z.infer<typeof signIns>

/** A token with a line break would begin a header of its own. */
const signInSecret = z.string().min(1).max(16_384).regex(/^[^\r\n\0]*$/, 'no line breaks')

export const lockFile = z.object({
  file: z.string(),
  ageMs: z.number().int().nonnegative(),
  /** null: it cannot be found out here. */
  isGitRunning: z.boolean().nullable(),
  /** Older than 10 minutes, or no git is running. */
  mayRemove: z.boolean(),
})
export type LockFile = z.infer<typeof lockFile>

export const largeFile = z.object({ path: z.string(), bytes: z.number().int().nonnegative(), commit: commitId, subject: z.string() })
export type LargeFile = z.infer<typeof largeFile>

/** Everything that talks to a remote answers an operation at once (git.operationChanged tells the rest). Errors: git/busy, workspace/untrusted, git/no-repository. */
export const remoteContract = {
  /** null: the upstream's remote, else the only one, else origin. */
  fetch: request({ remote: remoteName.nullable().default(null), unshallow: z.boolean().default(false) }, gitOperation),
  pull: request({ mode: pullMode }, gitOperation),
  push: request(
    {
      /** null: as for fetch. */
      remote: remoteName.nullable().default(null),
      setUpstream: z.boolean().default(false),
      tags: z.boolean().default(false),
      /** The branch on the remote; null: the upstream's, else the same name. */
      branch: branchName.nullable().default(null),
      /** Makes `branch` here first and switches to it. */
      createBranch: z.boolean().default(false),
      /** The tip of the remote's branch that was shown (`divergence.upstreamTip`): what is there is given up, unless it has moved on. */
      forceWithLease: commitId.nullable().default(null),
    },
    gitOperation,
  ),
  /** Makes the workspace a repository where it is none, with one commit of what is there, then the remote, then pushes. */
  publish: request({ url: remoteUrl, name: remoteName.default('origin'), /** Of the first commit, where one is made. */ message: z.string().max(10_000).default('First commit') }, gitOperation),
  /** `folder` must not exist or be empty; open it when the operation is done. */
  clone: request({ url: remoteUrl, folder: z.string().min(1).max(4096) }, gitOperation),
  /** Of what was last fetched; nothing is asked of the remote. Errors: git/no-upstream, git/detached-head. */
  divergence: request({}, divergence),
  previewSync: request({}, syncPreview),
  /** Fetches first. `fast-forward` fails where something would be lost (git/would-overwrite, git/non-fast-forward). `reset` needs the tip that was shown. */
  sync: request({ way: syncWay.default('fast-forward'), shownTip: commitId.nullable().default(null) }, gitOperation),

  list: request({}, z.object({ remotes: z.array(configuredRemote) })),
  /** Errors: git/unsafe-url, git/exists. A password in the address goes to the sign-ins. */
  add: request({ name: remoteName, url: remoteUrl }, gitState),
  setUrl: request({ name: remoteName, url: remoteUrl }, gitState),
  remove: request({ name: remoteName }, gitState),
  /** A password that stands in the configuration goes to the sign-ins. */
  movePassword: request({ name: remoteName }, gitState),

  signIns: request({}, signIns),
  /** Errors: secret/unavailable. */
  saveSignIn: request({ target: z.string().regex(/^https:\/\/[^/@\s]+$/, 'https://host'), userName: z.string().max(500).regex(/^[^\r\n\0]*$/), secret: signInSecret }, signIns),
  removeSignIn: request({ target: z.string().max(4096) }, signIns),

  /** Forgets the old key of a host whose key was refused as another, after the user compared the new one. */
  forgetHostKey: request({ host: z.string().max(255) }, z.object({})),
  /** null: none is there. */
  lockFile: request({}, z.object({ lock: lockFile.nullable() })),
  /** Errors: git/locked when a git may still be at work. */
  removeLockFile: request({}, gitState),
  /** Of the commits that are not pushed, the largest first. */
  largeFiles: request({}, z.object({ files: z.array(largeFile) })),
}
