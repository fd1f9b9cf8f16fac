/** Pipelines that run on and on: restart_on_crash, restart_cooldown, max_instances (FASTFLOW.md §2.1). */
import type { PipelineConfig } from './pipeline-config-model'
import type { Field } from './pipeline-config-reading'
import { isTruthyInPython, pythonInt, written } from './pipeline-config-values'

type ConfigField = Field<PipelineConfig>

const defaultCooldownSeconds = 60

export function readRestartOnCrash({ value, target, reading }: ConfigField): void {
  target.restartOnCrash = isTruthyInPython(value, reading)
  if (value.type === 'boolean' || value.type === 'null') return
  reading.report('error', `"restart_on_crash" must be true or false without quotes; the server takes ${written(value, reading)} as ${target.restartOnCrash}.`, value)
}

export function readRestartCooldown({ value, target, reading }: ConfigField): void {
  if (value.type === 'null') return
  const message = `"restart_cooldown" must be a whole number of seconds, not ${written(value, reading)}`
  const seconds = pythonInt(value, reading)
  switch (seconds.kind) {
    case 'infinite':
      reading.drop('has a restart_cooldown that is not finite', value)
      return
    case 'unreadable':
      reading.report('error', `${message}; the server takes it as ${defaultCooldownSeconds}.`, value)
      return
    case 'number':
      target.restartCooldownSeconds = seconds.value > 0 ? seconds.value : defaultCooldownSeconds
      if (seconds.value === 0 && value.value === 0) {
        const advice = 'Write 1 for a short pause'
        reading.report('warning', `"restart_cooldown" is 0, which works as ${defaultCooldownSeconds} on the server and here. ${advice}.`, value)
      } else if (seconds.value < 0 || seconds.value !== value.value) {
        const severity = value.type === 'string' ? 'warning' : 'error'
        reading.report(severity, `${message}; the server takes it as ${target.restartCooldownSeconds}.`, value)
      }
  }
}

export function readMaxInstances({ value, target, reading }: ConfigField): void {
  if (value.type === 'null') return
  const message = `"max_instances" must be a whole number above 0, not ${written(value, reading)}`
  const count = pythonInt(value, reading)
  switch (count.kind) {
    case 'infinite':
      reading.drop('has a max_instances that is not finite', value)
      return
    case 'unreadable':
      reading.report('error', `${message}; the server takes it as no limit.`, value)
      return
    case 'number':
      if (count.value <= 0) reading.report('warning', `${message}; the server takes it as no limit.`, value)
      else target.maxInstances = Math.min(count.value, Number.MAX_SAFE_INTEGER)
      if (count.value > 0 && count.value !== value.value) {
        reading.report(value.type === 'string' ? 'warning' : 'error', `${message}; the server takes it as ${count.value}.`, value)
      }
  }
}
