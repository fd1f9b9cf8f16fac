/** The port to what keeps the values of secrets unreadable on disk; the window has the system's key store, the command line a key. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { AppError } from '@shared/app-error'
import type { SecretStorage } from '@shared/contract/secrets'

export type SecretCipher = {
  /** What is encrypted now is marked with it, for only the same kind can read it. */
  storage(): SecretStorage
  /** Why values cannot be kept, or not well, and what to do; null when all is well. */
  problem(): string | null
  /** The user takes the weak storage for this session. Throws secret/unavailable where there is none. */
  acceptWeak(): void
  /** Both throw secret/unavailable. */
  encrypt(value: string): Buffer
  decrypt(stored: Buffer): string
}

const ivBytes = 12
const tagBytes = 16

/** For the command line and tests: AES-256-GCM with `encryptionKey`, else with the key file, which is made when it is first needed. */
export function createKeyCipher(keyFile: string, encryptionKey: string | undefined): SecretCipher {
  let key: Buffer | null = null
  const keyOnce = (): Buffer => (key ??= encryptionKey ? createHash('sha256').update(`fast-flow-desktop secrets\0${encryptionKey.trim()}`).digest() : readOrMakeKey(keyFile))
  return {
    storage: () => 'key-file',
    problem: () => null,
    acceptWeak() {
      throw new AppError('secret/unavailable', 'Values are kept with a key of their own here; there is no weak storage to accept.')
    },
    encrypt(value) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', keyOnce(), iv)
      const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), text])
    },
    decrypt(stored) {
      try {
        const cipher = createDecipheriv('aes-256-gcm', keyOnce(), stored.subarray(0, ivBytes))
        cipher.setAuthTag(stored.subarray(ivBytes, ivBytes + tagBytes))
        return Buffer.concat([cipher.update(stored.subarray(ivBytes + tagBytes)), cipher.final()]).toString('utf8')
      } catch (error) {
        if (error instanceof AppError) throw error
        throw new AppError('secret/unavailable', `It was kept with another key (${encryptionKey ? 'ENCRYPTION_KEY' : keyFile}). Set it again.`, {}, { cause: error })
      }
    },
  }
}

function readOrMakeKey(file: string): Buffer {
  const made = randomBytes(32)
  try {
    // Of two commands that start at once one makes the file, the other reads it.
    writeFileSync(file, made.toString('base64'), { mode: 0o600, flag: 'wx' })
    return made
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw new AppError('secret/unavailable', `The key file ${file} cannot be written. Free the folder, or set ENCRYPTION_KEY.`, { file }, { cause: error })
    }
  }
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new AppError('secret/unavailable', `Others can read the key file ${file}. Run "chmod 600" on it, and set secrets anew that others may have seen.`, { file })
  }
  const key = Buffer.from(readFileSync(file, 'utf8'), 'base64')
  if (key.length !== 32) throw new AppError('secret/unavailable', `The key file ${file} is damaged. Restore it, or remove it and set the secrets again.`, { file })
  return key
}
