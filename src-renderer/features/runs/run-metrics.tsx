/** Memory and processor of a run: the last value while it lives, the peak afterwards, each with its course and its limit. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { MetricsSample, Run } from '@shared/contract/runs'
import { memoryText } from '../../ui/format'
import { curveOf } from './metrics-series'
import { useMetrics } from './use-metrics'

const width = 240
const height = 30

type RowProps = { name: string; words: string; points: { atMs: number; value: number }[]; limit: number | null; isOver: boolean }

function MetricRow({ name, words, points, limit, isOver }: RowProps): ReactNode {
  const curve = curveOf(points, limit, width, height)
  return (
    <div className={`metric ${isOver ? 'over' : ''}`}>
      <p>
        <span className="muted">{name}</span>
        <span className="metric-value">{words}</span>
      </p>
      {curve !== null && (
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={`${name}: ${words}`}>
          <path className="metric-area" d={curve.area} />
          <path className="metric-line" d={curve.line} vectorEffect="non-scaling-stroke" />
          {curve.limitY !== null && <line className="metric-limit" x1={0} x2={width} y1={curve.limitY} y2={curve.limitY} vectorEffect="non-scaling-stroke" />}
        </svg>
      )}
    </div>
  )
}

/** Nothing for a run that has no samples: it was shorter than a second, or did not run in a container. */
export function RunMetrics({ run }: { run: Run }): ReactNode {
  const { t, i18n } = useTranslation()
  const samples = useMetrics(run.id)
  const last = samples.at(-1)
  if (last === undefined) return null
  const isLive = run.phase !== 'finished'
  const peak = (value: (sample: MetricsSample) => number): number => Math.max(...samples.map(value))
  const memory = isLive ? last.memoryBytes : (run.peakMemoryBytes ?? peak(({ memoryBytes }) => memoryBytes))
  const cpu = isLive ? last.cpuPercent : (run.peakCpuPercent ?? peak(({ cpuPercent }) => cpuPercent))
  const percent = (value: number): string => new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 0 }).format(value / 100)
  const key = isLive ? 'now' : 'peak'
  return (
    <section className="metrics" aria-label={t('run.metrics.region')}>
      <MetricRow
        name={t(`run.metrics.memory.${key}`)}
        words={run.memoryLimitBytes === null ? memoryText(memory, i18n.language) : t('run.metrics.of', { value: memoryText(memory, i18n.language), limit: memoryText(run.memoryLimitBytes, i18n.language) })}
        points={samples.map(({ atMs, memoryBytes }) => ({ atMs, value: memoryBytes }))}
        limit={run.memoryLimitBytes}
        isOver={run.memorySoftLimitBytes !== null && memory > run.memorySoftLimitBytes}
      />
      <MetricRow
        name={t(`run.metrics.cpu.${key}`)}
        words={run.cpuLimit === null ? percent(cpu) : t('run.metrics.of', { value: percent(cpu), limit: percent(run.cpuLimit * 100) })}
        points={samples.map(({ atMs, cpuPercent }) => ({ atMs, value: cpuPercent }))}
        limit={run.cpuLimit === null ? null : run.cpuLimit * 100}
        isOver={run.cpuSoftLimit !== null && cpu > run.cpuSoftLimit * 100}
      />
    </section>
  )
}
