/** Medians and their report. A benchmark compares with a peer in the same run: these machines are shared, absolute times say little. */
import { appendFileSync, mkdirSync } from 'node:fs'

export type Comparison = { name: string; oursMs: number; peerMs: number; ratio: number; samples: number; peer: string }

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** What is measured; it may answer how to tidy up, which is not measured. */
export type Work = () => Promise<void | (() => Promise<void>)>

/** Takes turns, so that what else the machine does hits both alike; the first turn of each only warms up. */
export async function compare(name: string, peer: string, samples: number, ours: Work, theirs: Work): Promise<Comparison> {
  const oursMs: number[] = []
  const peerMs: number[] = []
  for (let turn = 0; turn <= samples; turn += 1) {
    const [a, b] = [await time(ours), await time(theirs)]
    if (turn === 0) continue
    oursMs.push(a)
    peerMs.push(b)
  }
  return report({ name, peer, samples, oursMs: median(oursMs), peerMs: median(peerMs), ratio: median(oursMs) / median(peerMs) })
}

/** Prints it and keeps it in test-results/bench.jsonl. */
export function report(comparison: Comparison): Comparison {
  const { name, oursMs, peerMs, ratio, samples, peer } = comparison
  console.log(`${name}: ${oursMs.toFixed(0)} ms against ${peerMs.toFixed(0)} ms (${peer}), ratio ${ratio.toFixed(2)}, median of ${samples}`)
  mkdirSync('test-results', { recursive: true })
  appendFileSync('test-results/bench.jsonl', `${JSON.stringify({ at: new Date().toISOString(), ...comparison })}\n`)
  return comparison
}

async function time(work: Work): Promise<number> {
  const startedAt = performance.now()
  const tidyUp = await work()
  const durationMs = performance.now() - startedAt
  if (tidyUp) await tidyUp()
  return durationMs
}
