/**
 * What is asked of the remotes of the workspace. Whatever talks to one is an operation, needs trust, and signs in by a session of its
 * own; the interval of the settings does what needs nobody.
 */
import { AppError } from '@shared/app-error'
import type { ApiParsedInput } from '@shared/contract/index'
import type { GitOperation, GitState } from '@shared/contract/git'
import type { ConfiguredRemote, Divergence, LargeFile, LockFile, PullMode, SignIns, SyncPreview } from '@shared/contract/remote'
import type { NetworkEnvironment } from '../platform/network-environment'
import { createAutoSync, type AutoSync } from './auto-sync'
import { previewSync, readDivergence } from './divergence'
import { createGitClient } from './git-client'
import type { GitOperations, OperationHandle } from './git-operations'
import { createHostKeys } from './host-keys'
import { findLargeFiles } from './large-files'
import { findLockFile, removeLockFile } from './lock-file'
import { openRepository, type OpenRepository } from './open-repository'
import { openRemoteSession, type RemoteSession } from './remote-session'
import { readRemoteUrl, type RemoteAddress } from './remote-url'
import { addRemote, findRemote, listRemotes, movePassword, removeRemote, setRemoteUrl } from './remotes'
import type { RepositoryState } from './repository-state'
import type { SignInStore } from './sign-in-store'
import { syncToUpstream } from './sync'
import { clone, fetchRemote, makeFirstCommit, pull, push, type PushInput } from './transfer'
import { untrustedWorkspace } from '../workspace/untrusted'

export type RemoteServiceDeps = {
  state: RepositoryState
  operations: GitOperations
  signIns: SignInStore
  runDir: string
  workspaceRoot: () => string | null
  isTrusted: () => boolean
  environment: () => NodeJS.ProcessEnv
  network: () => Promise<Pick<NetworkEnvironment, 'caBundleFile' | 'proxyEnv'>>
  /** 0: never. */
  autoSyncMinutes: () => number
  /** Something came by a sync. */
  onSynced: () => Promise<void>
  nowMs: () => number
}

export type RemoteService = {
  fetch(input: { remote: string | null; unshallow: boolean }): Promise<GitOperation>
  pull(mode: PullMode): Promise<GitOperation>
  push(input: PushInput & { remote: string | null }): Promise<GitOperation>
  publish(input: ApiParsedInput<'remote.publish'>): Promise<GitOperation>
  clone(input: { url: string; folder: string }): Promise<GitOperation>
  sync(input: ApiParsedInput<'remote.sync'>): Promise<GitOperation>
  divergence(): Promise<Divergence>
  previewSync(): Promise<SyncPreview>
  list(): Promise<ConfiguredRemote[]>
  add(name: string, url: string): Promise<GitState>
  setUrl(name: string, url: string): Promise<GitState>
  remove(name: string): Promise<GitState>
  movePassword(name: string): Promise<GitState>
  signIns(): SignIns
  saveSignIn(input: ApiParsedInput<'remote.saveSignIn'>): SignIns
  removeSignIn(target: string): SignIns
  forgetHostKey(host: string): Promise<void>
  lockFile(): Promise<LockFile | null>
  removeLockFile(): Promise<GitState>
  largeFiles(): Promise<LargeFile[]>
  /** The settings are others. */
  settingsChanged(): void
  dispose(): void
}

export function createRemoteService(deps: RemoteServiceDeps): RemoteService {
  const { state, operations, signIns } = deps
  const hostKeys = createHostKeys(deps.environment)

  const openTrusted = state.openToChange

  const withSession = async (client: OpenRepository['client'], handle: OperationHandle, address: RemoteAddress, work: (session: RemoteSession) => Promise<void>, asksUser = true): Promise<void> => {
    const { caBundleFile, proxyEnv } = await deps.network()
    const env = { ...proxyEnv, ...(caBundleFile === null || deps.environment().GIT_SSL_CAINFO ? {} : { GIT_SSL_CAINFO: caBundleFile }) }
    const session = await openRemoteSession({ runDir: deps.runDir, signIns }, { client, handle, address, asksUser, env })
    try {
      await work(session)
    } catch (error) {
      throw error instanceof AppError && error.code === 'git/host-key-changed' ? await hostKeys.withOldKey(error) : error
    } finally {
      await session.close()
    }
  }

  /** What the app does by itself makes way for its user. */
  const start = async (kind: GitOperation['kind'], work: (handle: OperationHandle) => Promise<void>): Promise<GitOperation> => {
    await autoSync.giveWay()
    return operations.start(kind, async (handle) => {
      try {
        await work(handle)
      } finally {
        await state.refresh()
      }
    })
  }

  /** Checks before it begins what can be known before; where the remote is, is part of the work: its failure has a card. */
  const startWithRemote = async (kind: GitOperation['kind'], name: string | null, direction: 'fetch' | 'push', work: (opened: OpenRepository, handle: OperationHandle, session: RemoteSession, remote: string) => Promise<void>): Promise<GitOperation> => {
    const opened = await openTrusted()
    return start(kind, async (handle) => {
      const remote = await findRemote(opened, name, direction)
      await withSession(opened.client, handle, remote.address, (session) => work(opened, handle, session, remote.name))
    })
  }

  const changeRemotes = async (change: (opened: OpenRepository) => Promise<void>): Promise<GitState> => {
    await change(await openTrusted())
    return state.refresh()
  }

  const autoSync: AutoSync = createAutoSync({
    minutes: deps.autoSyncMinutes,
    operations,
    isPossible: () => deps.isTrusted() && state.current().repository?.upstream?.isGone === false && state.current().repository?.unfinished === 'none',
    async perform(handle) {
      const opened = await openTrusted()
      const remote = await findRemote(opened, null, 'fetch')
      await withSession(opened.client, handle, remote.address, (session) => fetchRemote(session, remote.name), false)
      if ((await previewSync(opened)).verdict === 'fast-forward' && (await syncToUpstream(opened, handle, { way: 'fast-forward', shownTip: null, nowMs: deps.nowMs() }))) await deps.onSynced()
      await state.refresh()
    },
  })

  return {
    fetch: ({ remote, unshallow }) => startWithRemote('fetch', remote, 'fetch', (_opened, _handle, session, name) => fetchRemote(session, name, { unshallow })),
    pull: (mode) => startWithRemote('pull', null, 'fetch', (opened, _handle, session) => pull(opened, session, mode)),
    push: ({ remote, ...input }) => startWithRemote('push', remote, 'push', (opened, handle, session, name) => push(opened, handle, session, name, input)),
    sync: ({ way, shownTip }) =>
      startWithRemote('sync', null, 'fetch', async (opened, handle, session, name) => {
        await fetchRemote(session, name)
        if (await syncToUpstream(opened, handle, { way, shownTip, nowMs: deps.nowMs() })) await deps.onSynced()
      }),
    async publish({ url, name, message }) {
      const address = readRemoteUrl(url)
      const root = deps.workspaceRoot()
      if (root === null) throw new AppError('workspace/none-open', 'No folder is open. Open a folder with pipelines, or the sample workspace.')
      if (!deps.isTrusted()) throw untrustedWorkspace(root)
      return start('publish', async (handle) => {
        const environment = deps.environment()
        if ((await openRepository({ folder: root, environment, isTrusted: true })) === null) await createGitClient({ folder: root, environment, isTrusted: true }).run(['init', '--quiet'], handle.call())
        const opened = await openTrusted()
        await makeFirstCommit(opened, handle, message)
        await addRemote(opened, signIns, name, url)
        await withSession(opened.client, handle, address, (session) => push(opened, handle, session, name, { setUpstream: true, tags: false, branch: null, createBranch: false, forceWithLease: null }))
      })
    },
    async clone({ url, folder }) {
      const address = readRemoteUrl(url)
      // What is not there yet is not hostile: the user's own configuration and helpers are in force, and the server's address is checked.
      const client = createGitClient({ folder: deps.runDir, environment: deps.environment(), isTrusted: true })
      return start('clone', (handle) => withSession(client, handle, address, (session) => clone(session, address.url, folder)))
    },
    divergence: async () => readDivergence(await state.open()),
    previewSync: async () => previewSync(await state.open()),
    list: async () => listRemotes(await state.open()),
    add: (name, url) => changeRemotes((opened) => addRemote(opened, signIns, name, url)),
    setUrl: (name, url) => changeRemotes((opened) => setRemoteUrl(opened, signIns, name, url)),
    remove: (name) => changeRemotes((opened) => removeRemote(opened, name)),
    movePassword: (name) => changeRemotes((opened) => movePassword(opened, signIns, name)),
    signIns: () => signIns.list(),
    saveSignIn({ target, userName, secret }) {
      signIns.write(target.toLowerCase(), { userName, secret })
      return signIns.list()
    },
    removeSignIn(target) {
      signIns.remove(target)
      return signIns.list()
    },
    forgetHostKey: (host) => hostKeys.forget(host),
    lockFile: async () => findLockFile(await state.open(), deps.nowMs()),
    removeLockFile: () => changeRemotes((opened) => removeLockFile(opened, deps.nowMs())),
    largeFiles: async () => findLargeFiles(await state.open()),
    settingsChanged: () => autoSync.settingsChanged(),
    dispose: () => autoSync.dispose(),
  }
}
