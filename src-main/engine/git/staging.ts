/** Whole files into the index and out of it. */
import type { ChangedFile } from '@shared/contract/git'
import { pathList } from './git-path'
import type { OpenRepository } from './open-repository'
import type { RepositoryState } from './repository-state'
import { fromStandardInput, type RepositoryWork } from './repository-work'

export type Staging = {
  /** null: all. Throws git/not-found when one is neither there nor known to git. */
  stage(paths: readonly string[] | null): Promise<void>
  unstage(paths: readonly string[] | null): Promise<void>
}

export function createStaging({ state, change }: { state: RepositoryState } & Pick<RepositoryWork, 'change'>): Staging {
  return {
    stage: (paths) => change((opened) => stage(opened, paths === null ? null : withOrigins(paths, state, 'unstaged'))),
    unstage: (paths) => change(async (opened) => unstage(opened, paths === null ? await allStaged(state) : withOrigins(paths, state, 'staged'))),
  }
}

export async function stage({ client, root }: OpenRepository, paths: readonly string[] | null): Promise<void> {
  if (paths === null) await client.run(['-C', root, 'add', '--all'])
  else await client.run(['-C', root, 'add', '--all', ...fromStandardInput], { input: pathList(paths) })
}

export async function unstage({ client, root }: OpenRepository, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return
  const hasCommit = (await client.run(['rev-parse', '--verify', '--quiet', 'HEAD'], { ok: [0, 1] })).exitCode === 0
  const command = hasCommit ? ['reset', '--quiet'] : ['rm', '--cached', '-r', '--force', '--quiet', '--ignore-unmatch']
  await client.run(['-C', root, ...command, ...fromStandardInput], { input: pathList(paths) })
}

/** Files in conflict stay as they are: both sides of them are in the index alone. */
async function allStaged(state: RepositoryState): Promise<string[]> {
  const files = (await state.refresh()).repository?.files ?? []
  const isWhole = files.every(({ conflict }) => conflict === null)
  if (isWhole) return files.some(({ staged }) => staged !== null) ? ['.'] : []
  return files.filter(({ staged }) => staged !== null).flatMap(bothNames)
}

function bothNames({ path, from }: ChangedFile): string[] {
  return from === null ? [path] : [path, from]
}

/** A file that was renamed is two for git: where it was, and where it is. */
function withOrigins(paths: readonly string[], state: RepositoryState, side: 'staged' | 'unstaged'): string[] {
  const origins = new Map((state.current().repository?.files ?? []).filter((file) => file[side] === 'renamed').map((file) => [file.path, file]))
  return origins.size === 0 ? [...paths] : paths.flatMap((path) => bothNames(origins.get(path) ?? ({ path, from: null } as ChangedFile)))
}
