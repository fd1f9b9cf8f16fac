/** Values of secrets in the system's key store, by Electron. */
import { AppError } from '@shared/app-error'
import type { SecretCipher } from '../engine/secrets/secret-cipher'

/** What is used of Electron's safeStorage. */
export type SafeStorage = {
  isEncryptionAvailable(): boolean
  encryptString(text: string): Buffer
  decryptString(encrypted: Buffer): string
  /** Linux only. */
  getSelectedStorageBackend?(): string
  setUsePlainTextEncryption?(isUsed: boolean): void
}

const howToGetOne = 'Install and unlock a key store (GNOME Keyring or KWallet), then start the app again.'

export function createSafeStorageCipher(safeStorage: SafeStorage, platform: NodeJS.Platform): SecretCipher {
  let isWeakAccepted = false
  /** Without a key store Chromium falls back to a password that everybody knows. */
  const isWeak = (): boolean => platform === 'linux' && (safeStorage.getSelectedStorageBackend?.() ?? 'basic_text') === 'basic_text'
  const isUsable = (): boolean => safeStorage.isEncryptionAvailable() && (!isWeak() || isWeakAccepted)
  const problem = (): string | null => {
    if (isWeak()) return isWeakAccepted ? `Values are kept with a password that is in every copy of Chromium: who can read your files can read them. ${howToGetOne}` : `This system has no key store. ${howToGetOne}`
    return safeStorage.isEncryptionAvailable() ? null : "The system's key store does not answer. Unlock it, then start the app again."
  }
  const require = (): void => {
    if (!isUsable()) throw new AppError('secret/unavailable', problem() ?? 'The key store is not usable.')
  }
  return {
    storage: () => (isUsable() ? (isWeak() ? 'weak' : 'keychain') : 'unavailable'),
    problem,
    acceptWeak() {
      if (!isWeak()) throw new AppError('secret/unavailable', problem() ?? 'There is a key store; nothing weaker is used.')
      safeStorage.setUsePlainTextEncryption?.(true)
      isWeakAccepted = true
    },
    encrypt(value) {
      require()
      return safeStorage.encryptString(value)
    },
    decrypt(stored) {
      require()
      try {
        return safeStorage.decryptString(stored)
      } catch (error) {
        throw new AppError('secret/unavailable', 'The key store does not open it: it was kept by another user or system. Set it again.', {}, { cause: error })
      }
    },
  }
}
