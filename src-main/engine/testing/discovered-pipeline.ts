/** A pipeline as discovery finds it, with nothing special about it; tests change what they are about. */
import { basename } from 'node:path'
import type { DiscoveredPipeline } from '../pipelines/discovery'

export function discoveredPipeline(folder: string): DiscoveredPipeline {
  return {
    name: basename(folder),
    path: folder,
    realPath: folder,
    type: 'script',
    entryPoint: 'main.py',
    enabled: true,
    description: null,
    tags: [],
    hasRequirements: false,
    hasLock: false,
    pythonVersion: '3.11',
    metadataFile: null,
    problems: [],
    defaultEnv: {},
    configUsable: true,
    outsideWorkspace: false,
  }
}
