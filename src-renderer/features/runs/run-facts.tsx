/** What a run was: runner, Python, image, commit, environment names, command line. */
import { Copy } from 'lucide-react'
import type { ReactNode } from 'react'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { Run } from '@shared/contract/runs'
import { Button } from '../../ui/button'
import { byteText, fullMomentText, memoryText, shortDigest } from '../../ui/format'
import { spanText } from '../../ui/span'
import { copyText } from './run-actions'
import { originText } from './run-origin'

type Fact = { key: string; value: string; title?: string }

function gitText(run: Run, t: TFunction): string | null {
  if (run.gitCommit === null) return null
  const commit = run.gitCommit.slice(0, 8)
  const place = run.gitBranch === null ? commit : `${run.gitBranch} @ ${commit}`
  return run.gitDirty === true ? `${place} · ${t('run.fact.dirty')}` : place
}

function factsOf(run: Run, t: TFunction, language: string): Fact[] {
  const origin = originText(run)
  const facts: (Fact | null)[] = [
    { key: 'started', value: fullMomentText(run.createdAtMs, language) },
    { key: 'trigger', value: origin === null ? t('run.origin.manual') : t(origin.key, origin.values) },
    run.runConfigId === null ? null : { key: 'config', value: run.runConfigId },
    { key: 'runner', value: t(`runner.${run.runner}`) },
    run.exitCode === null ? null : { key: 'exitCode', value: String(run.exitCode) },
    { key: 'python', value: run.pythonVersionUsed ?? run.pythonVersion },
    run.uvVersion === null ? null : { key: 'uv', value: run.uvVersion },
    run.cacheWasWarm === null ? null : { key: 'cache', value: t(run.ranOffline === true ? 'run.fact.cacheOffline' : run.cacheWasWarm ? 'run.fact.cacheWarm' : 'run.fact.cacheCold') },
    run.image === null ? null : { key: 'image', value: run.image, ...(run.imageDigest === null ? {} : { title: run.imageDigest }) },
    run.imageDigest === null ? null : { key: 'digest', value: shortDigest(run.imageDigest), title: run.imageDigest },
    run.ofCommit === null ? null : { key: 'ofCommit', value: run.ofCommit.slice(0, 8), title: run.ofCommit },
    gitText(run, t) === null ? null : { key: 'git', value: gitText(run, t) ?? '' },
    run.retryAttempts === 0 ? null : { key: 'attempt', value: t('run.fact.attemptOf', { attempt: run.attempt + 1, attempts: run.retryAttempts + 1 }) },
    run.timeoutSeconds === null ? null : { key: 'timeout', value: spanText(run.timeoutSeconds, language) },
    limitFact('memory', run.memoryLimitBytes, run.memorySoftLimitBytes, (bytes) => memoryText(bytes, language), t),
    limitFact('cpu', run.cpuLimit, run.cpuSoftLimit, (cores) => t('pipelines.limit.cpu', { count: cores, cores: new Intl.NumberFormat(language).format(cores) }), t),
    run.peakMemoryBytes === null ? null : { key: 'peakMemory', value: memoryText(run.peakMemoryBytes, language) },
    run.peakCpuPercent === null ? null : { key: 'peakCpu', value: new Intl.NumberFormat(language, { style: 'percent' }).format(run.peakCpuPercent / 100) },
    run.route === null ? null : { key: 'route', value: run.route },
    run.envNames.length === 0 ? null : { key: 'environment', value: run.envNames.filter((name) => !run.secretNames.includes(name)).join(', ') },
    run.secretNames.length === 0 ? null : { key: 'secrets', value: run.secretNames.join(', '), title: t('run.fact.secretsExplained') },
    run.logOmittedBytes === 0 ? null : { key: 'omitted', value: t('run.fact.omittedWords', { size: byteText(run.logOmittedBytes, language) }), title: t('run.fact.omittedExplained') },
  ]
  return facts.filter((fact): fact is Fact => fact !== null && fact.value !== '')
}

function limitFact(key: string, hard: number | null, soft: number | null, text: (value: number) => string, t: TFunction): Fact | null {
  const words = [hard === null ? null : text(hard), soft === null ? null : t('run.fact.soft', { value: text(soft) })].filter((word) => word !== null)
  return words.length === 0 ? null : { key, value: words.join(' · ') }
}

export function RunFacts({ run }: { run: Run }): ReactNode {
  const { t, i18n } = useTranslation()
  const { commandLine } = run
  return (
    <>
      <dl className="facts">
        {factsOf(run, t, i18n.language).map(({ key, value, title }) => (
          <div key={key} className="fact">
            <dt>{t(`run.fact.${key}`)}</dt>
            <dd className="selectable" title={title}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
      {commandLine !== null && (
        <div className="command">
          <div className="command-head">
            <span>{t('run.fact.command')}</span>
            <Button small kind="quiet" icon={<Copy size={13} />} onClick={() => void copyText(commandLine)}>
              {t('run.copyCommand')}
            </Button>
          </div>
          <code className="selectable">{commandLine}</code>
        </div>
      )}
    </>
  )
}
