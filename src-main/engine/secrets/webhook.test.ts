import { expect, test } from 'vitest'
import { readWebhookBody } from './webhook'

test.each<[string, object]>([
  ['', { env: {}, parameters: {}, runConfigId: null }],
  [' \n', { env: {}, parameters: {}, runConfigId: null }],
  ['{}', { env: {}, parameters: {}, runConfigId: null }],
  ['{"env_vars":null,"other":1}', { env: {}, parameters: {}, runConfigId: null }],
  ['{"env_vars":{"A":"1"},"parameters":{"B":"2"},"run_config_id":" nightly "}', { env: { A: '1' }, parameters: { B: '2' }, runConfigId: 'nightly' }],
])('%s', (text, expected) => {
  expect(readWebhookBody(text)).toEqual({ ok: true, ...expected })
})

test.each<[string, RegExp]>([
  ['{', /not JSON/],
  ['[]', /content/],
  ['{"env_vars":{"A":1}}', /env_vars\.A/],
  ['{"parameters":"x"}', /parameters/],
  [JSON.stringify({ env_vars: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`A${i}`, ''])) }), /env_vars.*at most 50/],
  [JSON.stringify({ parameters: { A: 'x'.repeat(16_385) } }), /parameters\.A.*16384/],
])('%.40s is refused and says why', (text, message) => {
  expect(readWebhookBody(text)).toEqual({ ok: false, message: expect.stringMatching(message) as string })
})
