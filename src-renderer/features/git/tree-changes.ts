/** What git says changed, by what the pipeline tree shows. */
import type { TFunction } from 'i18next'
import { useMemo } from 'react'
import type { ChangedFile } from '@shared/contract/git'
import { useEngineMirror } from '../../state/engine-mirror'
import type { TreeRow } from '../pipelines/tree-rows'
import { type ChangeMark, markOf } from './change-rows'

export type TreeChange = { count: number } | ChangeMark

export type TreeChanges = { pipelines: ReadonlyMap<string, number>; /** By `pipeline/path`. */ files: ReadonlyMap<string, ChangeMark> }

/** `pipelinesDir` and `root` are absolute; the tree names files below a pipeline, git below the root. */
export function treeChanges(files: readonly ChangedFile[], root: string, pipelinesDir: string): TreeChanges {
  const below = pipelinesDir.slice(root.length).replaceAll('\\', '/').replace(/^\//, '')
  const prefix = below === '' ? 0 : below.length + 1
  const pipelines = new Map<string, number>()
  const marks = new Map<string, ChangeMark>()
  for (const file of files) {
    if (file.pipeline === null) continue
    pipelines.set(file.pipeline, (pipelines.get(file.pipeline) ?? 0) + 1)
    marks.set(file.path.slice(prefix), markOf(file))
  }
  return { pipelines, files: marks }
}

const none: TreeChanges = { pipelines: new Map(), files: new Map() }

export function useTreeChanges(): TreeChanges {
  const repository = useEngineMirror((mirror) => mirror.git?.repository ?? null)
  const pipelinesDir = useEngineMirror((mirror) => mirror.workspace?.workspace?.pipelinesDir ?? null)
  return useMemo(() => (repository === null || pipelinesDir === null ? none : treeChanges(repository.files, repository.root, pipelinesDir)), [repository, pipelinesDir])
}

export function badgesOf(row: TreeRow, { pipelines, files }: TreeChanges): TreeChange | null {
  if (row.kind === 'pipeline') {
    const count = pipelines.get(row.pipeline.name)
    return count === undefined ? null : { count }
  }
  return row.kind === 'file' ? (files.get(row.id) ?? null) : null
}

export function changeText(change: TreeChange, t: TFunction): string {
  return 'count' in change ? t('gitChanges.changedFiles', { count: change.count }) : t(`gitChanges.kind.${change.kind}`)
}
