import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { certificateVariables, readNetworkEnvironment } from './network-environment'

const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
const none = { caFile: '', proxy: '', pythonMirror: '', pythonDownloadsUrl: '' }

function read(change: { settings?: Partial<typeof none>; env?: NodeJS.ProcessEnv; runDir?: string }) {
  return readNetworkEnvironment({ settings: { ...none, ...change.settings }, env: change.env ?? {}, runDir: change.runDir ?? makeTemporaryWorkspace() })
}

test('with nothing set the usual authorities do', async () => {
  expect(await read({})).toEqual({ caBundleFile: null, caSource: null, proxyEnv: {}, pythonEnv: {}, problem: null })
})

describe('certificates', () => {
  test('the bundle holds the public authorities and the user’s', async () => {
    const folder = makeTemporaryWorkspace({ 'ca.pem': pem, 'run/x': '' })
    const { caBundleFile, caSource, problem } = await read({ env: { SSL_CERT_FILE: join(folder, 'ca.pem') }, runDir: join(folder, 'run') })
    expect({ caSource, problem, caBundleFile }).toEqual({ caSource: 'SSL_CERT_FILE', problem: null, caBundleFile: join(folder, 'run/ca-certificates.pem') })
    const text = readFileSync(caBundleFile ?? '', 'utf8')
    expect(text).toContain(pem)
    expect(text.match(/BEGIN CERTIFICATE/g)).toHaveLength(rootCertificates.length + 1)
    // The run user in a container must be able to read it.
    expect(statSync(caBundleFile ?? '').mode & 0o777).toBe(0o644)
  })

  test('the setting beats the variable, and a live container’s file is replaced only when it differs', async () => {
    const folder = makeTemporaryWorkspace({ 'a.pem': pem, 'b.pem': pem.replace('MIIB', 'MIIC'), 'run/x': '' })
    const input = { settings: { caFile: join(folder, 'a.pem') }, env: { SSL_CERT_FILE: join(folder, 'b.pem') }, runDir: join(folder, 'run') }
    const { caBundleFile, caSource } = await read(input)
    expect(caSource).toBe('settings')
    const { ino } = statSync(caBundleFile ?? '')
    await read(input)
    expect(statSync(caBundleFile ?? '').ino).toBe(ino)
    addFiles(folder, { 'a.pem': pem.replace('MIIB', 'MIID') })
    await read(input)
    expect(readFileSync(caBundleFile ?? '', 'utf8')).toContain('MIID')
  })

  test.each([
    ['missing', 'gone.pem', /gone\.pem cannot be read.*ENOENT/],
    ['a folder', 'folder', /not a file/],
    ['no PEM', 'text.pem', /no PEM certificate/],
    ['far too large', 'large.pem', /too large/],
  ])('a file that is %s is named, and the run goes on without', async (_name, file, message) => {
    const folder = makeTemporaryWorkspace({ 'text.pem': 'hello', 'large.pem': Buffer.alloc(8_000_001), 'run/x': '' })
    mkdirSync(join(folder, 'folder'))
    const network = await read({ settings: { caFile: join(folder, file) }, runDir: join(folder, 'run') })
    expect(network).toMatchObject({ caBundleFile: null, problem: expect.stringMatching(message) as string })
    expect(network.problem).toContain('settings')
    expect(existsSync(join(folder, 'run/ca-certificates.pem'))).toBe(false)
  })

  test('every tool is told', () => {
    expect(certificateVariables('/x.pem')).toEqual({ SSL_CERT_FILE: '/x.pem', REQUESTS_CA_BUNDLE: '/x.pem', CURL_CA_BUNDLE: '/x.pem', PIP_CERT: '/x.pem', UV_SYSTEM_CERTS: '1' })
  })
})

describe('proxies', () => {
  test('are handed on in both spellings, whichever is set', async () => {
    const { proxyEnv } = await read({ env: { https_proxy: 'http://p:1', NO_PROXY: 'localhost', ALL_PROXY: '' } })
    expect(proxyEnv).toEqual({ HTTPS_PROXY: 'http://p:1', https_proxy: 'http://p:1', NO_PROXY: 'localhost', no_proxy: 'localhost' })
  })

  test('the setting is for http and https and beats the variables; exceptions stay', async () => {
    const { proxyEnv } = await read({ settings: { proxy: 'http://set:2' }, env: { HTTP_PROXY: 'http://p:1', no_proxy: 'a' } })
    expect(proxyEnv).toEqual({ HTTP_PROXY: 'http://set:2', http_proxy: 'http://set:2', HTTPS_PROXY: 'http://set:2', https_proxy: 'http://set:2', NO_PROXY: 'a', no_proxy: 'a' })
  })
})

test('where Pythons come from: the settings, else the app’s own variables', async () => {
  const env = { UV_PYTHON_INSTALL_MIRROR: 'https://env/', UV_PYTHON_DOWNLOADS_JSON_URL: 'https://env/list.json' }
  expect((await read({ env })).pythonEnv).toEqual(env)
  expect((await read({ env, settings: { pythonMirror: 'https://set/' } })).pythonEnv).toEqual({ ...env, UV_PYTHON_INSTALL_MIRROR: 'https://set/' })
  expect((await read({ settings: { pythonDownloadsUrl: 'file:///list.json' } })).pythonEnv).toEqual({ UV_PYTHON_DOWNLOADS_JSON_URL: 'file:///list.json' })
})
