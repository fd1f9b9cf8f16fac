/**
 * What is wrong with triggers between pipelines: targets that are not there, not enabled, or lead back (FASTFLOW.md §2.5). The
 * server notices none of it before a run has ended. Pure.
 */
import { closestNames } from '@shared/closest-names'
import type { Problem } from '@shared/contract/pipelines'
import type { DownstreamTrigger } from '@shared/pipeline-config-model'
import type { DiscoveredPipeline } from './discovery'

export type TriggerPlace = { line: number; column: number }
export type TriggeringPipeline = Pick<DiscoveredPipeline, 'name' | 'enabled' | 'configUsable' | 'metadataFile'> & {
  config: { downstreamTriggers: readonly DownstreamTrigger[]; runConfigurations: readonly { id: string }[] }
}

const maxNamesInPath = 12
/** Of one pipeline; more is one mistake made many times. */
const maxFaults = 100
/** In a larger knot of pipelines the way back from each one costs too much, and says too little, to be searched for. */
const maxKnot = 100

/** Places as in the parsed file, one for each trigger. Only pipelines with problems are in the map. */
export function problemsOfTriggers(pipelines: readonly TriggeringPipeline[], placesByName: ReadonlyMap<string, readonly TriggerPlace[]>): Map<string, Problem[]> {
  const byName = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]))
  const problems = new Map<string, Problem[]>()
  const add = (from: TriggeringPipeline, index: number, message: string): void => {
    const place = placesByName.get(from.name)?.[index]
    const own = problems.get(from.name) ?? []
    own.push({ severity: 'warning', message, file: from.metadataFile, line: place?.line ?? null, column: place?.column ?? null })
    problems.set(from.name, own)
  }
  for (const pipeline of pipelines) {
    for (const [index, trigger] of pipeline.config.downstreamTriggers.entries()) {
      const message = faultOf(trigger, byName)
      if (message !== null) add(pipeline, index, message)
      if ((problems.get(pipeline.name)?.length ?? 0) >= maxFaults) break
    }
  }
  const edges = edgesOf(pipelines, byName)
  for (const knot of knotsOf(edges)) {
    for (const name of knot) {
      const pipeline = byName.get(name)
      if (!pipeline) continue
      const path = knot.size <= maxKnot ? wayBack(name, edges, knot) : null
      const next = path?.[1] ?? (edges.get(name) ?? []).find((target) => knot.has(target))
      const index = pipeline.config.downstreamTriggers.findIndex((trigger) => trigger.pipeline === next && canFire(trigger))
      const circle = path === null ? `a circle of ${knot.size} pipelines` : `a circle: ${inWords(path)}`
      add(pipeline, index, `This trigger is part of ${circle}. The server would go round without end; a local chain ends where it comes round again.`)
    }
  }
  return problems
}

function faultOf({ pipeline, runConfigId }: DownstreamTrigger, byName: ReadonlyMap<string, TriggeringPipeline>): string | null {
  const target = byName.get(pipeline)
  if (!target) return `There is no pipeline ${quoted(pipeline)}; the trigger is skipped.${didYouMean(pipeline, byName.keys())}`
  if (!target.enabled) return `The pipeline ${quoted(pipeline)} is disabled; the trigger starts nothing.`
  const ids = target.config.runConfigurations.map(({ id }) => id)
  // Of a file that cannot be read nobody knows the run configurations; that is a problem of its own.
  if (runConfigId === null || ids.includes(runConfigId) || !target.configUsable) return null
  const effect = 'the server would run it without a run configuration'
  return `The pipeline ${quoted(pipeline)} has no run configuration ${quoted(runConfigId)}; ${effect}.${didYouMean(runConfigId, ids)}`
}

function didYouMean(wanted: string, names: Iterable<string>): string {
  const [meant] = closestNames(wanted, names)
  return meant === undefined ? '' : ` Did you mean ${quoted(meant)}?`
}

function quoted(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name)
}

function inWords(path: readonly string[]): string {
  const shown = path.length <= maxNamesInPath ? path : [...path.slice(0, maxNamesInPath - 2), '…', ...path.slice(-1)]
  return shown.join(' → ')
}

function canFire({ onSuccess, onFailure, onRoute }: DownstreamTrigger): boolean {
  return onSuccess || onFailure || onRoute !== null
}

type Edges = ReadonlyMap<string, readonly string[]>

/** Who starts whom; a disabled pipeline is not started and ends the chain. */
function edgesOf(pipelines: readonly TriggeringPipeline[], byName: ReadonlyMap<string, TriggeringPipeline>): Edges {
  const targetsOf = ({ config }: TriggeringPipeline): string[] =>
    config.downstreamTriggers.filter((trigger) => canFire(trigger) && byName.get(trigger.pipeline)?.enabled === true).map(({ pipeline }) => pipeline)
  return new Map(pipelines.filter(({ enabled }) => enabled).map((pipeline) => [pipeline.name, [...new Set(targetsOf(pipeline))]]))
}

/**
 * The groups of pipelines of which each leads to each other one (Tarjan's strongly connected components), and those that lead to
 * themselves. Without recursion: a chain may be ten thousand long.
 */
function knotsOf(edges: Edges): Set<string>[] {
  const knots: Set<string>[] = []
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: string[] = []
  const isOpen = new Set<string>()
  for (const start of edges.keys()) {
    if (order.has(start)) continue
    const path: { name: string; next: number }[] = [{ name: start, next: 0 }]
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const { name } = step
      if (step.next === 0) {
        order.set(name, order.size)
        lowest.set(name, order.size - 1)
        open.push(name)
        isOpen.add(name)
      }
      const target = edges.get(name)?.[step.next++]
      if (target !== undefined) {
        if (!order.has(target)) path.push({ name: target, next: 0 })
        else if (isOpen.has(target)) lower(lowest, name, order.get(target))
        continue
      }
      path.pop()
      const parent = path.at(-1)
      if (parent) lower(lowest, parent.name, lowest.get(name))
      if (lowest.get(name) !== order.get(name)) continue
      const knot = new Set(open.splice(open.lastIndexOf(name)))
      for (const member of knot) isOpen.delete(member)
      if (knot.size > 1 || edges.get(name)?.includes(name)) knots.push(knot)
    }
  }
  return knots
}

function lower(lowest: Map<string, number>, name: string, value: number | undefined): void {
  lowest.set(name, Math.min(lowest.get(name) ?? Infinity, value ?? Infinity))
}

/** The shortest way from a pipeline to itself, both ends included. */
function wayBack(start: string, edges: Edges, knot: ReadonlySet<string>): string[] | null {
  const cameFrom = new Map<string, string>()
  const queue = [start]
  for (const name of queue) {
    for (const target of edges.get(name) ?? []) {
      if (target === start) {
        const path = [start]
        for (let at: string | undefined = name; at !== undefined && at !== start; at = cameFrom.get(at)) path.unshift(at)
        return [start, ...path]
      }
      if (!knot.has(target) || cameFrom.has(target)) continue
      cameFrom.set(target, name)
      queue.push(target)
    }
  }
  return null
}
