/** The fields that say what a pipeline is: type, enabled, description, tags, python_version (FASTFLOW.md §2.1). */
import { closestNames } from './closest-names'
import type { PipelineConfig } from './pipeline-config-model'
import type { Field } from './pipeline-config-reading'
import { isTruthyInPython, pythonText, shortened, sourceOf, withArticle, written } from './pipeline-config-values'

type ConfigField = Field<PipelineConfig>

/** What reaches `uv run --python`: a version, never an option or a path. */
export const pythonVersionPattern = /^\d{1,3}\.\d{1,3}(\.\d{1,3})?$/

export function readType({ value, target, reading }: ConfigField): void {
  if (value.type !== 'string') {
    const message = `"type" must be "script" or "notebook", not ${withArticle(value.type)}; the server takes it as "script".`
    if (value.type !== 'null') reading.report('error', message, value)
    return
  }
  const text = String(value.value)
  const normalised = text.trim().toLowerCase()
  if (normalised === 'script' || normalised === 'notebook') {
    target.type = normalised
    return
  }
  if (text === '') return
  const [meant] = closestNames(normalised, ['script', 'notebook'])
  reading.report('warning', `"type" is ${shortened(text)}, which the server takes as "script".${meant ? ` Did you mean "${meant}"?` : ''}`, value)
}

export function readEnabled({ value, target, reading }: Field<{ enabled: boolean }>): void {
  target.enabled = isTruthyInPython(value, reading)
  if (value.type === 'boolean') return
  const effect = target.enabled ? 'enabled' : 'disabled'
  const severity = value.type === 'null' ? 'warning' : 'error'
  reading.report(severity, `"enabled" must be true or false without quotes; the server takes ${written(value, reading)} as ${effect}.`, value)
}

export function readDescription({ value, target, reading }: ConfigField): void {
  if (value.type === 'string') target.description = String(value.value)
  else if (value.type !== 'null') reading.report('error', `"description" must be a text, not ${withArticle(value.type)}.`, value)
}

export function readTags({ value, target, reading }: ConfigField): void {
  if (value.type === 'null') return
  if (value.type !== 'array') {
    const consequence = value.type === 'string' ? '; the server would read every character as a tag' : ''
    reading.report('error', `"tags" must be a list of texts, not ${withArticle(value.type)}${consequence}.`, value)
    return
  }
  for (const tag of value.children ?? []) {
    if (tag.type === 'string') target.tags.push(String(tag.value))
    else reading.report('error', `A tag must be a text, not ${withArticle(tag.type)}.`, tag)
  }
}

export function readPythonVersion({ value, target, reading }: ConfigField): void {
  if (value.type === 'null') return
  if (value.type !== 'string' && value.type !== 'number') {
    reading.refuse(`"python_version" must be a text like "3.11", not ${withArticle(value.type)}.`, value)
    return
  }
  const version = (pythonText(value, reading) ?? '?').trim()
  if (version === '') return
  if (!pythonVersionPattern.test(version)) {
    reading.refuse(`"python_version" must be a version like "3.11" or "3.11.4", not ${written(value, reading)}.`, value)
    return
  }
  const source = sourceOf(value, reading)
  if (value.type === 'number' && version !== source) {
    const trap = `${source} without quotes means ${version}, and the server would look for Python ${version}`
    reading.refuse(`"python_version" is a number: ${trap}. Write "${source}".`, value)
    return
  }
  if (value.type === 'number') reading.report('warning', `"python_version" should be in quotes: "${version}". As a number, 3.10 would become 3.1.`, value)
  target.pythonVersion = version
}
