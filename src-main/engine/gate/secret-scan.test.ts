import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { scanForSecrets } from './secret-scan'

/** Put together here, so that no scanner takes this file for a leak. */
const random = (length: number): string => 'a7Kx9QmZ2Lw8Rt5Vb3Nc6Yh1Jd4Gf0Sp'.repeat(10).slice(0, length)

describe('is found, with its line and its beginning', () => {
  test.each([
    ['AWS access key', `AKIA${'Q7XM2LW8RT5VB3NC'}`],
    ['Google API key', `AIza${random(35)}`],
    ['GitHub token', `ghp_${random(36)}`],
    ['GitHub token', `github_pat_${random(82)}`],
    ['GitLab token', `glpat-${random(20)}`],
    ['Slack token', `xoxb-123456789012-${random(24)}`],
    ['Stripe key', `sk_live_${random(24)}`],
    ['API key of a language model', `sk-proj-${random(48)}`],
    ['Azure storage key', `AccountKey=${random(86)}==`],
    ['private key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
    ['signed token (JWT)', `eyJ${random(20)}.eyJ${random(40)}.${random(43)}`],
    ['password in an address', 'postgresql://loader:hunter2x@db.example.org/x'],
    ['value of DB_PASSWORD', 'DB_PASSWORD = "kT9$wq!2Lz"'],
    ['value of api_key', `"api_key": "${random(24)}"`],
    ['value of secret', `{\\"secret\\": \\"${random(24)}\\"}`],
    ['value of AUTH_TOKEN', `export AUTH_TOKEN=${random(32)}`],
  ])('%s: %s', (kind, text) => {
    const found = scanForSecrets(`first\n  x ${text} \n`)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ line: 2, kind })
    expect(found[0]?.start).toHaveLength(4)
    expect(text).toContain(found[0]?.start)
  })
})

describe('is no secret', () => {
  test.each([
    'password = os.environ["DB_PASSWORD"]',
    'token: "${{ secrets.GITHUB_TOKEN }}"',
    'password = "your-password-here"',
    'API_KEY = "<your api key>"',
    'secret_name = "database/credentials"',
    'token = get_token(request)',
    'tokenizer = "bert-base-uncased"',
    'postgresql://user:password@localhost/x',
    'https://example.org:8080/a@b',
    'sk-learn-contrib-is-a-name-with-many-words',
    'next_page_token = response.next_page_token',
    `image = "${'iVBORw0KGgoAAAANSUhEUgAA'.repeat(200)}"`,
  ])('%s', (text) => expect(scanForSecrets(text)).toEqual([]))
})

test('an image in base64 in the output of a cell is none, whatever stands in it', () => {
  expect(scanForSecrets(`"image/png": "${randomBytes(300_000).toString('base64')}AKIAQ7XM2LW8RT5VB3NC${randomBytes(300).toString('base64')}"`)).toEqual([])
})

test('two values have two fingerprints, the same one has one', () => {
  const [a, b, c] = scanForSecrets(`ghp_${random(36)}\nghp_${random(36)}\nghp_b${random(35)}`)
  expect(a?.fingerprint).toBe(b?.fingerprint)
  expect(c?.fingerprint).not.toBe(a?.fingerprint)
})

test('a text that is made to be slow is read to its end', () => {
  for (const text of ['password'.repeat(400_000), 'a.'.repeat(1_000_000), `${'token = "'.repeat(300_000)}`, `http://${'a:'.repeat(1_000_000)}`, `ghp_${'a'.repeat(36)} `.repeat(100_000), 'x'.repeat(4_000_000)]) {
    expect(scanForSecrets(`${text}\nghp_${random(36)}`).length).toBeLessThanOrEqual(200)
  }
})
