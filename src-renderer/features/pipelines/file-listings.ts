/** Which files the opened pipelines have; loaded when a pipeline is opened in the tree and again when its files change. */
import { create } from 'zustand'
import type { FileListing } from '@shared/contract/files'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { useLayout } from '../../state/layout'
import { reportError } from '../../state/notices'

export const useFileListings = create<{ listings: Readonly<Record<string, FileListing>> }>(() => ({ listings: {} }))

const reloadDelayMs = 80

async function loadListing(pipeline: string): Promise<void> {
  try {
    const listing = await api.call('files.list', { pipeline })
    useFileListings.setState(({ listings }) => ({ listings: { ...listings, [pipeline]: listing } }))
  } catch (error) {
    useFileListings.setState(({ listings }) => ({ listings: { ...listings, [pipeline]: { entries: [], truncated: false } } }))
    reportError(error)
  }
}

/** Pipelines that are opened in the tree and still exist. */
function openPipelines(): string[] {
  const { catalog } = useEngineMirror.getState()
  const { expandedPipelines } = useLayout.getState()
  return catalog?.pipelines.map(({ name }) => name).filter((name) => expandedPipelines.includes(name)) ?? []
}

function loadMissing(): void {
  const { listings } = useFileListings.getState()
  for (const pipeline of openPipelines()) if (listings[pipeline] === undefined) void loadListing(pipeline)
}

export function watchFileListings(): void {
  const stale = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | null = null

  function reloadStale(): void {
    timer = null
    const open = openPipelines()
    for (const pipeline of stale) {
      if (open.includes(pipeline)) void loadListing(pipeline)
      else useFileListings.setState(({ listings: { [pipeline]: _stale, ...listings } }) => ({ listings }))
    }
    stale.clear()
  }

  function markStale(pipeline: string): void {
    stale.add(pipeline)
    timer ??= setTimeout(reloadStale, reloadDelayMs)
  }

  useLayout.subscribe((now, before) => {
    if (now.expandedPipelines !== before.expandedPipelines) loadMissing()
  })
  // Files that nobody has opened are not announced: a run may have made some, and so may whatever the user was in before.
  window.addEventListener('focus', () => openPipelines().forEach(markStale))
  useEngineMirror.subscribe((now, before) => {
    if (now.workspace?.workspace?.root !== before.workspace?.workspace?.root) useFileListings.setState({ listings: {} })
    if (now.catalog !== before.catalog) {
      loadMissing()
      for (const pipeline of openPipelines()) markStale(pipeline)
    }
    if (now.runs !== before.runs) {
      for (const run of Object.values(now.runs)) if (run.phase === 'finished' && before.runs[run.id]?.phase !== 'finished') markStale(run.pipeline)
    }
    if (now.fileVersions === before.fileVersions) return
    for (const [key, version] of Object.entries(now.fileVersions)) if (before.fileVersions[key] !== version) markStale(version.pipeline)
  })
}
