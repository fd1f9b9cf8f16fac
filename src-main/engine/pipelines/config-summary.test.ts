import { expect, test } from 'vitest'
import { pipeline } from '@shared/contract/pipelines'
import { parsePipelineConfig } from '@shared/pipeline-config'
import { summaryOfConfig } from './config-summary'

const summary = (config: object) => summaryOfConfig(parsePipelineConfig(JSON.stringify(config), { defaultPythonVersion: '3.11' }).config)
const shown = pipeline.pick({ runConfigs: true, timings: true, timeoutSeconds: true, retryAttempts: true, memoryLimitBytes: true, cpuLimit: true, maxInstances: true, downstream: true })

test('the own schedule is shown unless run configurations replace it; a single start and restarts always are', () => {
  const own = { schedule_cron: '0 9 * * mon', run_once_at: '2026-01-15', restart_interval: '0 3 * * *' }
  const others = [
    { kind: 'once', text: '2026-01-15T00:00:00.000Z' },
    { kind: 'restart', text: '0 3 * * *' },
  ]
  expect(summary(own).timings).toEqual([{ kind: 'cron', text: '0 9 * * mon' }, ...others])
  expect(summary({ ...own, schedules: [{ id: 'a', schedule_interval_seconds: 60, timeout: 90, mem_hard_limit: '64m' }] })).toMatchObject({
    timings: others,
    runConfigs: [{ id: 'a', enabled: true, timing: { kind: 'interval', text: 'every 60 s' }, envNames: [], hasWebhook: false, timeoutSeconds: 90, retryAttempts: null, memoryLimitBytes: 64 * 1024 ** 2, cpuLimit: null }],
  })
})

test('names of variables are there once and sorted, values and keys are not', () => {
  const env = { default_env: { B: 'hunter2', A: 'hunter2' }, encrypted_env: { A: 'hunter2', C: 'hunter2' }, webhook_key: 'hunter2' }
  const found = summary({ ...env, schedules: [{ id: 'a', schedule_interval_seconds: 60, ...env, webhook_key: 'hunter2-too' }] })
  expect(found).toMatchObject({ defaultEnvNames: ['A', 'B'], encryptedEnvNames: ['A', 'C'], hasWebhook: true, runConfigs: [{ envNames: ['A', 'B', 'C'], hasWebhook: true }] })
  expect(JSON.stringify(found)).not.toContain('hunter2')
})

test.each([0, -1, 0.5, 1.5, 1e15, 1e17, 1e300, -1e300, '5', '99999999999999999999999', true, false, [], {}, null, 'x'])('with the number %j everywhere it still fits the contract', (value) => {
  const names = ['timeout', 'retry_attempts', 'mem_hard_limit', 'mem_soft_limit', 'cpu_hard_limit', 'cpu_soft_limit', 'max_instances', 'schedule_interval_seconds', 'restart_cooldown', 'run_once_at']
  const fields = Object.fromEntries(names.map((name) => [name, value]))
  const found = summary({ ...fields, schedules: [{ ...fields, id: 'a', enabled: value }], downstream_triggers: [{ pipeline: 'b', on_route: value, on_failure: value, run_config_id: value }] })
  expect(shown.parse(found)).toMatchObject({ timeoutSeconds: found.timeoutSeconds, retryAttempts: found.retryAttempts })
})
