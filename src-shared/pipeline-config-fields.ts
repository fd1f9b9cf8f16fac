/**
 * The top of a pipeline.json: which reader each field has, and what only several fields together say. The config holds what the
 * server would use; what the server does with wrong values is from FASTFLOW.md §2.
 */
import type { Node } from 'jsonc-parser'
import type { PipelineConfig } from './pipeline-config-model'
import { readDescription, readEnabled, readPythonVersion, readTags, readType } from './pipeline-config-basics'
import { readCells } from './pipeline-config-cells'
import { readSecrets, refuseSharedWebhookKeys } from './pipeline-config-environment'
import { readFields, reportUnknownKeys, type Entry, type Field, type FieldReader, type Reading } from './pipeline-config-reading'
import { readMaxInstances, readRestartCooldown, readRestartOnCrash } from './pipeline-config-restarts'
import { optionReaders, readSchedules } from './pipeline-config-schedules'
import { readRestartInterval, readRunOnceAt, readTiming, readWindow, reportIdleWindow, timingKeys } from './pipeline-config-timing'
import { readDownstreamTriggers } from './pipeline-config-triggers'

const readers = new Map<string, FieldReader<PipelineConfig>>([
  ['type', readType],
  ['enabled', readEnabled],
  ['description', readDescription],
  ['tags', readTags],
  ['python_version', readPythonVersion],
  ...optionReaders,
  ['secrets', readSecrets],
  ['run_once_at', readRunOnceAt],
  ['restart_on_crash', readRestartOnCrash],
  ['restart_cooldown', readRestartCooldown],
  ['restart_interval', readRestartInterval],
  ['max_instances', readMaxInstances],
])
const topKeys: ReadonlySet<string> = new Set([...readers.keys(), ...timingKeys, 'schedules', 'downstream_triggers', 'cells'])

type Entries = ReadonlyMap<string, Entry>

/** Fills `config`, which comes with the defaults. Returns where the target of each downstream trigger stands. */
export function readTopLevel(entries: Entries, config: PipelineConfig, { reading, file }: { reading: Reading; file: string }): Node[] {
  const fieldOf = (name: string): Field<PipelineConfig> | null => {
    const entry = entries.get(name)
    return entry ? { ...entry, name, target: config, reading, inEntry: false } : null
  }
  reportUnknownKeys(entries, topKeys, reading)
  readFields(entries, readers, { target: config, reading, inEntry: false })

  const schedules = fieldOf('schedules')
  const keysOfEntries = schedules ? readSchedules(schedules, topKeys) : []
  const webhookKey = entries.get('webhook_key')
  refuseSharedWebhookKeys([...(webhookKey ? [{ key: config.webhookKey, value: webhookKey.value }] : []), ...keysOfEntries], reading)
  readOwnSchedule(entries, config, reading)

  const cells = fieldOf('cells')
  if (cells) readCells(cells, file === 'pipeline.json')
  reportByType(entries, config, reading)
  const triggers = fieldOf('downstream_triggers')
  return triggers ? readDownstreamTriggers(triggers) : []
}

/** Entries of `schedules[]` replace it; then what is wrong in it does no harm either. */
function readOwnSchedule(entries: Entries, config: PipelineConfig, reading: Reading): void {
  const isReplaced = config.runConfigurations.length > 0
  const ownReading = isReplaced ? { ...reading, report: () => {} } : reading
  config.timing = readTiming(entries, ownReading, false)
  Object.assign(config, readWindow(entries, ownReading))
  if (!isReplaced && config.timing === null) reportIdleWindow(entries, reading)
  if (!isReplaced) return
  for (const name of timingKeys) {
    const entry = entries.get(name)
    if (entry && entry.value.type !== 'null') reading.report('information', `The server ignores "${name}" here, because "schedules" has entries.`, entry.key)
  }
}

function reportByType(entries: Entries, config: PipelineConfig, { report }: Reading): void {
  const cells = entries.get('cells')
  if (config.type === 'script') {
    if (cells && config.cells.length > 0) report('information', '"cells" is for notebooks only; this pipeline is a script.', cells.key)
    return
  }
  const attempts = entries.get('retry_attempts')
  const message = '"retry_attempts" is for scripts only; of a notebook single cells are retried, see "cells".'
  if (attempts && (config.retryAttempts ?? 0) > 0) report('information', message, attempts.key)
}
