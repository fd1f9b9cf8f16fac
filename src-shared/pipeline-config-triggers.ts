/** `downstream_triggers[]`: what starts after a run (FASTFLOW.md §2.5). Whether the targets exist is trigger-problems.ts' business. */
import type { Node } from 'jsonc-parser'
import type { DownstreamTrigger, PipelineConfig } from './pipeline-config-model'
import { entriesOf, reportUnknownKeys, type Entry, type Field, type Reading } from './pipeline-config-reading'
import { isTruthyInPython, pythonText, shortened, withArticle, written } from './pipeline-config-values'

const triggerKeys: ReadonlySet<string> = new Set(['pipeline', 'on_success', 'on_failure', 'on_route', 'run_config_id'])
const maxRouteLength = 128

/** Returns where each trigger's target stands, in the order of `target.downstreamTriggers`. */
export function readDownstreamTriggers({ value, target, reading }: Field<PipelineConfig>): Node[] {
  if (value.type === 'null') return []
  if (value.type !== 'array') {
    reading.report('error', `"downstream_triggers" must be a list of objects, not ${withArticle(value.type)}; the server takes it as empty.`, value)
    return []
  }
  const places: Node[] = []
  const seen = new Set<string>()
  for (const node of value.children ?? []) {
    const found = readTrigger(node, reading)
    if (found === null) continue
    const { trigger, place } = found
    const link = JSON.stringify([trigger.pipeline, trigger.runConfigId, trigger.onRoute])
    if (seen.has(link)) reading.report('warning', `${shortened(trigger.pipeline)} is triggered more than once in the same way; it starts once.`, place)
    seen.add(link)
    target.downstreamTriggers.push(trigger)
    places.push(place)
  }
  return places
}

function readTrigger(node: Node, reading: Reading): { trigger: DownstreamTrigger; place: Node } | null {
  if (node.type !== 'object') {
    reading.report('error', `An entry of "downstream_triggers" must be an object, not ${withArticle(node.type)}; the server drops it.`, node)
    return null
  }
  const entries = entriesOf(node)
  reportUnknownKeys(entries, triggerKeys, reading, { place: ' in an entry of "downstream_triggers"' })
  const target = entries.get('pipeline')
  const pipeline = readName('pipeline', target, reading)
  if (pipeline === null || target === undefined) {
    if (target === undefined || target.value.type === 'null' || target.value.type === 'string') {
      reading.report('warning', 'An entry of "downstream_triggers" names no "pipeline"; the server drops it.', target?.value ?? node)
    }
    return null
  }
  const trigger: DownstreamTrigger = {
    pipeline,
    onSuccess: readCondition(entries.get('on_success'), true, reading),
    onFailure: readCondition(entries.get('on_failure'), false, reading),
    onRoute: readRoute(entries.get('on_route'), reading),
    runConfigId: readName('run_config_id', entries.get('run_config_id'), reading),
  }
  if (trigger.onRoute !== null) {
    const instead = onServer(trigger)
    reading.report('information', `The server ignores "on_route" in a pipeline.json: there this trigger ${instead}. Local runs use it.`, entries.get('on_route')?.key ?? node)
  } else if (!trigger.onSuccess && !trigger.onFailure) {
    reading.report('warning', `The trigger of ${shortened(pipeline)} never fires: "on_success" and "on_failure" are both false.`, target.value)
  }
  return { trigger, place: target.value }
}

function onServer({ onSuccess, onFailure }: DownstreamTrigger): string {
  if (onSuccess) return onFailure ? 'fires after every run' : 'fires after every success'
  return onFailure ? 'fires after every failure' : 'never fires'
}

/** null: none. Values that are falsy in Python count as none, numbers as their text. */
function readName(name: string, entry: Entry | undefined, reading: Reading): string | null {
  if (!entry || entry.value.type === 'null') return null
  const { value } = entry
  const text = isTruthyInPython(value, reading) ? pythonText(value, reading) : null
  if (value.type !== 'string') {
    const effect = text === null ? 'it is left out' : `the server takes it as ${shortened(text)}`
    reading.report('error', `"${name}" must be a text, not ${withArticle(value.type)}; ${effect}.`, value)
  }
  const trimmed = text?.trim() ?? ''
  return trimmed === '' ? null : trimmed
}

function readCondition(entry: Entry | undefined, fallback: boolean, reading: Reading): boolean {
  if (!entry) return fallback
  const { key, value } = entry
  const holds = isTruthyInPython(value, reading)
  if (value.type !== 'boolean') {
    const severity = value.type === 'null' ? 'warning' : 'error'
    reading.report(severity, `"${String(key.value)}" must be true or false without quotes; the server takes ${written(value, reading)} as ${holds}.`, value)
  }
  return holds
}

function readRoute(entry: Entry | undefined, reading: Reading): string | null {
  if (!entry || entry.value.type === 'null') return null
  const { value } = entry
  // The script's route is trimmed, so only a trimmed one can equal it.
  const route = value.type === 'string' ? String(value.value).trim() : ''
  if (value.type !== 'string') reading.report('error', `"on_route" must be a text, not ${withArticle(value.type)}; it is left out.`, value)
  else if (route === '') reading.report('warning', '"on_route" is empty; it is left out.', value)
  else if (route.length > maxRouteLength) reading.report('warning', `"on_route" is longer than the ${maxRouteLength} characters that the server allows in its own triggers.`, value)
  return route === '' ? null : route
}
