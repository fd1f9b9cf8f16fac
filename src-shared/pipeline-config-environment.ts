/**
 * Variables, encrypted variables, the allow-list of secrets and the webhook key (FASTFLOW.md §2.1, §2.2). Messages name
 * variables, never their values, and never a key.
 */
import type { Node } from 'jsonc-parser'
import type { PipelineConfig, RunOptions } from './pipeline-config-model'
import type { Field, Reading } from './pipeline-config-reading'
import { isTruthyInPython, pythonText, shortened, withArticle } from './pipeline-config-values'

type OptionsField = Field<RunOptions>

export type PlacedKey = { key: string | null; value: Node }

const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Version byte 0x80 and a time before the year 2106 make every Fernet token begin like this. */
const fernetToken = /^gAAAA[A-Za-z0-9_-]{90,}={0,2}$/

export function readDefaultEnv(field: OptionsField): void {
  const { value, target, reading, inEntry } = field
  if (value.type === 'null') return
  if (value.type === 'object') {
    target.defaultEnv = variablesOf(field, (name) => name)
    return
  }
  const message = `"default_env" must be an object, not ${withArticle(value.type)}`
  if (inEntry || !isTruthyInPython(value, reading)) reading.report('error', `${message}; the server takes it as empty.`, value)
  else reading.drop('has a default_env that is not an object', value)
}

export function readEncryptedEnv(field: OptionsField): void {
  const { value, target, reading } = field
  if (value.type === 'null') return
  if (value.type === 'object') {
    target.encryptedEnv = variablesOf(field, (name) => name.trim(), (content, name) => {
      if (fernetToken.test(String(content.value).trim())) return
      const fix = 'Encrypt it on the server or with `ffdesk encrypt`'
      reading.report('warning', `${shortened(name)} in "encrypted_env" is not an encrypted value; the run goes on without it. ${fix}.`, content)
    })
    return
  }
  reading.report('error', `"encrypted_env" must be an object, not ${withArticle(value.type)}; the server takes it as empty.`, value)
}

/** The last of equal keys counts, also when it is one that is dropped: JSON has forgotten the others by then. */
function variablesOf(field: OptionsField, nameOf: (key: string) => string, check: (content: Node, name: string) => void = () => {}): Record<string, string> {
  const { report } = field.reading
  const place = `in "${field.name}"`
  const lastOfKey = new Map<string, { key: Node; content: Node }>()
  for (const property of field.value.children ?? []) {
    const [key, content] = property.children ?? []
    if (key && content) lastOfKey.set(String(key.value), { key, content })
  }
  const variables = new Map<string, string>()
  for (const [written, { key, content }] of lastOfKey) {
    const name = nameOf(written)
    if (name.trim() === '') {
      report('warning', `A variable ${place} has no name; it is dropped by the server.`, key)
    } else if (content.type !== 'string') {
      report('warning', `${shortened(name)} ${place} is ${withArticle(content.type)}, not a text: it is dropped by the server. Write it in quotes.`, content)
    } else if (/[=\0]/.test(name) || String(content.value).includes('\0')) {
      const fault = name.includes('=') ? 'an equals sign' : 'a NUL character'
      report('error', `${shortened(name)} ${place} holds ${fault}, which an environment cannot carry; it is left out.`, key)
    } else {
      if (!environmentName.test(name)) report('warning', `${shortened(name)} ${place} is an unusual name for a variable; many programs cannot read it.`, key)
      check(content, name)
      variables.set(name, String(content.value))
    }
  }
  return Object.fromEntries(variables)
}

export function readSecrets({ value, target, reading }: Field<PipelineConfig>): void {
  if (value.type === 'null') return
  if (value.type !== 'array') {
    reading.report('error', `"secrets" must be a list of names, not ${withArticle(value.type)}; the server takes it as empty.`, value)
    return
  }
  const names = new Set<string>()
  for (const entry of value.children ?? []) {
    const name = entry.type === 'string' ? String(entry.value).trim() : ''
    if (entry.type !== 'string') reading.report('error', `The name of a secret must be a text, not ${withArticle(entry.type)}; the server leaves it out.`, entry)
    else if (name === '') reading.report('warning', 'The name of a secret is empty; the server leaves it out.', entry)
    else if (names.has(name)) reading.report('warning', `The secret ${shortened(name)} is there more than once.`, entry)
    else if (/[=\0]/.test(name)) reading.report('error', `The name of the secret ${shortened(name)} cannot be the name of a variable; it is left out.`, entry)
    else names.add(name)
  }
  target.secrets = [...names]
}

export function readWebhookKey({ value, target, reading, inEntry }: OptionsField): void {
  if (value.type === 'null') return
  const text = value.type === 'string' || !inEntry ? pythonText(value, reading) : null
  if (text === null) {
    const effect = inEntry ? 'the server ignores it here' : 'it is left out'
    reading.report('error', `"webhook_key" must be a text, not ${withArticle(value.type)}; ${effect}.`, value)
    return
  }
  const key = text.trim()
  if (value.type !== 'string') reading.report('warning', `"webhook_key" should be a text in quotes, not ${withArticle(value.type)}.`, value)
  if (key.includes('/')) reading.report('warning', '"webhook_key" holds a slash, so no address on the server can carry it.', value)
  target.webhookKey = key === '' ? null : key
}

/** One key for two starts makes the server drop the file. `keys`: the pipeline's, then those of the entries that the server keeps. */
export function refuseSharedWebhookKeys(keys: readonly PlacedKey[], { drop }: Reading): void {
  const seen = new Set<string>()
  for (const { key, value } of keys) {
    if (key === null) continue
    if (seen.has(key)) return drop('has the same webhook_key more than once', value)
    seen.add(key)
  }
}
