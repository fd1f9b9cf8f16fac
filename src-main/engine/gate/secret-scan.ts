/**
 * Finds what looks like a secret in a text, pure and in time that grows with the text alone: every pattern is bounded and begins with
 * letters that are rare. Answers where, what kind and the first four characters, never the value itself.
 */
import { createHash } from 'node:crypto'

export type FoundSecret = {
  /** 1-based. */
  line: number
  /** In words: "GitHub token". */
  kind: string
  /** The first four characters. */
  start: string
  /** Tells two values apart without holding them. */
  fingerprint: string
}

type Rule = { kind: string; pattern: RegExp }

/** Not in the middle of something longer, such as an image in base64. */
const rule = (kind: string, pattern: string): Rule => ({ kind, pattern: new RegExp(`(?<![A-Za-z0-9+/_-])(?:${pattern})(?![A-Za-z0-9+/_-])`, 'g') })

const rules: Rule[] = [
  rule('AWS access key', '(?:AKIA|ASIA)[A-Z0-9]{16}'),
  rule('Google API key', 'AIza[A-Za-z0-9_-]{35}'),
  rule('Google OAuth secret', 'GOCSPX-[A-Za-z0-9_-]{28}'),
  rule('GitHub token', '(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255}'),
  rule('GitLab token', '(?:glpat|gldt|glptt|glrt)-[A-Za-z0-9_.-]{20,200}'),
  rule('Slack token', 'xox[abeoprs]-[A-Za-z0-9-]{10,250}|xapp-[A-Za-z0-9-]{20,250}'),
  rule('Stripe key', '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,250}'),
  rule('API key of a language model', 'sk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{32,250}'),
  rule('SendGrid key', 'SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}'),
  rule('Hugging Face token', 'hf_[A-Za-z0-9]{34,60}'),
  rule('PyPI token', 'pypi-[A-Za-z0-9_-]{50,250}'),
  rule('npm token', 'npm_[A-Za-z0-9]{36}'),
  rule('Databricks token', 'dapi[a-f0-9]{32}(?:-\\d)?'),
  { kind: 'Slack webhook', pattern: /https:\/\/hooks\.slack\.com\/services\/T[A-Za-z0-9]{6,14}\/B[A-Za-z0-9]{6,14}\/[A-Za-z0-9]{18,40}/g },
  { kind: 'Azure storage key', pattern: /(?<=AccountKey=)[A-Za-z0-9+/]{86}==/g },
  { kind: 'Azure shared access signature', pattern: /(?<=[?&]sig=)[A-Za-z0-9%]{43,120}/g },
  { kind: 'private key', pattern: /-----BEGIN (?:(?:RSA|EC|DSA|OPENSSH|ENCRYPTED|PGP) )?PRIVATE KEY(?: BLOCK)?-----/g },
  { kind: 'signed token (JWT)', pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{16,2000}\.eyJ[A-Za-z0-9_-]{16,4000}\.[A-Za-z0-9_-]{20,1000}/g },
]

/** `scheme://user:password@host` */
const passwordInUrl = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"'<>]{0,100}:([^\s:/@"'<>\\]{3,200})@[A-Za-z0-9[]/gi
/** A name that says it is a secret, and what it is set to: Python, JSON (also inside of a notebook), YAML, .env. */
const assignment = /(?<![A-Za-z0-9])([A-Za-z0-9_.-]{0,40}(?:password|passwd|pwd|secret|token|api_?-?key|apikey|access_?-?key|private_?-?key|credentials?)[A-Za-z0-9_-]{0,20})\\?["']?\]?\s{0,3}[:=]{1,2}>?\s{0,3}(?:[fbru]{0,2}\\?["']([^"'\\\r\n]{8,300})\\?["']|([A-Za-z0-9+/_.=~$!-]{16,300})(?=\s|$|["',;]))/gi

/** What stands for a value, or says where it comes from. */
const placeholder = /^(?:x{3,}|\*{3,}|\.{3,}|<.{0,100}>|\$\{?.{0,100}\}?|\{\{?.{0,100}\}\}?|%\(?.{0,100}|(?:your|my|the|some|example|sample|dummy|fake|test|change|replace|insert|enter|todo|none|null|true|false|undefined|placeholder|redacted|secret|password|token|os\.|env\b|self\.|config).{0,300})/i

/** Of one text; what has more is a dump, and one look at it is enough. */
const mostFound = 200

export function scanForSecrets(text: string): FoundSecret[] {
  const found: { offset: number; value: string; kind: string }[] = []
  const add = (offset: number, value: string, kind: string): void => {
    // One place is one secret: the first rule is the one that knows more.
    if (found.length < mostFound && !found.some((other) => offset < other.offset + other.value.length && other.offset < offset + value.length)) found.push({ offset, value, kind })
  }
  for (const { kind, pattern } of rules) for (const match of text.matchAll(pattern)) if (isRandomEnough(match[0], kind)) add(match.index, match[0], kind)
  for (const match of text.matchAll(passwordInUrl)) {
    const password = match[1] ?? ''
    if (!placeholder.test(password)) add(match.index + match[0].lastIndexOf(password), password, 'password in an address')
  }
  for (const match of text.matchAll(assignment)) {
    const [whole, name = '', quoted, bare] = match
    const value = quoted ?? bare ?? ''
    if (!placeholder.test(value) && looksRandom(value) && (quoted !== undefined || /\d/.test(value))) add(match.index + whole.lastIndexOf(value), value, `value of ${name.slice(0, 60)}`)
  }
  const lineAt = lineCounter(text)
  return found
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, value, kind }) => ({ line: lineAt(offset), kind, start: value.slice(0, 4), fingerprint: createHash('sha256').update(`${kind}\0${value}`).digest('hex') }))
}

/** `sk-` begins many a class name; a key is no words. */
function isRandomEnough(value: string, kind: string): boolean {
  return kind !== 'API key of a language model' || (/\d/.test(value) && entropy(value) > 3.5)
}

/** Words and paths have few different characters for their length, keys have many, of several kinds. */
function looksRandom(value: string): boolean {
  if (/\s/.test(value) || /^[a-z]+(?:[._/-][a-z]+)*$/i.test(value)) return false
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length
  return entropy(value) >= (value.length >= 20 ? 3.3 : 2.7) && kinds >= (value.length >= 20 ? 2 : 3)
}

/** Bits for each character. */
function entropy(value: string): number {
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  return [...counts.values()].reduce((bits, count) => bits - (count / value.length) * Math.log2(count / value.length), 0)
}

/** For ascending offsets. */
function lineCounter(text: string): (offset: number) => number {
  let line = 1
  let at = 0
  return (offset) => {
    for (let next = text.indexOf('\n', at); next >= 0 && next < offset; next = text.indexOf('\n', at)) {
      line += 1
      at = next + 1
    }
    return line
  }
}
