/** The pipeline tree as a flat list of rows: what is visible for a filter and a set of opened folders. Pure. */
import type { FileEntry, FileListing } from '@shared/contract/files'
import type { Pipeline } from '@shared/contract/pipelines'

type Place = { id: string; level: number; positionInSet: number; setSize: number }
export type PipelineRow = Place & { kind: 'pipeline'; pipeline: Pipeline; isExpanded: boolean }
export type FileRow = Place & { kind: 'file' | 'folder'; pipeline: string; entry: FileEntry; name: string; isExpanded: boolean }
export type NoteRow = Place & { kind: 'note'; pipeline: string; note: 'loading' | 'empty' | 'truncated' }
export type TreeRow = PipelineRow | FileRow | NoteRow

export const folderKey = (pipeline: string, path: string): string => `${pipeline}/${path}`

/** All words have to be in the name, the description or the tags. */
export function matchesFilter(pipeline: Pick<Pipeline, 'name' | 'description' | 'tags'>, filter: string): boolean {
  const text = [pipeline.name, pipeline.description ?? '', ...pipeline.tags].join(' ').toLowerCase()
  return filter.toLowerCase().split(/\s+/).every((word) => text.includes(word))
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

function fileRows(pipeline: string, listing: FileListing, expanded: ReadonlySet<string>): TreeRow[] {
  const siblings = new Map<string, FileEntry[]>()
  for (const entry of listing.entries) {
    const parent = parentOf(entry.path)
    const known = siblings.get(parent)
    if (known === undefined) siblings.set(parent, [entry])
    else known.push(entry)
  }
  const below = (parent: string, level: number): TreeRow[] =>
    (siblings.get(parent) ?? []).flatMap((entry, index, all): TreeRow[] => {
      const isFolder = entry.kind === 'folder'
      const isExpanded = isFolder && expanded.has(folderKey(pipeline, entry.path))
      const row: FileRow = {
        kind: isFolder ? 'folder' : 'file', id: folderKey(pipeline, entry.path), pipeline, entry, name: entry.path.slice(parent === '' ? 0 : parent.length + 1),
        isExpanded, level, positionInSet: index + 1, setSize: all.length,
      }
      return isExpanded ? [row, ...below(entry.path, level + 1)] : [row]
    })
  return below('', 2)
}

function note(pipeline: string, kind: NoteRow['note']): NoteRow {
  return { kind: 'note', id: `${pipeline}/?${kind}`, pipeline, note: kind, level: 2, positionInSet: 1, setSize: 1 }
}

function contentRows(pipeline: string, listing: FileListing | undefined, expanded: ReadonlySet<string>): TreeRow[] {
  if (listing === undefined) return [note(pipeline, 'loading')]
  if (listing.entries.length === 0) return [note(pipeline, 'empty')]
  const rows = fileRows(pipeline, listing, expanded)
  return listing.truncated ? [...rows, note(pipeline, 'truncated')] : rows
}

export function treeRows(
  pipelines: readonly Pipeline[],
  filter: string,
  expanded: ReadonlySet<string>,
  listings: Readonly<Record<string, FileListing>>,
): TreeRow[] {
  const shown = pipelines.filter((pipeline) => matchesFilter(pipeline, filter))
  return shown.flatMap((pipeline, index): TreeRow[] => {
    const isExpanded = expanded.has(pipeline.name)
    const row: PipelineRow = { kind: 'pipeline', id: pipeline.name, pipeline, isExpanded, level: 1, positionInSet: index + 1, setSize: shown.length }
    return isExpanded ? [row, ...contentRows(pipeline.name, listings[pipeline.name], expanded)] : [row]
  })
}
