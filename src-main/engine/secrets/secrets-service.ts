/** What can be asked of the secrets of the open workspace, and what a run gets of them. Values leave it only into a run. */
import { AppError, toWireError } from '@shared/app-error'
import type { SecretsState } from '@shared/contract/secrets'
import { decryptFernet, encryptFernet, fernetKey, type FernetKey } from './fernet'
import type { SecretCipher } from './secret-cipher'
import { encryptionKeyName, type SecretStore } from './secret-store'

/** What a run needs. */
export type SecretSource = {
  valuesFor(workspaceRoot: string, names: readonly string[]): { values: Map<string, string>; unreadable: { name: string; why: string }[] }
  /** Throws an Error in words for people when the token cannot be decrypted. */
  decryptToken(workspaceRoot: string, token: string): string
}

export type SecretsServiceDeps = {
  store: SecretStore
  cipher: SecretCipher
  /** Throws workspace/none-open. */
  workspaceRoot: () => string
  pipelines: () => readonly { name: string; secretNames: readonly string[] }[]
  /** ENCRYPTION_KEY of the process: counts where the workspace has none. */
  processKey: () => string | undefined
  publish: (state: SecretsState) => void
}

export type SecretsService = SecretSource & {
  state(): SecretsState
  set(name: string, value: string): SecretsState
  remove(name: string): SecretsState
  /** Empty removes it. Throws input/invalid. */
  setEncryptionKey(key: string): SecretsState
  /** Throws secret/no-key. */
  encrypt(value: string): string
  acceptWeakStorage(): SecretsState
  /** The pipelines, or the workspace, are others: tells when that changes anything. */
  refresh(): void
}

export function createSecretsService({ store, cipher, workspaceRoot, pipelines, processKey, publish }: SecretsServiceDeps): SecretsService {
  let rev = 0
  let told = ''

  const keyOf = (root: string): FernetKey | null => {
    const text = store.read(root, encryptionKeyName) ?? processKey() ?? ''
    return text === '' ? null : fernetKey(text)
  }
  const hasKey = (root: string): boolean => {
    try {
      return keyOf(root) !== null
    } catch {
      return false
    }
  }

  const look = (): Omit<SecretsState, 'rev'> => {
    const root = workspaceRoot()
    const usedBy = new Map<string, string[]>()
    for (const { name: pipeline, secretNames } of pipelines()) for (const name of secretNames) usedBy.set(name, [...(usedBy.get(name) ?? []), pipeline])
    const stored = store.list(root)
    const names = new Set(stored.map(({ name }) => name))
    return {
      storage: cipher.storage(),
      problem: cipher.problem(),
      secrets: stored.map(({ name, updatedAtMs }) => ({ name, updatedAtMs, usedBy: usedBy.get(name) ?? [] })),
      missing: [...usedBy].flatMap(([name, users]) => (names.has(name) ? [] : [{ name, usedBy: users }])).sort((a, b) => (a.name < b.name ? -1 : 1)),
      hasEncryptionKey: hasKey(root),
    }
  }
  const state = (): SecretsState => {
    const now = look()
    const text = JSON.stringify(now)
    if (text !== told) rev += 1
    told = text
    return { ...now, rev }
  }
  const changed = (): SecretsState => {
    const now = state()
    publish(now)
    return now
  }

  return {
    state,
    set(name, value) {
      store.write(workspaceRoot(), name, value)
      return changed()
    },
    remove(name) {
      store.remove(workspaceRoot(), name)
      return changed()
    },
    setEncryptionKey(key) {
      if (key.trim() === '') store.remove(workspaceRoot(), encryptionKeyName)
      else {
        fernetKey(key)
        store.write(workspaceRoot(), encryptionKeyName, key.trim())
      }
      return changed()
    },
    encrypt(value) {
      const key = keyOf(workspaceRoot())
      if (!key) throw new AppError('secret/no-key', "There is no ENCRYPTION_KEY for this workspace. Enter the server's on the secrets page, with \"ffdesk secrets key\", or in the environment variable ENCRYPTION_KEY.")
      return encryptFernet(key, value)
    },
    acceptWeakStorage() {
      cipher.acceptWeak()
      return changed()
    },
    refresh() {
      const before = rev
      try {
        const now = state()
        if (now.rev !== before) publish(now)
      } catch {
        // No workspace is open, and so there is nothing to tell.
      }
    },
    valuesFor(root, names) {
      const values = new Map<string, string>()
      const unreadable: { name: string; why: string }[] = []
      for (const name of names) {
        try {
          const value = store.read(root, name)
          if (value !== null) values.set(name, value)
        } catch (error) {
          unreadable.push({ name, why: toWireError(error).message })
        }
      }
      return { values, unreadable }
    },
    decryptToken(root, token) {
      const key = keyOf(root)
      if (!key) throw new Error("there is no ENCRYPTION_KEY for this workspace. Enter the server's on the secrets page.")
      return decryptFernet(key, token)
    },
  }
}
