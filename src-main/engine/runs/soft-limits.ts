/**
 * The soft limits of a run: they stop nothing, but a sample above one is marked, and the first of a run is said once for each
 * limit. 1 core is 100 %, so a limit of several cores works too (the server clamps to 100 % and never fires from 1 on).
 */
import type { PipelineLimits } from '@shared/pipeline-config-model'
import { memoryText } from '../platform/memory-text'
import type { Measurement } from '../runners/metrics-sampler'

export type SoftLimitWatch = {
  /** Whether the sample is above a limit; reports the first time for each limit. */
  isOver(sample: Measurement): boolean
}

export function createSoftLimitWatch({ memorySoftBytes, cpuSoft }: Pick<PipelineLimits, 'memorySoftBytes' | 'cpuSoft'>, onExceeded: (message: string) => void): SoftLimitWatch {
  const reported = new Set<'memory' | 'cpu'>()
  const report = (limit: 'memory' | 'cpu', message: string): void => {
    if (reported.has(limit)) return
    reported.add(limit)
    onExceeded(message)
  }
  return {
    isOver({ memoryBytes, cpuPercent }) {
      const memoryOver = memorySoftBytes !== null && memoryBytes > memorySoftBytes
      const cpuOver = cpuSoft !== null && cpuPercent > cpuSoft * 100
      if (memoryOver) report('memory', `The pipeline uses ${memoryText(memoryBytes)} of memory, more than mem_soft_limit (${memoryText(memorySoftBytes)}). It goes on; the server would notify.`)
      if (cpuOver) report('cpu', `The pipeline uses ${coresText(cpuPercent / 100)} of processor, more than cpu_soft_limit (${coresText(cpuSoft)}). It goes on; the server would notify.`)
      return memoryOver || cpuOver
    },
  }
}

function coresText(cores: number): string {
  const text = String(Number(cores.toFixed(2)))
  return text === '1' ? '1 core' : `${text} cores`
}
