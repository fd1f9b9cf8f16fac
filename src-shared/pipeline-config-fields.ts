/**
 * The fields of a pipeline.json, one row each: how a value is read into the config and what is said about a wrong one.
 * What the server does with a wrong value is from FASTFLOW.md §2.1; the config holds what the server would use.
 */
import type { Node } from 'jsonc-parser'
import type { Problem } from './contract/pipelines'
import { closestNames } from './closest-names'
import type { PipelineConfig } from './pipeline-config-model'
import { withArticle } from './pipeline-config-syntax'

type FieldInput = {
  value: Node
  config: PipelineConfig
  /** The value as it is written: 3.10 and 3.1 are the same number. */
  sourceText: string
  isNotANumber: boolean
  report: (severity: Problem['severity'], message: string, node: Node) => void
  /** An error after which the config must not be used without asking. */
  refuse: (message: string, node: Node) => void
}
type FieldReader = (input: FieldInput) => void

/** What reaches `uv run --python`: a version, never an option or a path. */
export const pythonVersionPattern = /^\d{1,3}\.\d{1,3}(\.\d{1,3})?$/
const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/

export const appliedFields: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['type', readType],
  ['enabled', readEnabled],
  ['description', readDescription],
  ['tags', readTags],
  ['python_version', readPythonVersion],
  ['default_env', readDefaultEnv],
])

export const notYetAppliedFields: ReadonlySet<string> = new Set([
  'timeout',
  'cpu_hard_limit',
  'cpu_soft_limit',
  'mem_hard_limit',
  'mem_soft_limit',
  'retry_attempts',
  'retry_strategy',
  'encrypted_env',
  'secrets',
  'webhook_key',
  'schedule_cron',
  'schedule_interval_seconds',
  'schedule_start',
  'schedule_end',
  'run_once_at',
  'schedules',
  'restart_on_crash',
  'restart_cooldown',
  'restart_interval',
  'max_instances',
  'downstream_triggers',
  'cells',
])

function readType({ value, config, report }: FieldInput): void {
  if (value.type !== 'string') {
    const message = `"type" must be "script" or "notebook", not ${withArticle(value.type)}; the server takes it as "script".`
    if (value.type !== 'null') report('error', message, value)
    return
  }
  const text = String(value.value)
  const normalised = text.trim().toLowerCase()
  if (normalised === 'script' || normalised === 'notebook') {
    config.type = normalised
    return
  }
  const [meant] = closestNames(normalised, ['script', 'notebook'])
  report('warning', `"type" is ${shortened(text)}, which the server takes as "script".${meant ? ` Did you mean "${meant}"?` : ''}`, value)
}

function readEnabled({ value, config, isNotANumber, report }: FieldInput): void {
  config.enabled = isTruthyInPython(value, isNotANumber)
  if (value.type === 'boolean') return
  const effect = config.enabled ? 'enabled' : 'disabled'
  const severity = value.type === 'null' ? 'warning' : 'error'
  report(severity, `"enabled" must be true or false without quotes; the server takes ${shortened(value.value)} as ${effect}.`, value)
}

function readDescription({ value, config, report }: FieldInput): void {
  if (value.type === 'string') config.description = String(value.value)
  else if (value.type !== 'null') report('error', `"description" must be a text, not ${withArticle(value.type)}.`, value)
}

function readTags({ value, config, report }: FieldInput): void {
  if (value.type === 'null') return
  if (value.type !== 'array') {
    const consequence = value.type === 'string' ? '; the server would read every character as a tag' : ''
    report('error', `"tags" must be a list of texts, not ${withArticle(value.type)}${consequence}.`, value)
    return
  }
  for (const tag of value.children ?? []) {
    if (tag.type === 'string') config.tags.push(String(tag.value))
    else report('error', `A tag must be a text, not ${withArticle(tag.type)}.`, tag)
  }
}

function readPythonVersion({ value, config, sourceText, report, refuse }: FieldInput): void {
  if (value.type === 'null') return
  if (value.type !== 'string' && value.type !== 'number') {
    refuse(`"python_version" must be a text like "3.11", not ${withArticle(value.type)}.`, value)
    return
  }
  const version = String(value.value).trim()
  if (version === '') return
  if (!pythonVersionPattern.test(version)) {
    refuse(`"python_version" must be a version like "3.11" or "3.11.4", not ${shortened(value.value)}.`, value)
    return
  }
  if (value.type === 'number' && version !== sourceText) {
    const trap = `${sourceText} without quotes means ${version}, and the server would look for Python ${version}`
    refuse(`"python_version" is a number: ${trap}. Write "${sourceText}".`, value)
    return
  }
  if (value.type === 'number') report('warning', `"python_version" should be in quotes: "${version}". As a number, 3.10 would become 3.1.`, value)
  config.pythonVersion = version
}

function readDefaultEnv({ value, config, report }: FieldInput): void {
  const variables = new Map<string, string>()
  for (const property of value.children ?? []) {
    const [key, content] = property.children ?? []
    if (!key || !content) continue
    const name = String(key.value)
    // The last one counts, also when it is one that is dropped.
    variables.delete(name)
    if (name.trim() === '') {
      report('warning', 'A variable in "default_env" has no name; it is dropped by the server.', key)
    } else if (content.type !== 'string') {
      const kind = withArticle(content.type)
      report('warning', `${shortened(name)} in "default_env" is ${kind}, not a text: it is dropped by the server. Write it in quotes.`, content)
    } else if (/[=\0]/.test(name) || String(content.value).includes('\0')) {
      const fault = name.includes('=') ? 'an equals sign' : 'a NUL character'
      report('error', `${shortened(name)} in "default_env" holds ${fault}, which an environment cannot carry; it is left out.`, key)
    } else {
      const message = `${shortened(name)} in "default_env" is an unusual name for a variable; many programs cannot read it.`
      if (!environmentName.test(name)) report('warning', message, key)
      variables.set(name, String(content.value))
    }
  }
  config.defaultEnv = Object.fromEntries(variables)
}

/** The server asks `if enabled`, whatever the type. */
function isTruthyInPython(value: Node, isNotANumber: boolean): boolean {
  switch (value.type) {
    case 'boolean':
      return value.value === true
    case 'number':
      return isNotANumber || value.value !== 0
    case 'string':
      return value.value !== ''
    case 'object':
    case 'array':
      return (value.children ?? []).length > 0
    case 'null':
    case 'property':
      return false
  }
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value) ?? 'this'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
