/** From a pipeline to what programs in the cache are asked about it. */
import type { DiscoveredPipeline } from '../pipelines/discovery'
import { chooseRequirements, isLocalLine, needsFolder, requirementTexts, type RequirementsFile } from '../uv/requirements'
import type { CacheJob } from './cache-work'
import type { CacheWorker } from './cache-worker'
import type { SetupEnvironment } from './setup-environment'
import type { CachePlace, SetupParts } from './warm-state'

/** What the key of a set-up is made of. */
export function partsOf({ realPath, pythonVersion }: DiscoveredPipeline, place: CachePlace, { env }: SetupEnvironment): SetupParts {
  return { ...place, pythonVersion, pipelineDir: realPath, env }
}

function textsOf(pipelineDir: string, file: RequirementsFile): { path: string; text: string }[] {
  try {
    return requirementTexts(pipelineDir, file)
  } catch {
    // What is missing is named by uv, when it is asked with the folder before it.
    return [{ path: '..', text: '' }]
  }
}

/** `pipelineDir`: of one that needs its folder before it. */
export type AskedJob = { job: CacheJob; pipelineDir: string | undefined }

export function jobOf(id: string, pipeline: Pick<DiscoveredPipeline, 'realPath' | 'pythonVersion'>, { env }: Pick<SetupEnvironment, 'env'>, worker: Pick<CacheWorker, 'fileIn'>): AskedJob {
  const file = chooseRequirements(pipeline.realPath)
  const common = { id, python: pipeline.pythonVersion, env }
  if (file === null) return { job: { ...common, file: null, files: null }, pipelineDir: undefined }
  const texts = textsOf(pipeline.realPath, file)
  if (needsFolder(texts)) return { job: { ...common, file: worker.fileIn(pipeline.realPath, file), files: null }, pipelineDir: pipeline.realPath }
  return { job: { ...common, file, files: Object.fromEntries(texts.map(({ path, text }) => [path, text])) }, pipelineDir: undefined }
}

/** The same without what the pipeline's folder brings itself, which is nothing to fetch, and its lines. null: nothing that can be asked about. */
export function estimateJobOf(id: string, pipeline: DiscoveredPipeline, { env }: SetupEnvironment): { job: CacheJob; local: string[] } | null {
  const file = chooseRequirements(pipeline.realPath)
  const texts = file === null ? [] : textsOf(pipeline.realPath, file)
  if (file === null || texts.some(({ path }) => path.startsWith('..'))) return null
  const local: string[] = []
  const kept = texts.map(({ path, text }) => {
    const lines = text.split('\n').map((line) => {
      if (!isLocalLine(line)) return line
      local.push(line.trim())
      return ''
    })
    return [path, lines.join('\n')]
  })
  return { job: { id, python: pipeline.pythonVersion, env, file, files: Object.fromEntries(kept) as Record<string, string> }, local }
}
