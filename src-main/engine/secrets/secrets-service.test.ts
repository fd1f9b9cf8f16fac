import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { SecretsState } from '@shared/contract/secrets'
import { openDatabase, type Database } from '../store/database'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createKeyCipher, type SecretCipher } from './secret-cipher'
import { createSecretStore } from './secret-store'
import { createSecretsService, type SecretsService } from './secrets-service'

const encryptionKey = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='

let root: string
let database: Database
let published: SecretsState[]
let pipelines: { name: string; secretNames: string[] }[]
let processKey: string | undefined

beforeEach(() => {
  root = makeTemporaryWorkspace({})
  database = openDatabase(join(root, 'history.db')).database
  published = []
  pipelines = []
  processKey = undefined
})

const keyFile = (): string => join(root, 'secrets.key')

function serviceOf(cipher: SecretCipher = createKeyCipher(keyFile(), undefined), workspaceRoot = '/work'): SecretsService {
  return createSecretsService({
    store: createSecretStore(database, cipher, () => 5),
    cipher,
    workspaceRoot: () => workspaceRoot,
    pipelines: () => pipelines,
    processKey: () => processKey,
    publish: (state) => published.push(state),
  })
}

/** As the window's, with everything readable. */
const windowCipher = (): SecretCipher => ({ storage: () => 'keychain', problem: () => null, acceptWeak: () => undefined, encrypt: (value) => Buffer.from(value), decrypt: (stored) => stored.toString() })

test('a value goes in, comes out into a run only, and is nowhere readable on disk', () => {
  const service = serviceOf()
  pipelines = [{ name: 'load', secretNames: ['TOKEN', 'OTHER'] }]
  const state = service.set('TOKEN', 'very-secret')
  expect(state).toEqual({ storage: 'key-file', problem: null, secrets: [{ name: 'TOKEN', updatedAtMs: 5, usedBy: ['load'] }], missing: [{ name: 'OTHER', usedBy: ['load'] }], hasEncryptionKey: false, rev: 1 })
  expect(published).toEqual([state])
  expect(service.valuesFor('/work', ['TOKEN', 'OTHER'])).toEqual({ values: new Map([['TOKEN', 'very-secret']]), unreadable: [] })
  const files = ['history.db', 'history.db-wal', 'secrets.key'].map((name) => readFileSync(join(root, name), 'latin1')).join('')
  expect(files).not.toContain('very-secret')
  expect(statSync(keyFile()).mode & 0o777).toBe(0o600)
})

test('another workspace gets nothing', () => {
  serviceOf().set('TOKEN', 'very-secret')
  expect(serviceOf(undefined, '/other').state().secrets).toEqual([])
  expect(serviceOf().valuesFor('/other', ['TOKEN']).values.size).toBe(0)
})

test('a new value replaces, removal removes, and each is told with a rising rev', () => {
  const service = serviceOf()
  service.set('TOKEN', 'one')
  service.set('OTHER', 'two')
  service.set('TOKEN', 'three')
  expect(service.valuesFor('/work', ['TOKEN']).values.get('TOKEN')).toBe('three')
  expect(service.remove('TOKEN').secrets.map(({ name }) => name)).toEqual(['OTHER'])
  expect(published.map(({ rev }) => rev)).toEqual([1, 2, 2, 3])
})

test('a change of the pipelines is told once', () => {
  const service = serviceOf()
  service.refresh()
  pipelines = [{ name: 'load', secretNames: ['TOKEN'] }]
  service.refresh()
  service.refresh()
  expect(published.map(({ missing }) => missing.length)).toEqual([0, 1])
})

describe('what the window keeps', () => {
  test('the command line cannot read, and says so; both can have their own', () => {
    serviceOf(windowCipher()).set('TOKEN', 'of the window')
    const service = serviceOf()
    expect(service.valuesFor('/work', ['TOKEN'])).toEqual({ values: new Map(), unreadable: [{ name: 'TOKEN', why: expect.stringContaining('in the window') as string }] })
    service.set('TOKEN', 'of the command line')
    expect(service.valuesFor('/work', ['TOKEN']).values.get('TOKEN')).toBe('of the command line')
    expect(serviceOf(windowCipher()).valuesFor('/work', ['TOKEN']).values.get('TOKEN')).toBe('of the window')
    expect(service.state().secrets).toHaveLength(1)
  })
})

describe('the key', () => {
  test('of another ENCRYPTION_KEY does not open what was kept', () => {
    serviceOf(createKeyCipher(keyFile(), 'one')).set('TOKEN', 'very-secret')
    expect(serviceOf(createKeyCipher(keyFile(), 'one')).valuesFor('/work', ['TOKEN']).values.size).toBe(1)
    expect(serviceOf(createKeyCipher(keyFile(), 'two')).valuesFor('/work', ['TOKEN']).unreadable[0]?.why).toContain('another key (ENCRYPTION_KEY)')
  })

  test.each<[string, () => void, RegExp]>([
    ['that others can read is not used', () => chmodSync(keyFile(), 0o644), /chmod 600/],
    ['that is damaged is not used', () => writeFileSync(keyFile(), 'x'), /damaged/],
  ])('file %s', (_name, change, message) => {
    serviceOf().set('TOKEN', 'very-secret')
    change()
    const service = serviceOf()
    expect(service.valuesFor('/work', ['TOKEN']).unreadable[0]?.why).toMatch(message)
    expect(() => service.set('TOKEN', 'x')).toThrow(expect.objectContaining({ code: 'secret/unavailable' }))
  })
})

describe('encrypted_env', () => {
  test('needs a key, and says so', () => {
    const service = serviceOf()
    expect(() => service.encrypt('x')).toThrow(expect.objectContaining({ code: 'secret/no-key' }))
    expect(() => service.decryptToken('/work', 'gAAA')).toThrow(/no ENCRYPTION_KEY/)
  })

  test('is made and read with the key of the workspace, which is kept as a secret is', () => {
    const service = serviceOf()
    expect(service.setEncryptionKey(`${encryptionKey}\n`)).toMatchObject({ hasEncryptionKey: true, secrets: [] })
    expect(service.decryptToken('/work', service.encrypt('ü'))).toBe('ü')
    expect(JSON.stringify(database.all('SELECT * FROM secrets'))).not.toContain(encryptionKey)
    expect(service.setEncryptionKey('').hasEncryptionKey).toBe(false)
  })

  test("takes the process's key where the workspace has none", () => {
    processKey = encryptionKey
    expect(serviceOf().state().hasEncryptionKey).toBe(true)
    expect(serviceOf().decryptToken('/work', serviceOf().encrypt('x'))).toBe('x')
  })

  test('a key that is none is refused', () => {
    expect(() => serviceOf().setEncryptionKey('nonsense')).toThrow(expect.objectContaining({ code: 'input/invalid' }))
  })
})
