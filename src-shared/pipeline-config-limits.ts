/**
 * Limits of processor and memory (FASTFLOW.md §2.1, §2.2). A hard limit that the server fails on is refused: without it a run
 * is another run. A soft limit that only the server cannot handle is measured here all the same, with a warning.
 */
import type { PipelineLimits, RunOptions } from './pipeline-config-model'
import type { Field } from './pipeline-config-reading'
import { isTruthyInPython, numberOf, pythonText, withArticle, written } from './pipeline-config-values'
import { parseMemoryBytes, parseServerMemory, serverMemoryText } from './memory-size'

type OptionsField = Field<RunOptions>

/** Docker refuses to create a container with less. */
const minCpu = 0.01
const minMemoryBytes = 6 * 1024 ** 2

const failsWithoutLog = 'every run would end as FAILED (exit code -1) without a log on the server'
const refusedByEngine = 'the container engine refuses to create the container'
const noMetrics = 'the server would record no metrics of the run'

export function readCpuHardLimit(field: OptionsField): void {
  const { value, reading, inEntry } = field
  const cores = coresOf(field)
  if (cores === null) {
    if (value.type !== 'null') reportNoCores(field, failsWithoutLog)
    return
  }
  if (cores === 0) return
  if (!Number.isFinite(cores)) {
    reading.refuse(`"cpu_hard_limit" is ${written(value, reading)}; ${failsWithoutLog}. Write a number of cores like 0.5.`, value)
  } else if (cores < minCpu) {
    reading.refuse(`"cpu_hard_limit" is ${written(value, reading)}; ${refusedByEngine} below ${minCpu} cores.`, value)
  } else {
    if (value.type === 'boolean') reading.report('error', `"cpu_hard_limit" must be a number of cores; the server takes true as 1${inEntry ? ' here' : ''}.`, value)
    setLimit(field, { cpuHard: cores })
  }
}

export function readCpuSoftLimit(field: OptionsField): void {
  const { value, reading } = field
  const cores = coresOf(field)
  if (cores === null) {
    if (value.type !== 'null') reportNoCores(field, noMetrics)
    return
  }
  if (cores === 0) return
  if (!Number.isFinite(cores) || cores < 0) {
    reading.report('error', `"cpu_soft_limit" is ${written(value, reading)}, which measures nothing; it is left out. Write a number of cores like 0.5.`, value)
    return
  }
  if (value.type === 'boolean') reading.report('error', '"cpu_soft_limit" must be a number of cores; the server takes true as 1.', value)
  const clamped = 'the server measures at most 1 core, so it never fires there. Local runs measure it'
  if (cores >= 1) reading.report('warning', `"cpu_soft_limit" is ${written(value, reading)}: ${clamped}.`, value)
  setLimit(field, { cpuSoft: cores })
}

export function readMemoryHardLimit(field: OptionsField): void {
  const { value, reading } = field
  const text = memoryTextOf(field)
  if (text === null) return
  const bytes = text === undefined ? null : parseServerMemory(text)
  if (text === undefined || bytes === null) {
    reading.refuse(`"mem_hard_limit" is ${written(value, reading)}, which the server cannot read: ${failsWithoutLog}. ${advice(field, text)}`, value)
  } else if (bytes === 0) {
    reading.report('warning', `"mem_hard_limit" is ${written(value, reading)}, which means no limit.`, value)
  } else if (bytes < minMemoryBytes) {
    const hint = bytes > 0 && /^\d+$/.test(text) ? ' A number without g, m or k is bytes.' : ''
    reading.refuse(`"mem_hard_limit" is ${written(value, reading)}; ${refusedByEngine} below 6m.${hint}`, value)
  } else {
    setLimit(field, { memoryHardBytes: bytes })
  }
}

export function readMemorySoftLimit(field: OptionsField): void {
  const { value, reading } = field
  const text = memoryTextOf(field)
  if (text === null) return
  const serverBytes = text === undefined ? null : parseServerMemory(text)
  const bytes = serverBytes ?? parseMemoryBytes(text ?? '')
  if (bytes === null || bytes <= 0) {
    const consequence = serverBytes === null ? `the server cannot read: ${noMetrics}` : 'every run is above'
    reading.report('error', `"mem_soft_limit" is ${written(value, reading)}, which ${consequence}. It is left out. ${advice(field, text)}`, value)
    return
  }
  if (serverBytes === null) {
    const faulty = `"mem_soft_limit" is ${written(value, reading)}, which the server cannot read: ${noMetrics}`
    reading.report('warning', `${faulty}. Local runs measure it. ${advice(field, text)}`, value)
  }
  setLimit(field, { memorySoftBytes: bytes })
}

function setLimit({ target }: OptionsField, limit: Partial<PipelineLimits>): void {
  target.limits = { ...target.limits, ...limit }
}

/** null: not a number for the server. Top-level values that are falsy in Python count as none, which is 0. */
function coresOf({ value, reading, inEntry }: OptionsField): number | null {
  if (value.type === 'number') return numberOf(value, reading)
  if (value.type === 'boolean') return value.value === true ? 1 : 0
  return value.type === 'string' && value.value === '' && !inEntry ? 0 : null
}

function reportNoCores({ name, value, reading, inEntry }: OptionsField, consequence: string): void {
  const number = value.type === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(String(value.value)) ? String(value.value).trim() : '0.5'
  const message = `"${name}" must be a number of cores, not ${withArticle(value.type)}; `
  const fix = `Write ${number} without quotes.`
  if (inEntry) reading.report('error', `${message}the server ignores it here. ${fix}`, value)
  else if (name === 'cpu_hard_limit' && isTruthyInPython(value, reading)) reading.refuse(`${message}${consequence}. ${fix}`, value)
  else reading.report('error', `${message}${isTruthyInPython(value, reading) ? consequence : 'the server takes it as none'}. ${fix}`, value)
}

/**
 * null: no limit. undefined: the server fails. Outside of entries the server takes the value as a text without looking; in
 * entries it makes one of it.
 */
function memoryTextOf({ name, value, reading, inEntry }: OptionsField): string | null | undefined {
  if (value.type === 'null') return null
  if (value.type === 'string') {
    const text = String(value.value)
    return text === '' || (inEntry && text.trim() === '') ? null : text
  }
  if (!inEntry && !isTruthyInPython(value, reading)) {
    reading.report('error', `"${name}" must be a text like "512m", not ${withArticle(value.type)}; the server takes it as none.`, value)
    return null
  }
  return inEntry ? (pythonText(value, reading) ?? undefined) : undefined
}

function advice({ value, reading }: OptionsField, text: string | undefined): string {
  const meant = value.type === 'number' ? parseMemoryBytes(written(value, reading)) : parseMemoryBytes(text ?? '')
  return meant === null ? 'Write a whole number with g, m or k, like "512m".' : `Write "${serverMemoryText(meant)}".`
}
