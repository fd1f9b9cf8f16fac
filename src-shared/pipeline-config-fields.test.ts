/** FASTFLOW.md §2.1, §3.9 and §5.1 as a table: what is written, what a run uses, what is said and where. */
import { describe, expect, test } from 'vitest'
import { parsePipelineConfig } from './pipeline-config'
import { defaultPipelineConfig, noLimits, type PipelineConfig } from './pipeline-config-model'

/** `severity line:column` and words of the message. */
type Said = [place: string, words: string]
type Row = [text: string, config: Partial<PipelineConfig>, ...said: Said[]]

const hash = `gAAAAABlU_EAAAEC${'A'.repeat(84)}`
const gigabyte = 1024 ** 3

function table(rows: Row[], usable: boolean): void {
  test.each(rows)('%s', (text, config, ...said) => {
    const parsed = parsePipelineConfig(text, { defaultPythonVersion: '3.11' })
    expect(parsed.config).toEqual({ ...defaultPipelineConfig('3.11'), ...config })
    expect(parsed.problems.map(({ severity, line, column }) => `${severity} ${line}:${column}`)).toEqual(said.map(([place]) => place))
    for (const [index, [, words]] of said.entries()) expect(parsed.problems[index]?.message).toContain(words)
    expect(parsed.usable).toBe(usable)
  })
}

describe('hard and soft limits', () => {
  table([
    ['{"cpu_hard_limit":1.5,"mem_hard_limit":" 1G "}', { limits: { ...noLimits, cpuHard: 1.5, memoryHardBytes: gigabyte } }],
    ['{"mem_hard_limit":"512m","mem_soft_limit":"256M","cpu_soft_limit":0.8}', { limits: { cpuHard: null, cpuSoft: 0.8, memoryHardBytes: gigabyte / 2, memorySoftBytes: gigabyte / 4 } }],
    ['{"mem_hard_limit":"1 g"}', { limits: { ...noLimits, memoryHardBytes: gigabyte } }],
    ['{"mem_hard_limit":"8388608"}', { limits: { ...noLimits, memoryHardBytes: 8388608 } }],
    ['{"mem_hard_limit":"8192k"}', { limits: { ...noLimits, memoryHardBytes: 8388608 } }],
    ['{"mem_hard_limit":"","mem_soft_limit":"","cpu_hard_limit":0,"cpu_soft_limit":0}', {}],
    ['{"mem_hard_limit":null,"mem_soft_limit":null,"cpu_hard_limit":null,"cpu_soft_limit":null}', {}],
    ['{"mem_hard_limit":"0"}', {}, ['warning 1:19', 'means no limit']],
    ['{"mem_hard_limit":0}', {}, ['error 1:19', 'must be a text like "512m"']],
    ['{"cpu_hard_limit":true}', { limits: { ...noLimits, cpuHard: 1 } }, ['error 1:19', 'takes true as 1']],
    ['{"cpu_hard_limit":""}', {}, ],
    ['{"cpu_soft_limit":2}', { limits: { ...noLimits, cpuSoft: 2 } }, ['warning 1:19', 'never fires there. Local runs measure it']],
    ['{"cpu_soft_limit":"0.5"}', {}, ['error 1:19', 'no metrics of the run. Write 0.5 without quotes']],
    ['{"cpu_soft_limit":-1}', {}, ['error 1:19', 'measures nothing']],
    ['{\n"mem_soft_limit": "1.5g"}', { limits: { ...noLimits, memorySoftBytes: 1.5 * gigabyte } }, ['warning 2:19', 'no metrics of the run. Local runs measure it. Write "1536m"']],
    ['{"mem_soft_limit":"512MB"}', { limits: { ...noLimits, memorySoftBytes: gigabyte / 2 } }, ['warning 1:19', 'Write "512m"']],
    ['{"mem_soft_limit":"much"}', {}, ['error 1:19', 'Write a whole number with g, m or k']],
    ['{"mem_soft_limit":"-1m"}', {}, ['error 1:19', 'every run is above']],
  ], true)

  describe('that make the server fail are none, and no run starts without asking', () => {
    table([
      ['{\n"mem_hard_limit": "1.5g"}', {}, ['error 2:19', 'FAILED (exit code -1) without a log on the server. Write "1536m".']],
      ['{"mem_hard_limit":"512mb"}', {}, ['error 1:19', 'Write "512m"']],
      ['{"mem_hard_limit":" "}', {}, ['error 1:19', 'cannot read']],
      ['{"mem_hard_limit":536870912}', {}, ['error 1:19', 'Write "512m"']],
      ['{"mem_hard_limit":["1g"]}', {}, ['error 1:19', 'is an array, which']],
      ['{"mem_hard_limit":"512"}', {}, ['error 1:19', 'refuses to create the container below 6m. A number without g, m or k is bytes.']],
      ['{"mem_hard_limit":"-1g"}', {}, ['error 1:19', 'below 6m']],
      ['{"mem_hard_limit":"9999999999g"}', {}, ['error 1:19', 'cannot read']],
      ['{"cpu_hard_limit":"0.5"}', {}, ['error 1:19', 'must be a number of cores, not a text']],
      ['{"cpu_hard_limit":-1}', {}, ['error 1:19', 'below 0.01 cores']],
      ['{"cpu_hard_limit":1e400}', {}, ['error 1:19', 'is 1e400; every run would end']],
      ['{"cpu_hard_limit":NaN}', {}, ['error 1:19', 'is NaN']],
    ], false)
  })
})

describe('timeout and retries', () => {
  table([
    ['{"timeout":60,"retry_attempts":2}', { timeoutSeconds: 60, retryAttempts: 2 }],
    ['{"timeout":null,"retry_attempts":null,"retry_strategy":null}', {}],
    ['{"timeout":0}', { timeoutSeconds: 0 }, ['information 1:12', 'CONTAINER_TIMEOUT']],
    ['{"timeout":1.5}', { timeoutSeconds: 1.5 }, ['error 1:12', 'takes it as 1.5']],
    ['{"timeout":true}', { timeoutSeconds: 1 }, ['error 1:12', 'takes it as 1']],
    ['{"retry_attempts":0}', { retryAttempts: 0 }],
    ['{"retry_attempts":2.5}', { retryAttempts: 3 }, ['error 1:19', 'must be a whole number']],
    ['{"retry_attempts":-1}', { retryAttempts: 0 }, ['error 1:19', 'takes it as 0']],
    ['{"retry_attempts":"3"}', {}, ['error 1:19', 'would not retry a failed run, and record the exit code -1']],
    ['{"type":"notebook","retry_attempts":2}', { type: 'notebook', retryAttempts: 2 }, ['information 1:20', 'for scripts only']],
    ['{"retry_strategy":{}}', { retryStrategy: { kind: 'fixed', delaySeconds: 60 } }],
    ['{"retry_strategy":{"delay":2.9}}', { retryStrategy: { kind: 'fixed', delaySeconds: 2.9 } }],
    ['{"retry_strategy":{"type":"fixed_delay","delay":"30"}}', { retryStrategy: { kind: 'fixed', delaySeconds: 30 } }, ['warning 1:49', 'takes it as 30 s']],
    ['{"retry_strategy":{"type":"fixed_delay","delay":-5}}', { retryStrategy: { kind: 'fixed', delaySeconds: -5 } }, ['warning 1:49', 'does not wait']],
    ['{"retry_strategy":{"type":"fixed_delay","delay":"soon"}}', {}, ['error 1:49', 'fail instead of retrying']],
    ['{"retry_strategy":{"type":"exponential_backoff"}}', { retryStrategy: { kind: 'exponential', initialSeconds: 60, multiplier: 2, maxSeconds: 3600 } }],
    [
      '{"retry_strategy":{"type":"exponential_backoff","initial_delay":10,"multiplier":1.5,"max_delay":100}}',
      { retryStrategy: { kind: 'exponential', initialSeconds: 10, multiplier: 1.5, maxSeconds: 100 } },
    ],
    ['{"retry_strategy":{"type":"exponential_backoff","initial_delay":"10"}}', {}, ['error 1:65', 'must be a number, not "10"']],
    ['{"retry_strategy":{"type":"custom_schedule","delays":[60,"300",3600.5]}}', { retryStrategy: { kind: 'custom', delaysSeconds: [60, 300, 3600.5] } }, ['warning 1:58', 'without quotes']],
    ['{"retry_strategy":{"type":"custom_schedule"}}', { retryStrategy: { kind: 'custom', delaysSeconds: [] } }],
    ['{"retry_strategy":{"type":"custom_schedule","delays":60}}', {}, ['error 1:54', 'must be a list of seconds']],
    ['{"retry_strategy":{"type":"custom_schedule","delays":[1,null]}}', {}, ['error 1:57', 'must be a number, not null']],
    ['{"retry_strategy":{"type":"exponential"}}', { retryStrategy: { kind: 'fixed', delaySeconds: 60 } }, ['warning 1:27', 'waits 60 s. Known are "fixed_delay"']],
    ['{"retry_strategy":{"type":"fixed_dealy","delay":5}}', { retryStrategy: { kind: 'fixed', delaySeconds: 60 } }, ['warning 1:27', 'Did you mean "fixed_delay"?'], ['warning 1:41', 'is not used']],
    ['{"retry_strategy":{"delya":5}}', { retryStrategy: { kind: 'fixed', delaySeconds: 60 } }, ['warning 1:20', 'Unknown key "delya" in "retry_strategy"; the server ignores it. Did you mean "delay"?']],
    ['{"retry_strategy":{"max_delay":5}}', { retryStrategy: { kind: 'fixed', delaySeconds: 60 } }, ['warning 1:20', '"max_delay" is not used by "fixed_delay"']],
    ['{"retry_strategy":"fixed_delay"}', {}, ['error 1:19', 'must be an object']],
  ], true)

  describe('timeouts that make every run fail are none, and no run starts without asking', () => {
    table([
      ['{"timeout":"60"}', {}, ['error 1:12', 'must be a whole number of seconds without quotes, not "60"']],
      ['{"timeout":-1}', {}, ['error 1:12', 'end every run at once']],
      ['{"timeout":1e400}', {}, ['error 1:12', 'not 1e400']],
      ['{"timeout":NaN}', {}, ['error 1:12', 'not NaN']],
      ['{"timeout":[60]}', {}, ['error 1:12', 'not an array']],
    ], false)
  })
})

describe('variables, secrets and the webhook', () => {
  table([
    [`{"encrypted_env":{" TOKEN ":"${hash}"},"secrets":[" A ","B"],"webhook_key":" k "}`, { encryptedEnv: { TOKEN: hash }, secrets: ['A', 'B'], webhookKey: 'k' }],
    ['{"encrypted_env":{"A":"plain"}}', { encryptedEnv: { A: 'plain' } }, ['warning 1:23', '"A" in "encrypted_env" is not an encrypted value']],
    ['{"encrypted_env":{"A":1}}', {}, ['warning 1:23', 'dropped by the server']],
    ['{"encrypted_env":["A"]}', {}, ['error 1:18', 'takes it as empty']],
    ['{"default_env":[]}', {}, ['error 1:16', 'takes it as empty']],
    ['{"default_env":null,"encrypted_env":null,"secrets":null,"webhook_key":null}', {}],
    ['{"secrets":["A"," A",""," ",5]}', { secrets: ['A'] }, ['warning 1:17', 'more than once'], ['warning 1:22', 'is empty'], ['warning 1:25', 'is empty'], ['error 1:29', 'must be a text']],
    ['{"secrets":"A"}', {}, ['error 1:12', 'must be a list of names']],
    ['{"webhook_key":"  "}', {}],
    ['{"webhook_key":42}', { webhookKey: '42' }, ['warning 1:16', 'in quotes']],
    ['{"webhook_key":{}}', {}, ['error 1:16', 'must be a text']],
    ['{"webhook_key":"a/b"}', { webhookKey: 'a/b' }, ['warning 1:16', 'slash']],
  ], true)
})

describe('restarts and instances', () => {
  table([
    ['{"restart_on_crash":true,"restart_cooldown":5,"max_instances":2}', { restartOnCrash: true, restartCooldownSeconds: 5, maxInstances: 2 }],
    ['{"restart_on_crash":null,"restart_cooldown":null,"max_instances":null,"restart_interval":null}', {}],
    ['{"restart_on_crash":"false"}', { restartOnCrash: true }, ['error 1:21', 'takes "false" as true']],
    ['{"restart_cooldown":0}', {}, ['warning 1:21', 'works as 60']],
    ['{"restart_cooldown":-1}', {}, ['error 1:21', 'takes it as 60']],
    ['{"restart_cooldown":"x"}', {}, ['error 1:21', 'takes it as 60']],
    ['{"restart_cooldown":"5"}', { restartCooldownSeconds: 5 }, ['warning 1:21', 'takes it as 5']],
    ['{"restart_cooldown":0.5}', {}, ['error 1:21', 'takes it as 60']],
    ['{"max_instances":0}', {}, ['warning 1:18', 'no limit']],
    ['{"max_instances":1.9}', { maxInstances: 1 }, ['error 1:18', 'takes it as 1']],
    ['{"max_instances":"x"}', {}, ['error 1:18', 'no limit']],
    ['{"restart_interval":"3600"}', { restartInterval: { kind: 'interval', seconds: 3600 } }],
    ['{"restart_interval":3600}', { restartInterval: { kind: 'interval', seconds: 3600 } }],
    ['{"restart_interval":" 0 3 * * * "}', { restartInterval: { kind: 'cron', expression: '0 3 * * *' } }],
    ['{"restart_interval":"0"}', {}, ['error 1:21', 'ignores it']],
    ['{"restart_interval":"daily"}', {}, ['error 1:21', 'cron expression of 5 parts']],
    ['{"restart_interval":3600.5}', {}, ['error 1:21', 'ignores it']],
  ], true)
})

describe('cells', () => {
  table([
    ['{"type":"notebook","cells":[{"retries":2,"delay_seconds":0.5},{},null]}', {
      type: 'notebook',
      cells: [{ retries: 2, delaySeconds: 0.5 }, { retries: null, delaySeconds: null }, { retries: null, delaySeconds: null }],
    }],
    ['{"type":"notebook","cells":[{"retries":"x"}]}', { type: 'notebook', cells: [{ retries: null, delaySeconds: null }] }, ['error 1:40', 'fail at this cell']],
    ['{"type":"notebook","cells":[{"retries":"2","delay_seconds":"1.5"}]}', { type: 'notebook', cells: [{ retries: 2, delaySeconds: 1.5 }] }, ['warning 1:40', 'taken as 2'], ['warning 1:60', 'taken as 1.5']],
    ['{"type":"notebook","cells":[{"retries":-1}]}', { type: 'notebook', cells: [{ retries: null, delaySeconds: null }] }, ['error 1:40', 'leaves the cell out']],
    ['{"type":"notebook","cells":[{"delay":1}, 5]}', { type: 'notebook', cells: [{ retries: null, delaySeconds: null }, { retries: null, delaySeconds: null }] }, ['warning 1:30', 'Unknown key "delay"'], ['error 1:42', 'must be an object']],
    ['{"cells":{}}', {}, ['error 1:10', 'must be a list']],
    ['{"cells":[{"retries":1}]}', { cells: [{ retries: 1, delaySeconds: null }] }, ['information 1:2', 'for notebooks only']],
  ], true)

  test('only of a pipeline.json: the runner knows no other file', () => {
    const { config, problems } = parsePipelineConfig('{"type":"notebook","cells":[{"retries":1}]}', { defaultPythonVersion: '3.11', file: 'demo.json' })
    expect(config.cells).toEqual([])
    expect(problems).toEqual([{ severity: 'warning', message: '"cells" is read from a file named pipeline.json only; rename this file.', file: 'demo.json', line: 1, column: 20 }])
  })
})

describe('what makes the server fail while it reads drops the whole file', () => {
  test.each([
    ['{"enabled":false,\n"restart_cooldown":Infinity}', 2, 20, 'restart_cooldown'],
    ['{"enabled":false,"max_instances":-1e999}', 1, 34, 'max_instances'],
    ['{"enabled":false,"schedule_interval_seconds":Infinity}', 1, 46, 'schedule_interval_seconds'],
    ['{"enabled":false,"schedules":[{"id":"a","schedule_cron":"0 9 * * *","timeout":1e400}]}', 1, 79, 'a "timeout" that is not finite'],
    ['{"enabled":false,"webhook_key":"k","schedules":[{"id":"a","schedule_cron":"0 9 * * *","webhook_key":" k "}]}', 1, 101, 'the same webhook_key more than once'],
    ['{"enabled":false,"default_env":"A=1"}', 1, 32, 'default_env that is not an object'],
  ])('%s', (text, line, column, words) => {
    const { config, problems, usable } = parsePipelineConfig(text, { defaultPythonVersion: '3.11' })
    expect(usable).toBe(false)
    expect(config).toEqual(defaultPipelineConfig('3.11'))
    expect(problems).toEqual([expect.objectContaining({ severity: 'error', line, column, message: expect.stringContaining(words) })])
  })

  test('a key that two entries share, unless the server drops one of them', () => {
    const entry = (id: string) => `{${id}"schedule_cron":"0 9 * * *","webhook_key":"k"}`
    const usable = (first: string, second: string) => parsePipelineConfig(`{"schedules":[${entry(first)},${entry(second)}]}`, { defaultPythonVersion: '3.11' }).usable
    expect(usable('"id":"a",', '"id":"b",')).toBe(false)
    expect(usable('"id":"a",', '"id":" ",')).toBe(true)
  })
})
