/** A pipeline as discovery finds it, with nothing special about it but what the test's config says. */
import { basename } from 'node:path'
import { defaultPipelineConfig, type PipelineConfig } from '@shared/pipeline-config-model'
import { summaryOfConfig } from '../pipelines/config-summary'
import type { DiscoveredPipeline } from '../pipelines/discovery'

export function discoveredPipeline(folder: string, change: Partial<PipelineConfig> = {}): DiscoveredPipeline {
  const config = { ...defaultPipelineConfig('3.11'), ...change }
  return {
    name: basename(folder),
    path: folder,
    realPath: folder,
    ...summaryOfConfig(config),
    entryPoint: config.type === 'notebook' ? 'main.ipynb' : 'main.py',
    hasRequirements: false,
    hasLock: false,
    metadataFile: null,
    problems: [],
    config,
    configUsable: true,
    outsideWorkspace: false,
  }
}
