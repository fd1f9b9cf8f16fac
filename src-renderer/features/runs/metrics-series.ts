/** The samples of a run as a line in a small graph. Pure. */
import type { MetricsSample } from '@shared/contract/runs'

/** More than this nobody can tell apart in a graph of this width. */
export const mostSamples = 480

/** Adds a sample at its place; one that is known is dropped. Above `mostSamples` every other one goes, the last stays. */
export function withSample(samples: readonly MetricsSample[], sample: MetricsSample): MetricsSample[] {
  const last = samples.at(-1)
  if (last !== undefined && sample.atMs <= last.atMs) return [...samples]
  const added = [...samples, sample]
  return added.length <= mostSamples ? added : added.filter((_sample, index) => (added.length - 1 - index) % 2 === 0)
}

/** What was read, and what came while it was read. */
export function joinSamples(read: readonly MetricsSample[], live: readonly MetricsSample[]): MetricsSample[] {
  return live.reduce<MetricsSample[]>((samples, sample) => withSample(samples, sample), [...read])
}

export type Curve = { line: string; area: string; limitY: number | null }

/** A limit far above all values would flatten the line: then it is left out of the picture. */
const limitInPicture = 4

/** Into a box of `width` by `height`, y downwards. null below two samples. */
export function curveOf(points: readonly { atMs: number; value: number }[], limit: number | null, width: number, height: number): Curve | null {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined || first === last) return null
  const peak = Math.max(...points.map(({ value }) => value), 1)
  const shownLimit = limit !== null && limit <= peak * limitInPicture ? limit : null
  const top = Math.max(peak, shownLimit ?? 0) * 1.05
  const x = (atMs: number): number => ((atMs - first.atMs) / (last.atMs - first.atMs)) * width
  const y = (value: number): number => height - (value / top) * height
  const line = points.map(({ atMs, value }, index) => `${index === 0 ? 'M' : 'L'}${round(x(atMs))} ${round(y(value))}`).join('')
  return { line, area: `${line}L${round(width)} ${round(height)}L0 ${round(height)}Z`, limitY: shownLimit === null ? null : round(y(shownLimit)) }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
