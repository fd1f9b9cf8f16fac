import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { electronDownloadUrl, proxyFor, whyUnreachable } from './electron-download.mjs'

const target = { version: '45.4.1', repository: 'https://code.example/electron', platform: 'linux', arch: 'arm64' }

describe('the address', () => {
  test("is electron's own release page", () => {
    const url = 'https://code.example/electron/releases/download/v45.4.1/electron-v45.4.1-linux-arm64.zip'
    expect(electronDownloadUrl({ ...target, env: {} })).toBe(url)
  })

  test.each(['ELECTRON_MIRROR', 'npm_config_electron_mirror', 'NPM_CONFIG_ELECTRON_MIRROR'])('is a mirror named by %s', (name) => {
    const env = { [name]: 'https://mirror.example/' }
    expect(electronDownloadUrl({ ...target, env })).toBe('https://mirror.example/v45.4.1/electron-v45.4.1-linux-arm64.zip')
  })

  test('has the folder and file name that a mirror wants', () => {
    const env = { ELECTRON_MIRROR: 'https://mirror.example/', ELECTRON_CUSTOM_DIR: '{{ version }}', npm_config_electron_custom_filename: 'e.zip' }
    expect(electronDownloadUrl({ ...target, env })).toBe('https://mirror.example/45.4.1/e.zip')
  })
})

describe('the proxy', () => {
  const env = { HTTPS_PROXY: 'http://proxy:1', HTTP_PROXY: 'http://proxy:2', NO_PROXY: 'localhost, .internal.example' }

  test.each([
    ['https://code.example/', 'http://proxy:1'],
    ['http://code.example/', 'http://proxy:2'],
    ['http://localhost:80/', null],
    ['https://a.internal.example/', null],
    ['https://notinternal.example/', 'http://proxy:1'],
  ])('for %s is %s', (url, proxy) => {
    expect(proxyFor(new URL(url), env)).toBe(proxy)
  })

  test('is none when all goes direct', () => {
    expect(proxyFor(new URL('https://code.example/'), { ...env, NO_PROXY: '*' })).toBeNull()
  })
})

describe('the probe', () => {
  const server = createServer((incoming, answer) => {
    if (incoming.url === '/stalls') return
    answer.writeHead(incoming.url === '/there' ? 302 : 404).end()
  })
  server.on('connect', (incoming, socket) => socket.end(`HTTP/1.1 ${incoming.url === 'open.example:443' ? 200 : 403} \r\n\r\n`))
  let base = ''

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  test('takes a redirect for an answer', async () => {
    expect(await whyUnreachable(`${base}/there`, {})).toBeNull()
  })

  test('tells what a server answered', async () => {
    expect(await whyUnreachable(`${base}/missing`, {})).toBe('the server answered 404')
  })

  test('gives up on a server that accepts and stalls', async () => {
    expect(await whyUnreachable(`${base}/stalls`, {})).toBe('no answer within 4 s')
  })

  test('tells that nobody listens', async () => {
    expect(await whyUnreachable('http://127.0.0.1:1/', {})).not.toBeNull()
  })

  test('asks a proxy for the way', async () => {
    expect(await whyUnreachable('https://open.example/x', { HTTPS_PROXY: base })).toBeNull()
    expect(await whyUnreachable('https://closed.example/x', { HTTPS_PROXY: base })).toBe('the proxy answered 403')
  })
})
