/** How long a run may take and how often it is tried again: timeout, retry_attempts, retry_strategy (FASTFLOW.md §2.1, §2.2, §3.9). */
import type { Node } from 'jsonc-parser'
import { closestNames } from './closest-names'
import type { RetryStrategy, RunOptions } from './pipeline-config-model'
import { entriesOf, reportUnknownKeys, type Entry, type Field, type Reading } from './pipeline-config-reading'
import { numberOf, pythonInt, pythonIntOfText, shortened, withArticle, written } from './pipeline-config-values'
import { defaultRetryDelaySeconds } from './retry-delay'

type OptionsField = Field<RunOptions>

export function readTimeout(field: OptionsField): void {
  const { value, target, reading, inEntry } = field
  const seconds = wholeNumber(field, 'number of seconds')
  if (seconds === null) return
  if (seconds < 0) {
    reading.refuse(`"timeout" must be 0 or more seconds, not ${written(value, reading)}; the server would end every run at once.`, value)
    return
  }
  const elsewhere = 'if the server has a global CONTAINER_TIMEOUT, that applies there'
  if (seconds === 0) reading.report(inEntry ? 'warning' : 'information', `"timeout" is 0: no limit in local runs; ${elsewhere}.`, value)
  target.timeoutSeconds = seconds
}

export function readRetryAttempts(field: OptionsField): void {
  const { value, target, reading } = field
  const attempts = wholeNumber(field, 'number')
  if (attempts === null) return
  if (attempts < 0) reading.report('error', `"retry_attempts" must be 0 or more, not ${written(value, reading)}; the server takes it as 0.`, value)
  // The server compares the count of retries with the number as it is: below 2.5 are three.
  target.retryAttempts = Math.min(Math.max(0, Math.ceil(attempts)), Number.MAX_SAFE_INTEGER)
}

/**
 * null: not said, or nothing the server could use. Entries go through int(); at the top the value is used as it is, so a text
 * fails in the middle of a run.
 */
function wholeNumber({ name, value, reading, inEntry }: OptionsField, what: string): number | null {
  if (value.type === 'null') return null
  const asInt = pythonInt(value, reading)
  const exact = value.type === 'number' ? numberOf(value, reading) : asInt.kind === 'number' ? asInt.value : Number.NaN
  if (asInt.kind === 'infinite' && inEntry) {
    reading.drop(`has a "${name}" that is not finite`, value)
    return null
  }
  const message = `"${name}" must be a whole ${what} without quotes, not ${written(value, reading)}`
  if (inEntry) {
    const isMeant = asInt.kind === 'number' && (value.type === 'string' || asInt.value === exact)
    const effect = asInt.kind === 'number' ? `takes it as ${asInt.value}` : 'ignores it'
    if (value.type !== 'number' || !isMeant) reading.report(isMeant && value.type === 'string' ? 'warning' : 'error', `${message}; the server ${effect} here.`, value)
    return asInt.kind === 'number' ? asInt.value : null
  }
  if (value.type === 'boolean' || (Number.isFinite(exact) && value.type === 'number')) {
    if (value.type === 'boolean' || !Number.isInteger(exact)) reading.report('error', `${message}; the server takes it as ${exact}.`, value)
    return exact
  }
  if (name === 'timeout') reading.refuse(`${message}; every run would end as FAILED (exit code -1) on the server.`, value)
  else reading.report('error', `${message}; the server would not retry a failed run, and record the exit code -1 instead of its own.`, value)
  return null
}

const strategyKeys: ReadonlyMap<string, readonly string[]> = new Map([
  ['fixed_delay', ['delay']],
  ['exponential_backoff', ['initial_delay', 'multiplier', 'max_delay']],
  ['custom_schedule', ['delays']],
])
const allStrategyKeys: ReadonlySet<string> = new Set(['type', ...[...strategyKeys.values()].flat()])

export function readRetryStrategy({ value, target, reading, inEntry }: OptionsField): void {
  if (value.type === 'null') return
  if (value.type !== 'object') {
    const effect = inEntry ? 'the server ignores it here' : 'the server would fail instead of retrying'
    reading.report('error', `"retry_strategy" must be an object, not ${withArticle(value.type)}; ${effect}.`, value)
    return
  }
  const entries = entriesOf(value)
  reportUnknownKeys(entries, allStrategyKeys, reading, { place: ' in "retry_strategy"' })
  const type = strategyType(entries.get('type')?.value, reading)
  const own = strategyKeys.get(type) ?? []
  for (const [name, { key }] of entries) {
    if (allStrategyKeys.has(name) && name !== 'type' && !own.includes(name)) reading.report('warning', `"${name}" is not used by "${type}".`, key)
  }
  target.retryStrategy = strategyOf(type, entries, reading)
}

function strategyType(value: Node | undefined, reading: Reading): string {
  const type = value === undefined ? 'fixed_delay' : value.type === 'string' ? String(value.value) : null
  if (type !== null && strategyKeys.has(type)) return type
  const [meant] = type === null ? [] : closestNames(type, strategyKeys.keys())
  const hint = meant === undefined ? `Known are ${[...strategyKeys.keys()].map((name) => `"${name}"`).join(', ')}.` : `Did you mean "${meant}"?`
  const unknown = value ? `The server does not know the "type" ${written(value, reading)} of "retry_strategy"` : ''
  if (value) reading.report(value.type === 'string' ? 'warning' : 'error', `${unknown} and waits ${defaultRetryDelaySeconds} s. ${hint}`, value)
  return type === null ? 'unknown' : shortened(type).slice(1, -1)
}

/** null where the server would fail instead of waiting. */
function strategyOf(type: string, entries: ReadonlyMap<string, Entry>, reading: Reading): RetryStrategy | null {
  switch (type) {
    case 'exponential_backoff': {
      const initialSeconds = strategyNumber(entries.get('initial_delay'), { fallback: 60, reading })
      const multiplier = strategyNumber(entries.get('multiplier'), { fallback: 2, reading })
      const maxSeconds = strategyNumber(entries.get('max_delay'), { fallback: 3600, reading })
      return initialSeconds === null || multiplier === null || maxSeconds === null ? null : { kind: 'exponential', initialSeconds, multiplier, maxSeconds }
    }
    case 'custom_schedule':
      return customStrategy(entries.get('delays')?.value, reading)
    case 'fixed_delay': {
      const delaySeconds = strategyNumber(entries.get('delay'), { fallback: defaultRetryDelaySeconds, takesText: true, reading })
      return delaySeconds === null ? null : { kind: 'fixed', delaySeconds }
    }
    default:
      return { kind: 'fixed', delaySeconds: defaultRetryDelaySeconds }
  }
}

function customStrategy(delays: Node | undefined, reading: Reading): RetryStrategy | null {
  if (delays === undefined || delays.type === 'null') return { kind: 'custom', delaysSeconds: [] }
  if (delays.type !== 'array') {
    reading.report('error', `"delays" must be a list of seconds, not ${withArticle(delays.type)}; the server would fail instead of retrying.`, delays)
    return null
  }
  const seconds = (delays.children ?? []).map((value) => strategyNumber({ key: value, value }, { fallback: 0, takesText: true, reading }))
  const delaysSeconds = seconds.filter((delay) => delay !== null)
  return delaysSeconds.length === seconds.length ? { kind: 'custom', delaysSeconds } : null
}

/** `takesText`: what the server passes to int(), which also reads whole numbers in quotes. */
function strategyNumber(entry: Entry | undefined, rules: { fallback: number; takesText?: boolean; reading: Reading }): number | null {
  const { fallback, takesText = false, reading } = rules
  if (!entry) return fallback
  const { value } = entry
  const inText = value.type === 'string' && takesText ? pythonIntOfText(String(value.value)) : null
  if (inText !== null) {
    reading.report('warning', `${written(value, reading)} should be a number without quotes; the server takes it as ${inText} s.`, value)
    return inText
  }
  const number = value.type === 'boolean' ? Number(value.value) : numberOf(value, reading)
  if (!Number.isFinite(number)) {
    reading.report('error', `A delay of "retry_strategy" must be a number, not ${written(value, reading)}; the server would fail instead of retrying.`, value)
    return null
  }
  const taken = `the server takes ${written(value, reading)} as ${number}`
  if (value.type === 'boolean') reading.report('error', `A delay of "retry_strategy" must be a number; ${taken}.`, value)
  else if (number < 0) reading.report('warning', `${written(value, reading)} is negative: the server does not wait at all.`, value)
  return number
}
