import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../store/database'
import { createKeyCipher } from '../secrets/secret-cipher'
import { createSecretStore } from '../secrets/secret-store'
import { createSecretsService } from '../secrets/secrets-service'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createSetupEnvironment } from './setup-environment'

const key = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='

function world() {
  const folder = makeTemporaryWorkspace({})
  const cipher = createKeyCipher(join(folder, 'secrets.key'), undefined)
  const secrets = createSecretsService({ store: createSecretStore(openDatabase(join(folder, 'h.db')).database, cipher), cipher, workspaceRoot: () => '/work', pipelines: () => [], processKey: () => key, publish: () => undefined })
  return { secrets, environmentOf: createSetupEnvironment({ secrets, workspaceRoot: () => '/work' }) }
}

test('variables for uv come from all layers in the order of a run, and no other variable does', () => {
  const { secrets, environmentOf } = world()
  secrets.set('UV_INDEX_X_PASSWORD', 'from the store')
  secrets.set('OTHER', 'not for uv')
  const config = {
    defaultEnv: { UV_INDEX_STRATEGY: 'first-index', UV_INDEX: 'plain', UV_INDEX_X_PASSWORD: 'low', A: '1' },
    encryptedEnv: { UV_INDEX: secrets.encrypt('https://index/token'), B: 'no token' },
    secrets: ['UV_INDEX_X_PASSWORD', 'OTHER', 'UV_MISSING'],
  }
  expect(environmentOf({ config })).toEqual({
    env: { UV_INDEX_STRATEGY: 'first-index', UV_INDEX: 'https://index/token', UV_INDEX_X_PASSWORD: 'from the store' },
    maskValues: ['https://index/token', 'from the store'],
  })
})

test('what cannot be decrypted is left out, as a run leaves it out; without a workspace only default_env counts', () => {
  const { secrets, environmentOf } = world()
  const config = { defaultEnv: { UV_INDEX: 'plain' }, encryptedEnv: { UV_INDEX: 'no token', UV_KEYRING_PROVIDER: 'no token' }, secrets: ['UV_S'] }
  expect(environmentOf({ config }).env).toEqual({ UV_INDEX: 'plain' })
  expect(createSetupEnvironment({ secrets, workspaceRoot: () => null })({ config })).toEqual({ env: { UV_INDEX: 'plain' }, maskValues: [] })
})
