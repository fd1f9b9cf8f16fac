/** What git and ssh are answered without asking: passwords and tokens by host, passphrases by key. Kept as secrets are, for all workspaces. */
import type { SignIn, SignIns } from '@shared/contract/remote'
import type { SecretCipher } from '../secrets/secret-cipher'
import type { SecretStore } from '../secrets/secret-store'

export type Credential = { userName: string; secret: string }

export type SignInStore = {
  list(): SignIns
  /** null: not there, or kept in a way that cannot be read here. */
  read(target: string): Credential | null
  /** Throws secret/unavailable. */
  write(target: string, credential: Credential): void
  remove(target: string): void
}

/** In place of a workspace; no path, so that no workspace's secrets are these. */
const place = '*sign-ins*'

export function createSignInStore(secrets: SecretStore, cipher: SecretCipher): SignInStore {
  const read = (target: string): Credential | null => {
    try {
      const text = secrets.read(place, target)
      return text === null ? null : (JSON.parse(text) as Credential)
    } catch {
      return null
    }
  }
  return {
    list: () => ({
      storage: cipher.storage(),
      problem: cipher.problem(),
      signIns: secrets.list(place).map(({ name, updatedAtMs, storages }): SignIn => ({ target: name, userName: read(name)?.userName ?? '', storage: storages.find((storage) => storage === cipher.storage()) ?? storages[0] ?? 'unavailable', savedAtMs: updatedAtMs })),
    }),
    read,
    write: (target, { userName, secret }) => secrets.write(place, target, JSON.stringify({ userName, secret })),
    remove: (target) => secrets.remove(place, target),
  }
}
