/**
 * What a container may use, pure: the pipeline's hard limits as an engine takes them, and what has to be said about them. Where
 * a server would refuse the container the run goes on with less and says so; what no engine can do is refused here.
 */
import { AppError } from '@shared/app-error'
import type { RunNotice } from '@shared/contract/runs'
import type { PipelineLimits } from '@shared/pipeline-config-model'
import type { EngineFacts } from '../docker/client'
import { memoryText } from '../platform/memory-text'

export type ContainerLimits = {
  /** Memory and swap together: a run never swaps. */
  memoryBytes: number
  /** null: all cores. */
  nanoCpus: number | null
  notices: RunNotice[]
}

/** Without a limit of its own a run may take this share of the engine's memory: the server sets none, the computer must live. */
const memoryShare = 0.8
const fallbackMemoryBytes = 4 * 1024 ** 3
/** Docker's own least values. */
const leastMemoryBytes = 6 * 1024 ** 2
const leastCpus = 0.01
const nanosPerCpu = 1e9

/** Throws pipeline/invalid-config for a limit below what an engine can do. */
export function containerLimits(limits: Pick<PipelineLimits, 'memoryHardBytes' | 'cpuHard'>, engine: Pick<EngineFacts, 'memoryBytes' | 'cpuCount'>): ContainerLimits {
  const notices: RunNotice[] = []
  const memoryBytes = memoryOf(limits.memoryHardBytes, engine.memoryBytes, notices)
  return { memoryBytes, nanoCpus: nanoCpusOf(limits.cpuHard, engine.cpuCount, notices), notices }
}

function memoryOf(hardBytes: number | null, engineBytes: number | null, notices: RunNotice[]): number {
  if (hardBytes === null) return engineBytes === null ? fallbackMemoryBytes : Math.floor(engineBytes * memoryShare)
  if (hardBytes < leastMemoryBytes) {
    throw refusal(`mem_hard_limit is ${hardBytes} bytes; a container cannot have less than 6 MiB, here and on the server. Raise it, for example to "512m".`)
  }
  if (engineBytes === null || hardBytes <= engineBytes) return hardBytes
  const message = `mem_hard_limit allows ${memoryText(hardBytes)}, the container engine has ${memoryText(engineBytes)}: this run may use all of that and no more. Give the engine more memory to run it as the server does.`
  notices.push({ severity: 'warning', message })
  return engineBytes
}

function nanoCpusOf(cores: number | null, engineCores: number | null, notices: RunNotice[]): number | null {
  if (cores === null) return null
  if (cores < leastCpus) {
    throw refusal(`cpu_hard_limit allows ${cores} of a core; a container cannot have less than ${leastCpus}, here and on the server. Raise it, for example to 0.5.`)
  }
  if (engineCores === null || cores <= engineCores) return Math.trunc(cores * nanosPerCpu)
  const message = `cpu_hard_limit allows ${cores} cores, the container engine has ${engineCores}: this run may use ${engineCores}. A server with fewer than ${cores} cores refuses to start the pipeline.`
  notices.push({ severity: 'warning', message })
  return engineCores * nanosPerCpu
}

function refusal(problem: string): AppError {
  return new AppError('pipeline/invalid-config', problem, { problem })
}
