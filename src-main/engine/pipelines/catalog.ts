/** The pipelines that are known now. Looks at the disk when told to, publishes when something really changed. */
import { AppError } from '@shared/app-error'
import { closestNames } from '@shared/closest-names'
import type { Pipeline, PipelineCache, PipelineCatalog, SkippedFolder } from '@shared/contract/pipelines'
import type { DiscoveredPipeline, Discovery } from './discovery'

export type CatalogDeps = {
  discover: (pipelinesDir: string) => Promise<Discovery>
  cacheState: (pipeline: DiscoveredPipeline) => PipelineCache
  publish: (catalog: PipelineCatalog) => void
}

export type Catalog = {
  current(): PipelineCatalog
  /** By the exact name. Errors: pipeline/not-found. */
  find(name: string): DiscoveredPipeline
  /** Resolves when the catalog shows what was on disk at the time of the call or later. While the folder cannot be read the last content stays. Never rejects. */
  refresh(): Promise<void>
  /** Cache states only; nothing is read from disk. */
  recompute(): void
  /** Where to look from now on; null: nowhere. Resolves as refresh does. */
  setDir(dir: string | null): Promise<void>
}

const noPipelines: Discovery = { pipelines: [], skipped: [] }

export function createCatalog(deps: CatalogDeps): Catalog {
  let dir: string | null = null
  let found: Discovery = noPipelines
  let byName = new Map<string, DiscoveredPipeline>()
  let catalog: PipelineCatalog = { pipelines: [], skipped: [], rev: 0 }
  let shown = fingerprint([], [])
  let running: Promise<void> | null = null
  let waiting: Promise<void> | null = null

  function take(discovery: Discovery): void {
    found = discovery
    byName = new Map(discovery.pipelines.map((pipeline) => [pipeline.name, pipeline]))
    recompute()
  }

  function recompute(): void {
    const pipelines = found.pipelines.map((pipeline) => toContract(pipeline, deps.cacheState(pipeline)))
    const now = fingerprint(pipelines, found.skipped)
    if (now === shown) return
    shown = now
    catalog = { pipelines, skipped: found.skipped, rev: catalog.rev + 1 }
    deps.publish(catalog)
  }

  async function look(): Promise<void> {
    const looked = dir
    if (looked === null) return take(noPipelines)
    const discovery = await deps.discover(looked).catch(() => null)
    // The workspace may have been changed meanwhile; then this answer is about another one.
    if (discovery !== null && dir === looked) take(discovery)
  }

  /** Never two looks at once, and one more for all who asked during one. */
  function refresh(): Promise<void> {
    if (running === null) {
      running = look().finally(() => {
        running = null
      })
      return running
    }
    waiting ??= running.then(() => {
      waiting = null
      return refresh()
    })
    return waiting
  }

  return {
    current: () => catalog,
    find(name) {
      const pipeline = byName.get(name)
      if (pipeline) return pipeline
      throw notFound(name, [...byName.keys()])
    },
    refresh,
    recompute,
    setDir(next) {
      if (next !== dir) {
        dir = next
        take(noPipelines)
      }
      return refresh()
    },
  }
}

function toContract(pipeline: DiscoveredPipeline, cache: PipelineCache): Pipeline {
  const { config: _config, configUsable: _configUsable, realPath: _realPath, outsideWorkspace: _outsideWorkspace, ...shown } = pipeline
  return { ...shown, cache }
}

function fingerprint(pipelines: Pipeline[], skipped: SkippedFolder[]): string {
  return JSON.stringify([pipelines, skipped])
}

function notFound(name: string, names: string[]): AppError {
  const near = closestNames(name, names, 3)
  const hint =
    near.length > 0
      ? `Did you mean ${near.map((other) => JSON.stringify(other)).join(' or ')}?`
      : names.length === 0
        ? 'No pipeline was found in the open workspace.'
        : `Known pipelines: ${names.slice(0, 10).map((other) => JSON.stringify(other)).join(', ')}${names.length > 10 ? ', …' : ''}.`
  return new AppError('pipeline/not-found', `There is no pipeline ${JSON.stringify(name)}. ${hint}`, { pipeline: name })
}
