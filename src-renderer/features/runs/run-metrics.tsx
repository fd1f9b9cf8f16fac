/** Memory and processor of a run: the last value while it lives, the peak afterwards, each with its course and its limit. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { MetricsSample, Run } from '@shared/contract/runs'
import { memoryText } from '../../ui/format'
import { spanText } from '../../ui/span'
import { curveOf } from './metrics-series'
import { useMetrics } from './use-metrics'

const width = 240
const height = 30

type RowProps = { name: string; words: string; points: { atMs: number; value: number }[]; text: (value: number) => string; limit: number | null; isOver: boolean }

function MetricRow({ name, words, points, text, limit, isOver }: RowProps): ReactNode {
  const { t, i18n } = useTranslation()
  const curve = curveOf(points, limit, width, height)
  const values = points.map(({ value }) => value)
  const seconds = ((points.at(-1)?.atMs ?? 0) - (points[0]?.atMs ?? 0)) / 1000
  const spoken = t('run.metrics.graph', { name, span: spanText(seconds, i18n.language, 2), low: text(Math.min(...values)), high: text(Math.max(...values)) })
  return (
    <div className={`metric ${isOver ? 'over' : ''}`}>
      <p>
        <span className="muted">{name}</span>
        <span className="metric-value">{words}</span>
      </p>
      {curve !== null && (
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={spoken}>
          <path className="metric-area" d={curve.area} />
          <path className="metric-line" d={curve.line} vectorEffect="non-scaling-stroke" />
          {curve.limitY !== null && <line className="metric-limit" x1={0} x2={width} y1={curve.limitY} y2={curve.limitY} vectorEffect="non-scaling-stroke" />}
        </svg>
      )}
    </div>
  )
}

/** Nothing for a run that never got as far as to be measured. */
export function RunMetrics({ run }: { run: Run }): ReactNode {
  const { t, i18n } = useTranslation()
  const samples = useMetrics(run.id)
  const isLive = run.phase !== 'finished'
  const last = samples?.at(-1)
  if (samples === null || last === undefined) return samples !== null && !isLive && run.codeStartedAtMs !== null ? <p className="metrics muted">{t('run.metrics.none')}</p> : null
  const peak = (value: (sample: MetricsSample) => number): number => Math.max(...samples.map(value))
  const memory = isLive ? last.memoryBytes : (run.peakMemoryBytes ?? peak(({ memoryBytes }) => memoryBytes))
  const cpu = isLive ? last.cpuPercent : (run.peakCpuPercent ?? peak(({ cpuPercent }) => cpuPercent))
  const percent = (value: number): string => new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 0 }).format(value / 100)
  const bytes = (value: number): string => memoryText(value, i18n.language)
  const key = isLive ? 'now' : 'peak'
  return (
    <section className="metrics" aria-label={t('run.metrics.region')}>
      <MetricRow
        name={t(`run.metrics.memory.${key}`)}
        words={run.memoryLimitBytes === null ? bytes(memory) : t('run.metrics.of', { value: bytes(memory), limit: bytes(run.memoryLimitBytes) })}
        text={bytes}
        points={samples.map(({ atMs, memoryBytes }) => ({ atMs, value: memoryBytes }))}
        limit={run.memoryLimitBytes}
        isOver={run.memorySoftLimitBytes !== null && memory > run.memorySoftLimitBytes}
      />
      <MetricRow
        name={t(`run.metrics.cpu.${key}`)}
        words={run.cpuLimit === null ? percent(cpu) : t('run.metrics.of', { value: percent(cpu), limit: percent(run.cpuLimit * 100) })}
        text={percent}
        points={samples.map(({ atMs, cpuPercent }) => ({ atMs, value: cpuPercent }))}
        limit={run.cpuLimit === null ? null : run.cpuLimit * 100}
        isOver={run.cpuSoftLimit !== null && cpu > run.cpuSoftLimit * 100}
      />
    </section>
  )
}
