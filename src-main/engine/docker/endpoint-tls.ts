/**
 * The certificates for an engine behind TLS, as Docker's tools keep them: ca.pem, cert.pem and key.pem in one folder, each of
 * them optional. A folder that was named and holds none of them is an error: a connection without would fail with less to say.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where to look, before anything is read. */
export type TlsFolder = {
  folder: string
  /** Whether the user named this folder; else it is only the usual one. */
  isNamed: boolean
  /** false: the certificate of the engine is not checked, because the user configured Docker so. */
  verifies: boolean
}

export type EngineTls = { folder: string; ca: string | null; certificate: string | null; key: string | null; verifies: boolean }

/** A text says what is wrong with the folder. */
export async function readTls({ folder, isNamed, verifies }: TlsFolder): Promise<EngineTls | string> {
  const [ca, certificate, key] = await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map((name) => readPem(join(folder, name))))
  for (const [name, found] of [['ca.pem', ca], ['cert.pem', certificate], ['key.pem', key]] as const) {
    if (found instanceof Error) return `${join(folder, name)} cannot be used: ${found.message}. Check the file and its permissions.`
  }
  const texts = [ca, certificate, key].map((found) => (typeof found === 'string' ? found : null))
  const [caText = null, certificateText = null, keyText = null] = texts
  if (isNamed && texts.every((text) => text === null)) return `${folder} holds none of ca.pem, cert.pem and key.pem. Check DOCKER_CERT_PATH.`
  if ((certificateText === null) !== (keyText === null))
    return `${join(folder, certificateText === null ? 'cert.pem' : 'key.pem')} is missing: a certificate and its key belong together.`
  return { folder, ca: caText, certificate: certificateText, key: keyText, verifies }
}

async function readPem(file: string): Promise<string | Error | null> {
  try {
    const text = await readFile(file, 'utf8')
    return text.includes('-----BEGIN ') ? text : new Error('it is not a PEM file')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return code === 'ENOENT' || code === 'ENOTDIR' ? null : new Error(code)
  }
}
