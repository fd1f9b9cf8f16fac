/** Secrets in the database, per workspace: ciphertext only. Of one name the window and the command line can each have their own. */
import { AppError } from '@shared/app-error'
import type { SecretStorage } from '@shared/contract/secrets'
import type { Database } from '../store/database'
import type { SecretCipher } from './secret-cipher'

export type StoredSecret = { name: string; updatedAtMs: number; storages: SecretStorage[] }

export type SecretStore = {
  /** Sorted by name; without the encryption key. */
  list(workspaceRoot: string): StoredSecret[]
  /** null: not in the store. Throws secret/unavailable when it is there and cannot be read. */
  read(workspaceRoot: string, name: string): string | null
  write(workspaceRoot: string, name: string, value: string): void
  remove(workspaceRoot: string, name: string): void
}

/** No name of a variable, so that it cannot be taken for a secret. */
export const encryptionKeyName = '*encryption-key*'

export function createSecretStore(database: Database, cipher: SecretCipher, nowMs: () => number = Date.now): SecretStore {
  return {
    list(workspaceRoot) {
      const rows = database.all('SELECT name, storage, updated_at_ms FROM secrets WHERE workspace_root = ? AND name <> ? ORDER BY name', [workspaceRoot, encryptionKeyName])
      const byName = new Map<string, StoredSecret>()
      for (const row of rows) {
        const name = String(row.name)
        const known = byName.get(name) ?? { name, updatedAtMs: 0, storages: [] }
        known.updatedAtMs = Math.max(known.updatedAtMs, Number(row.updated_at_ms))
        known.storages.push(String(row.storage) as SecretStorage)
        byName.set(name, known)
      }
      return [...byName.values()]
    },
    read(workspaceRoot, name) {
      const rows = database.all('SELECT storage, ciphertext FROM secrets WHERE workspace_root = ? AND name = ?', [workspaceRoot, name])
      if (rows.length === 0) return null
      const own = rows.find((row) => row.storage === cipher.storage())
      if (own) return cipher.decrypt(Buffer.from(String(own.ciphertext), 'base64'))
      const wasKeyFile = rows.some((row) => row.storage === 'key-file')
      throw new AppError('secret/unavailable', cipher.problem() ?? `It was set ${wasKeyFile ? 'by the command line' : 'in the window'}, which keeps values in another way. Set it here as well.`, { name })
    },
    write(workspaceRoot, name, value) {
      const ciphertext = cipher.encrypt(value).toString('base64')
      database.run(
        `INSERT INTO secrets (workspace_root, name, storage, ciphertext, updated_at_ms) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (workspace_root, name, storage) DO UPDATE SET ciphertext = excluded.ciphertext, updated_at_ms = excluded.updated_at_ms`,
        [workspaceRoot, name, cipher.storage(), ciphertext, nowMs()],
      )
    },
    remove(workspaceRoot, name) {
      database.run('DELETE FROM secrets WHERE workspace_root = ? AND name = ?', [workspaceRoot, name])
    },
  }
}
