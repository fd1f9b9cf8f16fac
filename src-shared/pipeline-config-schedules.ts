/** The entries of `schedules[]`: ways to run the pipeline with values of their own (FASTFLOW.md §2.2). */
import type { Node } from 'jsonc-parser'
import { noLimits, type PipelineConfig, type RunConfiguration, type RunOptions } from './pipeline-config-model'
import { readEnabled } from './pipeline-config-basics'
import { readDefaultEnv, readEncryptedEnv, readWebhookKey, type PlacedKey } from './pipeline-config-environment'
import { readCpuHardLimit, readCpuSoftLimit, readMemoryHardLimit, readMemorySoftLimit } from './pipeline-config-limits'
import { entriesOf, readFields, reportUnknownKeys, type Field, type FieldReader, type Reading } from './pipeline-config-reading'
import { readRetryAttempts, readRetryStrategy, readTimeout } from './pipeline-config-retries'
import { readTiming, readWindow, timingKeys } from './pipeline-config-timing'
import { isTruthyInPython, pythonText, shortened, withArticle } from './pipeline-config-values'

/** What the top of the file and an entry both can say. */
export const optionReaders: readonly (readonly [string, FieldReader<RunOptions>])[] = [
  ['default_env', readDefaultEnv],
  ['encrypted_env', readEncryptedEnv],
  ['cpu_hard_limit', readCpuHardLimit],
  ['cpu_soft_limit', readCpuSoftLimit],
  ['mem_hard_limit', readMemoryHardLimit],
  ['mem_soft_limit', readMemorySoftLimit],
  ['timeout', readTimeout],
  ['retry_attempts', readRetryAttempts],
  ['retry_strategy', readRetryStrategy],
  ['webhook_key', readWebhookKey],
]

const entryReaders = new Map<string, FieldReader<RunConfiguration>>([...optionReaders, ['enabled', readEnabled]])
const entryKeys: ReadonlySet<string> = new Set(['id', ...entryReaders.keys(), ...timingKeys])

/** `topKeys`: what counts at the top of the file only, and is a common mistake here. Returns the entries' webhook keys. */
export function readSchedules({ value, target, reading }: Field<PipelineConfig>, topKeys: ReadonlySet<string>): PlacedKey[] {
  if (value.type === 'null') return []
  if (value.type !== 'array') {
    reading.report('error', `"schedules" must be a list of objects, not ${withArticle(value.type)}; the server takes it as empty.`, value)
    return []
  }
  const webhookKeys: PlacedKey[] = []
  const ids = new Set<string>()
  for (const node of value.children ?? []) {
    const found = readEntry(node, reading, topKeys)
    if (found === null) continue
    const { configuration, places } = found
    if (ids.has(configuration.id)) {
      const effect = 'at run time the first one counts, but the last one says when it fires'
      reading.report('warning', `The run configuration ${shortened(configuration.id)} is there more than once: on the server ${effect}.`, places.id)
    }
    ids.add(configuration.id)
    target.runConfigurations.push(configuration)
    webhookKeys.push({ key: configuration.webhookKey, value: places.webhookKey })
  }
  return webhookKeys
}

type FoundEntry = { configuration: RunConfiguration; places: { id: Node; webhookKey: Node } }

function readEntry(node: Node, reading: Reading, topKeys: ReadonlySet<string>): FoundEntry | null {
  if (node.type !== 'object') {
    reading.report('error', `An entry of "schedules" must be an object, not ${withArticle(node.type)}; the server drops it.`, node)
    return null
  }
  const entries = entriesOf(node)
  reportUnknownKeys(entries, entryKeys, reading, { place: ' in an entry of "schedules"', elsewhere: topKeys })
  const idNode = entries.get('id')?.value
  const id = readId(idNode, node, reading)
  if (id === null || idNode === undefined) return null
  const timing = readTiming(entries, reading, true)
  if (timing === null) {
    reading.report('warning', `The run configuration ${shortened(id)} has neither "schedule_cron" nor "schedule_interval_seconds"; the server drops it.`, idNode)
    return null
  }
  const configuration: RunConfiguration = { ...emptyOptions(), ...readWindow(entries, reading), id, enabled: true, timing }
  readFields(entries, entryReaders, { target: configuration, reading, inEntry: true })
  return { configuration, places: { id: idNode, webhookKey: entries.get('webhook_key')?.value ?? idNode } }
}

function readId(value: Node | undefined, entry: Node, reading: Reading): string | null {
  if (value === undefined || value.type === 'null') {
    reading.report('warning', 'An entry of "schedules" has no "id"; the server drops it.', entry)
    return null
  }
  const id = pythonText(value, reading)?.trim()
  if (id === undefined) {
    reading.report('error', `The "id" of a run configuration must be a text, not ${withArticle(value.type)}; the entry is left out.`, value)
    return null
  }
  // str() would keep 0 and false, but before that the server asks whether there is anything.
  if (id === '' || !isTruthyInPython(value, reading)) {
    reading.report('warning', 'The "id" of this entry of "schedules" is empty; the server drops it.', value)
    return null
  }
  if (value.type !== 'string') reading.report('warning', `The "id" should be a text in quotes: the server takes it as ${shortened(id)}.`, value)
  return id
}

function emptyOptions(): RunOptions {
  return { defaultEnv: {}, encryptedEnv: {}, limits: noLimits, timeoutSeconds: null, retryAttempts: null, retryStrategy: null, webhookKey: null }
}
