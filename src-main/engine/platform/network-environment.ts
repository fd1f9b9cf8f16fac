/**
 * Certificates, proxies and sources of Python as the user's network needs them, handed to uv and Python in the container and on the host.
 * Networks with a certificate authority of their own are common; a run must work there without the user thinking of it.
 */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import type { Settings } from '@shared/contract/settings'
import { writeFileAtomically } from './atomic-file'

export type NetworkEnvironment = {
  /** Public authorities plus the user's, as one PEM file; null when the usual ones suffice. */
  caBundleFile: string | null
  /** Where the user's authorities came from, for the doctor. */
  caSource: string | null
  /** Proxy variables, in both spellings: tools differ in which they read. */
  proxyEnv: Record<string, string>
  /** Where uv takes Pythons from, where that is not its usual place. */
  pythonEnv: Record<string, string>
  /** What could not be used, and what to do; the rest works all the same. */
  problem: string | null
}

export type NetworkInput = { settings: Pick<Settings, 'caFile' | 'proxy' | 'pythonMirror' | 'pythonDownloadsUrl'>; env: NodeJS.ProcessEnv; runDir: string }

export async function readNetworkEnvironment({ settings, env, runDir }: NetworkInput): Promise<NetworkEnvironment> {
  const proxyEnv = proxyVariables(settings.proxy, env)
  const pythonEnv = pythonVariables(settings, env)
  const caFile = settings.caFile || env.SSL_CERT_FILE || ''
  if (caFile === '') return { caBundleFile: null, caSource: null, proxyEnv, pythonEnv, problem: null }
  const caSource = settings.caFile ? 'settings' : 'SSL_CERT_FILE'
  const pem = readPem(caFile)
  if (pem.problem !== null) return { caBundleFile: null, caSource, proxyEnv, pythonEnv, problem: `${pem.problem} Correct the certificate file (${caSource}).` }
  const caBundleFile = join(runDir, 'ca-certificates.pem')
  const bundle = Buffer.from(`${rootCertificates.join('\n')}\n${pem.text}\n`)
  // Rewritten only when it differs: live containers have the file mounted.
  if (!sameContent(caBundleFile, bundle)) await writeFileAtomically(caBundleFile, bundle, { mode: 0o644 })
  return { caBundleFile, caSource, proxyEnv, pythonEnv, problem: null }
}

/** The variables that make uv, pip, requests, curl and Python's ssl trust the bundle at this path. */
export function certificateVariables(bundlePath: string): Record<string, string> {
  return {
    SSL_CERT_FILE: bundlePath,
    REQUESTS_CA_BUNDLE: bundlePath,
    CURL_CA_BUNDLE: bundlePath,
    PIP_CERT: bundlePath,
    UV_SYSTEM_CERTS: '1',
  }
}

const proxyNames = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'] as const

function proxyVariables(setting: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const result: Record<string, string> = {}
  for (const name of proxyNames) {
    const fromSetting = setting !== '' && (name === 'HTTP_PROXY' || name === 'HTTPS_PROXY') ? setting : ''
    const value = fromSetting || env[name] || env[name.toLowerCase()] || ''
    if (value === '') continue
    result[name] = value
    result[name.toLowerCase()] = value
  }
  return result
}

function pythonVariables({ pythonMirror, pythonDownloadsUrl }: NetworkInput['settings'], env: NodeJS.ProcessEnv): Record<string, string> {
  const values = { UV_PYTHON_INSTALL_MIRROR: pythonMirror || env.UV_PYTHON_INSTALL_MIRROR, UV_PYTHON_DOWNLOADS_JSON_URL: pythonDownloadsUrl || env.UV_PYTHON_DOWNLOADS_JSON_URL }
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1])))
}

/** A bundle of authorities is some hundred kilobytes; what is far above that is the wrong file. */
const maxPemBytes = 8_000_000

function readPem(file: string): { text: string; problem: null } | { problem: string } {
  try {
    const stats = statSync(file)
    if (!stats.isFile()) return { problem: `${file} is not a file.` }
    if (stats.size > maxPemBytes) return { problem: `${file} is too large to be a certificate file.` }
    const text = readFileSync(file, 'utf8')
    return text.includes('-----BEGIN CERTIFICATE-----') ? { text, problem: null } : { problem: `${file} holds no PEM certificate.` }
  } catch (error) {
    return { problem: `${file} cannot be read (${error instanceof Error ? error.message : String(error)}).` }
  }
}

function sameContent(file: string, content: Buffer): boolean {
  try {
    return readFileSync(file).equals(content)
  } catch {
    return false
  }
}
