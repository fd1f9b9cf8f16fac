import { z } from 'zod'
import { atMs, event, request, rev } from './define'

/** As the server takes them: any text that can be the name of a variable. */
export const secretName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/, 'letters, digits and _, not beginning with a digit')

/**
 * Where values are kept. `keychain`: encrypted by the system's key store. `weak`: by a fixed password of Chromium, because the
 * system has no key store; only after the user said yes. `key-file`: by ENCRYPTION_KEY or the key file of the profile (CLI).
 * `unavailable`: nowhere; `problem` says why and what to do.
 */
export const secretStorage = z.enum(['keychain', 'weak', 'key-file', 'unavailable'])
export type SecretStorage = z.infer<typeof secretStorage>

/** Secrets belong to a workspace: another repository cannot name one and get it. Names only; values never leave the store but into a run. */
export const secretsState = z.object({
  storage: secretStorage,
  problem: z.string().nullable(),
  /** Sorted by name. `usedBy`: pipelines that allow it. */
  secrets: z.array(z.object({ name: secretName, updatedAtMs: atMs, usedBy: z.array(z.string()) })),
  /** Allowed by a pipeline and not in the store. */
  missing: z.array(z.object({ name: z.string(), usedBy: z.array(z.string()) })),
  /** Whether there is an ENCRYPTION_KEY, so that encrypted_env can be read and made. */
  hasEncryptionKey: z.boolean(),
  rev,
})
export type SecretsState = z.infer<typeof secretsState>

export const secretsContract = {
  /** Of the open workspace. Errors: workspace/none-open. */
  list: request({}, secretsState),
  /** Errors: secret/unavailable. */
  set: request({ name: secretName, value: z.string().min(1).max(65_536) }, secretsState),
  remove: request({ name: secretName }, secretsState),
  /** Base64 of 32 bytes, the server's ENCRYPTION_KEY; empty removes it. Errors: input/invalid, secret/unavailable. */
  setEncryptionKey: request({ key: z.string().max(200) }, secretsState),
  /** Answers a token for encrypted_env. Errors: secret/no-key. */
  encrypt: request({ value: z.string().max(65_536) }, z.object({ token: z.string() })),
  /** The user accepts the weak storage for this session. */
  acceptWeakStorage: request({}, secretsState),
  changed: event(secretsState),
}
