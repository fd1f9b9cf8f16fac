/** `cells[]`: retries of a notebook's code cells, which the runner in the container reads, not the server (FASTFLOW.md §5.1). */
import type { Node } from 'jsonc-parser'
import type { CellRetry, PipelineConfig } from './pipeline-config-model'
import { entriesOf, reportUnknownKeys, type Entry, type Field, type Reading } from './pipeline-config-reading'
import { numberOf, pythonInt, withArticle, written } from './pipeline-config-values'

const cellKeys: ReadonlySet<string> = new Set(['retries', 'delay_seconds'])
const crash = 'the notebook would fail at this cell on the server'

/** `isRead`: the runner looks into pipeline.json only, never into `<folder>.json`. */
export function readCells({ key, value, target, reading }: Field<PipelineConfig>, isRead: boolean): void {
  if (value.type === 'null') return
  if (value.type !== 'array') {
    reading.report('error', `"cells" must be a list of objects, not ${withArticle(value.type)}; it is taken as empty.`, value)
    return
  }
  if (!isRead) {
    reading.report('warning', '"cells" is read from a file named pipeline.json only; rename this file.', key)
    return
  }
  target.cells = (value.children ?? []).map((cell) => readCell(cell, reading))
}

function readCell(cell: Node, reading: Reading): CellRetry {
  if (cell.type !== 'object') {
    if (cell.type !== 'null') reading.report('error', `An entry of "cells" must be an object, not ${withArticle(cell.type)}; it is ignored.`, cell)
    return { retries: null, delaySeconds: null }
  }
  const entries = entriesOf(cell)
  reportUnknownKeys(entries, cellKeys, reading, { place: ' in an entry of "cells"' })
  return { retries: readRetries(entries.get('retries'), reading), delaySeconds: readDelay(entries.get('delay_seconds'), reading) }
}

function readRetries(entry: Entry | undefined, reading: Reading): number | null {
  if (!entry) return null
  const { value } = entry
  const message = `"retries" must be a whole number of 0 or more, not ${written(value, reading)}`
  const retries = pythonInt(value, reading)
  if (retries.kind !== 'number') {
    reading.report('error', `${message}; ${crash}.`, value)
    return null
  }
  if (retries.value < 0) {
    reading.report('error', `${message}; the server's runner leaves the cell out and calls it a success. Here it counts as not said.`, value)
    return null
  }
  if (retries.value !== value.value) reading.report(value.type === 'string' ? 'warning' : 'error', `${message}; it is taken as ${retries.value}.`, value)
  return retries.value
}

function readDelay(entry: Entry | undefined, reading: Reading): number | null {
  if (!entry) return null
  const { value } = entry
  const message = `"delay_seconds" must be a number of seconds, not ${written(value, reading)}`
  const seconds = value.type === 'boolean' ? Number(value.value) : value.type === 'string' ? floatOf(String(value.value)) : numberOf(value, reading)
  if (!Number.isFinite(seconds)) {
    reading.report('error', `${message}; ${crash}.`, value)
    return null
  }
  if (value.type !== 'number') reading.report(value.type === 'string' ? 'warning' : 'error', `${message}; it is taken as ${seconds}.`, value)
  else if (seconds < 0) reading.report('warning', `${message}; there is no wait.`, value)
  return seconds
}

function floatOf(text: string): number {
  return /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN
}
