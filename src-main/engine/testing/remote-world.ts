/** Git of one workspace as the engine wires it, with a profile and a store of its own; and answers to what it asks. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { GitOperation, GitPrompt } from '@shared/contract/git'
import { createGitService, type GitService } from '../git/git-service'
import { createSignInStore, type SignInStore } from '../git/sign-in-store'
import { readNetworkEnvironment } from '../platform/network-environment'
import { createKeyCipher } from '../secrets/secret-cipher'
import { createSecretStore } from '../secrets/secret-store'
import { createDiscovery } from '../pipelines/discovery'
import { openDatabase } from '../store/database'
import { gitEnvironment } from './git-world'
import { makeTemporaryWorkspace } from './temporary-workspace'

export type Answer = string | null | { answer: string; remember: boolean }

export type RemoteWorld = {
  service: GitService
  signIns: SignInStore
  /** Profile: database, run folder. */
  profile: string
  prompts: GitPrompt[]
  syncs: () => number
  /** To the end. What is asked meanwhile is answered by `answers`, by kind of prompt; what is not in it is refused. */
  ended(started: Promise<GitOperation>, answers?: Partial<Record<GitPrompt['kind'], Answer[]>>): Promise<GitOperation>
  close(): Promise<void>
}

export function makeRemoteWorld(root: string | null, { environment = gitEnvironment(), isTrusted = true, autoSyncMinutes = 0, caFile = '' }: { environment?: NodeJS.ProcessEnv; isTrusted?: boolean; autoSyncMinutes?: number; caFile?: string } = {}): RemoteWorld {
  const profile = makeTemporaryWorkspace()
  const runDir = join(profile, 'run')
  mkdirSync(runDir)
  const { database } = openDatabase(join(profile, 'history.db'))
  const cipher = createKeyCipher(join(profile, 'secrets.key'), undefined)
  const signIns = createSignInStore(createSecretStore(database, cipher), cipher)
  const prompts: GitPrompt[] = []
  let pending: Partial<Record<GitPrompt['kind'], Answer[]>> = {}
  let syncs = 0
  const answered = new Set<string>()
  const service = createGitService({
    workspace: () => (root === null ? null : { root, pipelinesDir: root }),
    isTrusted: () => isTrusted,
    environment: () => environment,
    publish(name, payload) {
      if (name !== 'git.operationChanged') return
      const { id, prompt } = payload as GitOperation
      if (prompt === null || answered.has(prompt.id)) return
      answered.add(prompt.id)
      prompts.push(prompt)
      const answer = pending[prompt.kind]?.shift() ?? null
      setImmediate(() => service.operations.answer(id, prompt.id, answer === null ? null : typeof answer === 'string' ? { answer, remember: false } : answer))
    },
    checkouts: { dir: join(profile, 'checkouts'), discover: createDiscovery(), defaultPythonVersion: () => '3.11', presence: { instanceId: 'test', isAlive: async () => false }, isNeeded: () => false },
    discardedDir: join(profile, 'discarded'),
    signIns,
    runDir,
    network: () => readNetworkEnvironment({ settings: { caFile, proxy: '', pythonMirror: '', pythonDownloadsUrl: '' }, env: environment, runDir }),
    autoSyncMinutes: () => autoSyncMinutes,
    async onSynced() {
      syncs += 1
    },
  })
  return {
    service,
    signIns,
    profile,
    prompts,
    syncs: () => syncs,
    async ended(started, answers = {}) {
      pending = answers
      return service.operations.ended((await started).id)
    },
    async close() {
      await service.dispose()
      database.close()
    },
  }
}
