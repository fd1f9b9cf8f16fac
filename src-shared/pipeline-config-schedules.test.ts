/** FASTFLOW.md §2.1 to §2.5 as a table: schedules, run configurations and triggers; what is written, what counts, what is said and where. */
import { describe, expect, test } from 'vitest'
import { parsePipelineConfig } from './pipeline-config'
import { defaultPipelineConfig, noLimits, type DownstreamTrigger, type PipelineConfig, type RunConfiguration } from './pipeline-config-model'

type Said = [place: string, words: string]
type Row = [text: string, config: Partial<PipelineConfig>, ...said: Said[]]

const parse = (text: string) => parsePipelineConfig(text, { defaultPythonVersion: '3.11' })

function table(rows: Row[]): void {
  test.each(rows)('%s', (text, config, ...said) => {
    const parsed = parse(text)
    expect(parsed.config).toEqual({ ...defaultPipelineConfig('3.11'), ...config })
    expect(parsed.problems.map(({ severity, line, column }) => `${severity} ${line}:${column}`)).toEqual(said.map(([place]) => place))
    for (const [index, [, words]] of said.entries()) expect(parsed.problems[index]?.message).toContain(words)
  })
}

const cron = { kind: 'cron', expression: '0 9 * * mon' } as const
const every = (seconds: number) => ({ kind: 'interval', seconds }) as const

function entry(change: Partial<RunConfiguration> = {}): RunConfiguration {
  return {
    id: 'a',
    enabled: true,
    timing: cron,
    startAtMs: null,
    endAtMs: null,
    defaultEnv: {},
    encryptedEnv: {},
    limits: noLimits,
    timeoutSeconds: null,
    retryAttempts: null,
    retryStrategy: null,
    webhookKey: null,
    ...change,
  }
}

describe('the pipeline\'s own schedule', () => {
  table([
    ['{"schedule_cron":" 0 9 * * mon "}', { timing: cron }],
    ['{"schedule_interval_seconds":3600}', { timing: every(3600) }],
    ['{"schedule_cron":"0 9 * * mon","schedule_interval_seconds":60}', { timing: cron }, ['warning 1:32', 'is ignored by the server, because "schedule_cron"']],
    ['{"schedule_cron":"","schedule_interval_seconds":60}', { timing: every(60) }],
    ['{"schedule_interval_seconds":"60"}', { timing: every(60) }, ['warning 1:30', 'takes it as 60']],
    ['{"schedule_interval_seconds":1.9}', { timing: every(1) }, ['error 1:30', 'takes it as 1']],
    ['{"schedule_interval_seconds":true}', { timing: every(1) }, ['error 1:30', 'takes it as 1']],
    ['{"schedule_interval_seconds":0}', {}, ['error 1:30', 'never fires']],
    ['{"schedule_interval_seconds":-5}', {}, ['error 1:30', 'never fires']],
    ['{"schedule_interval_seconds":"1h"}', {}, ['error 1:30', 'ignores it']],
    ['{"schedule_interval_seconds":NaN}', {}, ['error 1:30', 'not NaN']],
    ['{"schedule_cron":9}', { timing: { kind: 'cron', expression: '9' } }, ['error 1:18', 'must be a text like']],
    ['{"schedule_cron":null,"schedule_interval_seconds":null,"schedule_start":null,"schedule_end":null,"run_once_at":null,"schedules":null}', {}],
  ])
})

describe('windows and single starts', () => {
  table([
    [
      '{"schedule_cron":"0 9 * * mon","schedule_start":"2026-01-15","schedule_end":"2026-01-15"}',
      { timing: cron, startAtMs: Date.UTC(2026, 0, 15), endAtMs: Date.UTC(2026, 0, 16) - 1 },
    ],
    ['{"schedule_interval_seconds":60,"schedule_start":"2026-01-15T10:00:00+02:00"}', { timing: every(60), startAtMs: Date.UTC(2026, 0, 15, 8) }],
    ['{"schedule_interval_seconds":60,"schedule_start":20260115}', { timing: every(60), startAtMs: Date.UTC(2026, 0, 15) }, ['warning 1:50', 'in quotes']],
    ['{"schedule_interval_seconds":60,\n "schedule_end":"15.01.2026"}', { timing: every(60) }, ['error 2:17', 'must be a date or time like "2026-01-31"']],
    [
      '{"schedule_interval_seconds":60,"schedule_start":"2026-02-01","schedule_end":"2026-01-31"}',
      { timing: every(60), startAtMs: Date.UTC(2026, 1, 1), endAtMs: Date.UTC(2026, 1, 1) - 1 },
      ['warning 1:78', 'is before'],
    ],
    ['{"schedule_start":"2026-01-15"}', { startAtMs: Date.UTC(2026, 0, 15) }, ['warning 1:2', 'has no effect without']],
    ['{"run_once_at":"2026-01-15 10:00"}', { runOnceAtMs: Date.UTC(2026, 0, 15, 10) }],
    ['{"run_once_at":"2026-01-15"}', { runOnceAtMs: Date.UTC(2026, 0, 15) }],
    ['{"run_once_at":"tomorrow"}', {}, ['error 1:16', 'not "tomorrow"; the server ignores it']],
    ['{"run_once_at":["2026-01-15"]}', {}, ['error 1:16', 'not an array']],
    ['{"run_once_at":" "}', {}],
  ])
})

describe('entries of schedules', () => {
  table([
    [
      '{"schedules":[{"id":" a ","schedule_cron":"0 9 * * mon","schedule_start":"2026-01-15","default_env":{"A":"1"},"enabled":false,"cpu_hard_limit":0.5,' +
        '"mem_hard_limit":" 1g ","timeout":30,"retry_attempts":1,"retry_strategy":{"delay":5},"webhook_key":" k "}]}',
      {
        runConfigurations: [
          entry({
            startAtMs: Date.UTC(2026, 0, 15),
            defaultEnv: { A: '1' },
            enabled: false,
            limits: { ...noLimits, cpuHard: 0.5, memoryHardBytes: 1024 ** 3 },
            timeoutSeconds: 30,
            retryAttempts: 1,
            retryStrategy: { kind: 'fixed', delaySeconds: 5 },
            webhookKey: 'k',
          }),
        ],
      },
    ],
    ['{"schedules":{}}', {}, ['error 1:14', 'must be a list of objects']],
    ['{"schedules":["a"]}', {}, ['error 1:15', 'must be an object']],
    ['{"schedules":[{"schedule_cron":"0 9 * * mon"}]}', {}, ['warning 1:15', 'has no "id"; the server drops it']],
    ['{"schedules":[{"id":" ","schedule_cron":"0 9 * * mon"}]}', {}, ['warning 1:21', 'is empty; the server drops it']],
    ['{"schedules":[{"id":0,"schedule_cron":"0 9 * * mon"}]}', {}, ['warning 1:21', 'is empty; the server drops it']],
    ['{"schedules":[{"id":5,"schedule_cron":"0 9 * * mon"}]}', { runConfigurations: [entry({ id: '5' })] }, ['warning 1:21', 'takes it as "5"']],
    ['{"schedules":[{"id":[],"schedule_cron":"0 9 * * mon"}]}', {}, ['error 1:21', 'must be a text']],
    ['{"schedules":[{"id":"a"}]}', {}, ['warning 1:21', 'has neither "schedule_cron" nor']],
    ['{"schedules":[{"id":"a","schedule_interval_seconds":0}]}', { runConfigurations: [entry({ timing: every(0) })] }, ['error 1:53', 'never fires']],
    ['{"schedules":[{"id":"a","schedule_interval_seconds":"x"}]}', {}, ['warning 1:21', 'has neither'], ['error 1:53', 'ignores it']],
    [
      '{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon"},\n{"id":"a","schedule_interval_seconds":60}]}',
      { runConfigurations: [entry(), entry({ timing: every(60) })] },
      ['warning 2:7', '"a" is there more than once'],
    ],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","timeot":5}]}', { runConfigurations: [entry()] }, ['warning 1:55', 'Unknown key "timeot" in an entry of "schedules"; the server ignores it. Did you mean "timeout"?']],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","secrets":[]}]}', { runConfigurations: [entry()] }, ['warning 1:55', '"secrets" counts only at the top of the file']],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","timeout":0}]}', { runConfigurations: [entry({ timeoutSeconds: 0 })] }, ['warning 1:65', 'CONTAINER_TIMEOUT']],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","timeout":"60"}]}', { runConfigurations: [entry({ timeoutSeconds: 60 })] }, ['warning 1:65', 'takes it as 60 here']],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","timeout":1.5}]}', { runConfigurations: [entry({ timeoutSeconds: 1 })] }, ['error 1:65', 'takes it as 1 here']],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","timeout":"1m"}]}', { runConfigurations: [entry()] }, ['error 1:65', 'ignores it here']],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","retry_attempts":true}]}', { runConfigurations: [entry({ retryAttempts: 1 })] }, ['error 1:72', 'takes it as 1 here']],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","retry_strategy":[]}]}', { runConfigurations: [entry()] }, ['error 1:72', 'ignores it here']],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","cpu_hard_limit":"0.5"}]}', { runConfigurations: [entry()] }, ['error 1:72', 'ignores it here. Write 0.5']],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","mem_hard_limit":8388608}]}', { runConfigurations: [entry({ limits: { ...noLimits, memoryHardBytes: 8388608 } })] }],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","mem_hard_limit":"1.5g"}]}', { runConfigurations: [entry()] }, ['error 1:72', 'Write "1536m"']],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","default_env":[1]}]}', { runConfigurations: [entry()] }, ['error 1:69', 'takes it as empty']],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","default_env":{"A":5}}]}', { runConfigurations: [entry()] }, ['warning 1:74', 'dropped by the server']],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","webhook_key":5}]}', { runConfigurations: [entry()] }, ['error 1:69', 'ignores it here']],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","enabled":"no"}]}', { runConfigurations: [entry()] }, ['error 1:65', 'takes "no" as enabled']],
    ['{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","id":"b"}]}', { runConfigurations: [entry({ id: 'b' })] }, ['warning 1:55', 'the last one counts']],
  ])

  test('replace the schedule at the top, whose mistakes then do no harm, but not run_once_at', () => {
    const { config, problems } = parse('{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon"}],\n"schedule_interval_seconds":"x",\n"schedule_end":"never",\n"run_once_at":"2026-01-15"}')
    expect(config).toMatchObject({ runConfigurations: [entry()], timing: null, runOnceAtMs: Date.UTC(2026, 0, 15) })
    expect(problems.map(({ severity, line, column, message }) => [severity, line, column, message])).toEqual([
      ['information', 2, 1, 'The server ignores "schedule_interval_seconds" here, because "schedules" has entries.'],
      ['information', 3, 1, 'The server ignores "schedule_end" here, because "schedules" has entries.'],
    ])
  })

  test('that are all dropped replace nothing', () => {
    expect(parse('{"schedules":[{}],"schedule_interval_seconds":60}').config).toMatchObject({ runConfigurations: [], timing: every(60) })
  })

  test('a hard limit that fails in one of them needs a decision', () => {
    expect(parse('{"schedules":[{"id":"a","schedule_cron":"0 9 * * mon","mem_hard_limit":"1.5g"}]}').usable).toBe(false)
    expect(parse('{"schedules":[{"id":"a","mem_hard_limit":"1.5g"}]}').usable).toBe(true)
  })
})

describe('triggers', () => {
  const to = (pipeline: string, change: Partial<DownstreamTrigger> = {}) => ({ pipeline, onSuccess: true, onFailure: false, onRoute: null, runConfigId: null, ...change })
  table([
    ['{"downstream_triggers":[{"pipeline":" b "},{"pipeline":"c","on_success":false,"on_failure":true,"run_config_id":" x "}]}', { downstreamTriggers: [to('b'), to('c', { onSuccess: false, onFailure: true, runConfigId: 'x' })] }],
    ['{"downstream_triggers":null}', {}],
    ['{"downstream_triggers":{"pipeline":"b"}}', {}, ['error 1:24', 'must be a list of objects']],
    ['{"downstream_triggers":["b"]}', {}, ['error 1:25', 'must be an object']],
    ['{"downstream_triggers":[{"on_failure":true}]}', {}, ['warning 1:25', 'names no "pipeline"; the server drops it']],
    ['{"downstream_triggers":[{"pipeline":" "}]}', {}, ['warning 1:37', 'names no "pipeline"']],
    ['{"downstream_triggers":[{"pipeline":5}]}', { downstreamTriggers: [to('5')] }, ['error 1:37', 'takes it as "5"']],
    ['{"downstream_triggers":[{"pipeline":[]}]}', {}, ['error 1:37', 'it is left out']],
    ['{"downstream_triggers":[{"pipeline":"b","on_failure":"false"}]}', { downstreamTriggers: [to('b', { onFailure: true })] }, ['error 1:54', 'takes "false" as true']],
    ['{"downstream_triggers":[{"pipeline":"b","on_success":null}]}', { downstreamTriggers: [to('b', { onSuccess: false })] }, ['warning 1:37', 'never fires'], ['warning 1:54', 'takes null as false']],
    ['{"downstream_triggers":[{"pipeline":"b","on_route":" partial "}]}', { downstreamTriggers: [to('b', { onRoute: 'partial' })] }, ['information 1:41', 'fires after every success. Local runs use it']],
    ['{"downstream_triggers":[{"pipeline":"b","on_route":"p","on_success":false}]}', { downstreamTriggers: [to('b', { onRoute: 'p', onSuccess: false })] }, ['information 1:41', 'there this trigger never fires']],
    ['{"downstream_triggers":[{"pipeline":"b","on_route":5}]}', { downstreamTriggers: [to('b')] }, ['error 1:52', 'must be a text']],
    ['{"downstream_triggers":[{"pipeline":"b","on_route":""}]}', { downstreamTriggers: [to('b')] }, ['warning 1:52', 'is empty']],
    ['{"downstream_triggers":[{"pipeline":"b","on_sucess":true}]}', { downstreamTriggers: [to('b')] }, ['warning 1:41', 'Did you mean "on_success"?']],
    ['{"downstream_triggers":[{"pipeline":"b"},{"pipeline":"b"}]}', { downstreamTriggers: [to('b'), to('b')] }, ['warning 1:54', 'more than once']],
  ])

  test('know their places, for problems that need all pipelines', () => {
    expect(parse('{"downstream_triggers":[\n  {"pipeline":"b"},\n  {},\n  {"on_failure":true,"pipeline":"c"}\n]}').triggerPlaces).toEqual([
      { line: 2, column: 15 },
      { line: 4, column: 33 },
    ])
  })
})
