/**
 * Fernet tokens, byte compatible with Python's cryptography (FASTFLOW.md §2.7): version 0x80, 8 bytes of time, 16 of IV,
 * AES-128-CBC with PKCS7, HMAC-SHA256 over all before; URL-safe base64. The age of a token is not looked at, as on the server.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { AppError } from '@shared/app-error'

const version = 0x80
const headBytes = 1 + 8 + 16
const macBytes = 32

export type FernetKey = { signing: Buffer; encryption: Buffer }

/** Throws input/invalid for what is not 32 bytes in base64, standard or URL-safe. */
export function fernetKey(text: string): FernetKey {
  const bytes = decode(text.trim())
  if (bytes?.length !== 32) throw new AppError('input/invalid', "The key is not an ENCRYPTION_KEY: 32 bytes in base64 are needed, 44 characters. Copy the server's.", { field: 'key' })
  return { signing: bytes.subarray(0, 16), encryption: bytes.subarray(16) }
}

export function encryptFernet(key: FernetKey, value: string, nowMs = Date.now(), iv: Buffer = randomBytes(16)): string {
  const head = Buffer.alloc(9)
  head[0] = version
  head.writeBigUInt64BE(BigInt(Math.floor(nowMs / 1000)), 1)
  const cipher = createCipheriv('aes-128-cbc', key.encryption, iv)
  const signed = Buffer.concat([head, iv, cipher.update(value, 'utf8'), cipher.final()])
  return encode(Buffer.concat([signed, macOf(key, signed)]))
}

/** Throws an Error in words for people, without anything of the token, when it is none or was made with another key. */
export function decryptFernet(key: FernetKey, token: string): string {
  const bytes = decode(token.trim())
  if (bytes === null || bytes.length < headBytes + macBytes || bytes[0] !== version) throw new Error('it is not a Fernet token. Make one with "ffdesk encrypt".')
  const signed = bytes.subarray(0, -macBytes)
  if (!timingSafeEqual(macOf(key, signed), bytes.subarray(-macBytes))) throw new Error('it was made with another ENCRYPTION_KEY, or changed since.')
  const cipher = createDecipheriv('aes-128-cbc', key.encryption, signed.subarray(9, headBytes))
  return Buffer.concat([cipher.update(signed.subarray(headBytes)), cipher.final()]).toString('utf8')
}

function macOf(key: FernetKey, signed: Buffer): Buffer {
  return createHmac('sha256', key.signing).update(signed).digest()
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

/** Node ignores what is no base64; a token that was mangled must not pass for a shorter one. */
function decode(text: string): Buffer | null {
  return /^[A-Za-z0-9_\-+/]*={0,2}$/.test(text) && text.length % 4 === 0 ? Buffer.from(text, 'base64') : null
}
