/** The commands that only look: list, runs, logs, doctor. */
import type { PipelineCache } from '@shared/contract/pipelines'
import type { LogChunk } from '@shared/contract/runs'
import type { Api } from '../api'
import type { Events } from '../engine/events'
import { followLog } from './follow-log'
import type { Invocation } from './invocation'
import { createLogTextReader, type LogText } from './log-text'
import { formatDuration, formatTable, printable, type Output } from './output'
import { exitCodes } from './run-command'

type Input<C extends Invocation['command']> = { api: Api; events: Events; output: Output; invocation: Extract<Invocation, { command: C }> }

export async function listCommand({ api, output, invocation }: Input<'list'>): Promise<number> {
  const { pipelines, skipped } = await api('pipelines.list', {})
  if (invocation.json) {
    for (const { name, type, enabled, hasRequirements, pythonVersion, cache, problems } of pipelines) {
      await output.json({ name, type, enabled, hasRequirements, pythonVersion, cache: cache.state, cacheReason: cache.reason, problems })
    }
    return exitCodes.ok
  }
  if (pipelines.length === 0) output.say('No pipelines here. A pipeline is a folder with a main.py.')
  const rows = pipelines.map((pipeline) => [printable(pipeline.name), pipeline.type, pipeline.enabled ? 'enabled' : 'disabled', `Python ${pipeline.pythonVersion}`, cacheText(pipeline.cache), printable(pipeline.description ?? '')])
  for (const line of formatTable(rows)) await output.line(line.trimEnd())
  for (const pipeline of pipelines) {
    for (const problem of pipeline.problems.filter(({ severity }) => severity !== 'information')) {
      output.say(`${problem.severity}: ${printable(pipeline.name)}/${problem.file ?? ''}${problem.line === null ? '' : `:${problem.line}`} ${printable(problem.message)}`)
    }
  }
  for (const folder of skipped) output.say(`not a pipeline: ${printable(folder.name)} (${printable(folder.reason)})`)
  return exitCodes.ok
}

function cacheText({ state, reason }: PipelineCache): string {
  return reason === null ? state : `${state} (${reason})`
}

export async function runsCommand({ api, output, invocation }: Input<'runs'>): Promise<number> {
  const { runs } = await api('runs.list', { pipeline: invocation.pipeline, limit: invocation.limit })
  if (invocation.json) {
    for (const run of runs) await output.json(run)
    return exitCodes.ok
  }
  if (runs.length === 0) output.say('No runs yet. ffdesk run NAME starts one.')
  const rows = runs.map((run) => [
    run.id,
    printable(run.pipeline),
    new Date(run.createdAtMs).toLocaleString(),
    run.outcome ?? run.phase,
    run.exitCode === null ? '' : `exit ${run.exitCode}`,
    formatDuration(run.codeMs),
    run.runner === 'docker' ? 'container' : 'this computer, not isolated',
  ])
  for (const line of formatTable(rows)) await output.line(line)
  return exitCodes.ok
}

export async function logsCommand({ api, events, output, invocation }: Input<'logs'>): Promise<number> {
  const { runId } = invocation
  const run = await api('runs.get', { runId })
  if (invocation.asServer) return serverCells({ api, output, invocation })
  if (invocation.json) await output.json({ type: 'run', run })
  const reader = createLogTextReader()
  const writeTexts = async (texts: LogText[]): Promise<void> => {
    for (const text of texts) await output.json({ type: 'log', ...text })
  }
  const onChunk = (chunk: LogChunk): Promise<void> => (invocation.json ? writeTexts(reader.push(chunk)) : output.bytes(chunk.bytes))
  if (invocation.follow || run.phase === 'finished') await followLog({ api, events, runId, onChunk })
  else await readSoFar(api, runId, onChunk)
  if (invocation.json) await writeTexts(reader.end())
  return exitCodes.ok
}

async function serverCells({ api, output, invocation }: Pick<Input<'logs'>, 'api' | 'output' | 'invocation'>): Promise<number> {
  const { cells } = await api('runs.readServerCells', { runId: invocation.runId })
  if (invocation.json) for (const cell of cells) await output.json(cell)
  else if (cells.length === 0) output.say('This run has no cells: it is not a notebook, or it did not begin.')
  else {
    for (const { index, status, stdout, stderr, image, lost } of cells) {
      await output.line(`Cell ${index}: ${status ?? 'no record'}${image === null ? '' : `, image ${image.mime}`}`)
      for (const line of [...stdout.split('\n'), ...stderr.split('\n')]) if (line !== '') await output.line(`  ${printable(line)}`)
      if (lost.length > 0) await output.line(`  lost on the server: ${[...new Set(lost)].map(printable).join(', ')}`)
    }
  }
  return exitCodes.ok
}

/** What a live run has written up to now. */
async function readSoFar(api: Api, runId: string, onChunk: (chunk: LogChunk) => Promise<void>): Promise<void> {
  const { sizeBytes } = await api('runs.readLog', { runId, fromByte: 0, maxBytes: 1 })
  for (let fromByte = 0; fromByte < sizeBytes; ) {
    const chunk = await api('runs.readLog', { runId, fromByte })
    if (chunk.bytes.length === 0) return
    await onChunk(chunk)
    fromByte = chunk.nextByte
  }
}

export async function doctorCommand({ api, output, invocation }: Input<'doctor'>): Promise<number> {
  const { tools } = await api('tools.check', {})
  if (invocation.json) for (const tool of tools) await output.json(tool)
  else {
    for (const line of formatTable(tools.map((tool) => [tool.state, tool.id, tool.detail]))) await output.line(line)
    for (const tool of tools) if (tool.hint !== null && tool.state !== 'ok') output.say(`${tool.id}: ${tool.hint}`)
  }
  return tools.some((tool) => tool.state === 'missing') ? exitCodes.failed : exitCodes.ok
}
