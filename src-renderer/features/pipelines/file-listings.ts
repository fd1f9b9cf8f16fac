/** Which files the opened pipelines have; loaded when a pipeline is opened in the tree and again when its files change. */
import { create } from 'zustand'
import type { FileListing } from '@shared/contract/files'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { useLayout } from '../../state/layout'
import { reportError } from '../../state/notices'

export const useFileListings = create<{ listings: Readonly<Record<string, FileListing>> }>(() => ({ listings: {} }))

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

/** The engine announces nothing more of a pipeline that was gone: when it is back it is asked anew. */
function forgetGone(): void {
  const names = new Set(useEngineMirror.getState().catalog?.pipelines.map(({ name }) => name))
  const { listings } = useFileListings.getState()
  const there = Object.entries(listings).filter(([pipeline]) => names.has(pipeline))
  if (there.length < Object.keys(listings).length) useFileListings.setState({ listings: Object.fromEntries(there) })
}

function loadMissing(): void {
  const { listings } = useFileListings.getState()
  for (const pipeline of openPipelines()) if (listings[pipeline] === undefined) void loadListing(pipeline)
}

export function watchFileListings(): void {
  useLayout.subscribe((now, before) => {
    if (now.expandedPipelines !== before.expandedPipelines) loadMissing()
  })
  useEngineMirror.subscribe((now, before) => {
    if (now.workspace?.workspace?.root !== before.workspace?.workspace?.root) useFileListings.setState({ listings: {} })
    if (now.catalog !== before.catalog) {
      forgetGone()
      loadMissing()
    }
    if (now.listings === before.listings) return
    for (const [pipeline, announced] of Object.entries(now.listings)) {
      if (before.listings[pipeline] !== announced) useFileListings.setState(({ listings }) => ({ listings: { ...listings, [pipeline]: announced.listing } }))
    }
  })
}
