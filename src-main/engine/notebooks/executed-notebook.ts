/**
 * The notebook of a run with what its cells put out, as `<runId>.ipynb` beside the log: the file that ran, cell by cell, with
 * outputs, execution counts and how each cell went. Written one cell at a time, so that large outputs need no large memory.
 */
import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RecordedCell, RecordedOutput } from './cell-record'
import type { MimeBundle } from './notebook-message'
import type { SourceCell, SourceNotebook } from './source-notebook'

export function executedNotebookFile(logsDir: string, runId: string): string {
  return join(logsDir, `${runId}.ipynb`)
}

export type ExecutedNotebookInput = {
  logsDir: string
  runId: string
  notebook: SourceNotebook | null
  recorded: (index: number) => RecordedCell | null
}

/** Answers the file's path; null where there is nothing to write or the disk does not take it. */
export async function writeExecutedNotebook({ logsDir, runId, notebook, recorded }: ExecutedNotebookInput): Promise<string | null> {
  if (!notebook) return null
  const path = executedNotebookFile(logsDir, runId)
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      for (const piece of pieces(notebook, runId, recorded)) await file.writeFile(piece)
      await file.sync().catch(() => undefined)
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    return path
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined)
    return null
  }
}

/** JSON in the form that nbformat writes: one blank per level, `cells` first, a line end at the end. */
function* pieces(notebook: SourceNotebook, runId: string, recorded: (index: number) => RecordedCell | null): Generator<string> {
  const { cells: _cells, metadata, ...rest } = notebook.content
  yield '{\n "cells": ['
  let codeIndex = 0
  let separator = '\n'
  for (const cell of notebook.cells) {
    const executed = cell['cell_type'] === 'code' ? executedCell(cell, recorded(codeIndex++)) : cell
    yield separator + indented(executed, 2)
    separator = ',\n'
  }
  yield notebook.cells.length > 0 ? '\n ]' : ']'
  for (const [key, value] of Object.entries({ metadata: { ...asObject(metadata), fastflow_desktop: { run_id: runId } }, ...rest })) {
    yield `,\n ${JSON.stringify(key)}: ${indented(value, 1).trimStart()}`
  }
  yield '\n}\n'
}

function indented(value: unknown, depth: number): string {
  const indent = ' '.repeat(depth)
  // No string of JSON holds a line end, so every line end is the layout's.
  return indent + JSON.stringify(value, null, 1).replaceAll('\n', `\n${indent}`)
}

function executedCell(cell: SourceCell, recorded: RecordedCell | null): SourceCell {
  const { count = null, outputs = [], status = 'skipped', attempts = 0, durationMs = null } = recorded ?? {}
  return {
    ...cell,
    execution_count: count,
    metadata: { ...asObject(cell['metadata']), fastflow_desktop: { status, attempts, ...(durationMs === null ? {} : { duration_seconds: Math.round(durationMs) / 1000 }) } },
    outputs: outputs.flatMap(notebookOutputs),
  }
}

function notebookOutputs(output: RecordedOutput): unknown[] {
  const omitted = output.kind !== 'error' && output.omittedBytes > 0 ? [{ name: 'stderr', output_type: 'stream', text: [`[${output.omittedBytes} bytes of output were left out here]\n`] }] : []
  switch (output.kind) {
    case 'stream':
      return [...(output.text === '' ? [] : [{ name: output.name, output_type: 'stream', text: splitLines(output.text) }]), ...omitted]
    case 'display':
      return [...(Object.keys(output.data).length === 0 ? [] : [{ data: splitBundle(output.data), metadata: output.metadata, output_type: 'display_data' }]), ...omitted]
    case 'result':
      return [{ data: splitBundle(output.data), execution_count: output.count, metadata: output.metadata, output_type: 'execute_result' }, ...omitted]
    case 'error':
      return [{ ename: output.name, evalue: output.value, output_type: 'error', traceback: output.traceback }]
  }
}

/** Text of several lines becomes a list of lines, as nbformat writes it. */
function splitBundle(data: MimeBundle): MimeBundle {
  return Object.fromEntries(
    Object.entries(data).map(([type, content]) => [type, typeof content === 'string' && (type.startsWith('text/') || type === 'image/svg+xml' || type === 'application/javascript') ? splitLines(content) : content]),
  )
}

function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
