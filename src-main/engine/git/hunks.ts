/**
 * What changed in one file, and moving single hunks of it between working tree and index. Hunks are taken of a fresh diff and only
 * if it is still the one that was shown; git applies them or leaves everything as it was.
 */
import { AppError } from '@shared/app-error'
import type { DiffSide, Discarded, FileDiff } from '@shared/contract/git-changes'
import { maxTextBytes, versionOf } from '../files/text-file'
import type { DiscardedFiles } from './discarded-files'
import { readVersion } from './file-versions'
import type { OpenRepository } from './open-repository'
import { isDivisible, patchOf, readPatch, type Patch } from './patch'
import { lookingOnly, type RepositoryWork } from './repository-work'
import type { RepositoryState } from './repository-state'

export type HunkAction = 'stage' | 'unstage' | 'discard'

export type Hunks = {
  diff(path: string, side: DiffSide): Promise<FileDiff>
  /** Throws file/changed-on-disk when the file is not what was shown; then nothing was done. */
  apply(request: { path: string; side: DiffSide; fingerprint: string; hunks: readonly number[]; action: HunkAction }): Promise<Discarded | null>
}

export function createHunks({ state, open, change, discarded }: { state: RepositoryState; discarded: DiscardedFiles } & Pick<RepositoryWork, 'open' | 'change'>): Hunks {
  const originOf = (path: string): string | null => state.current().repository?.files.find((file) => file.path === path && file.staged === 'renamed')?.from ?? null

  return {
    async diff(path, side) {
      const opened = await open()
      const origin = originOf(path)
      const [before, after] = await Promise.all([
        side === 'staged' ? readVersion(opened, origin ?? path, 'head') : readVersion(opened, path, 'index'),
        readVersion(opened, path, side === 'staged' ? 'index' : 'working-tree'),
      ])
      const isText = [before, after].every(({ kind, sizeBytes }) => (kind === 'text' || kind === 'not-utf8') && (sizeBytes ?? 0) <= maxTextBytes)
      const patch = isText ? await patchBytes(opened, path, side, origin) : Buffer.alloc(0)
      return { path, side, before, after, hunks: divisible(patch)?.hunks.map(({ facts }) => facts) ?? [], fingerprint: versionOf(patch) }
    },

    apply: ({ path, side, fingerprint, hunks, action }) =>
      change(async (opened) => {
        if ((action === 'unstage') !== (side === 'staged')) throw new AppError('input/invalid', `Hunks that are ${side} cannot be ${action}d.`, { field: 'action' })
        const bytes = await patchBytes(opened, path, side, originOf(path))
        const patch = divisible(bytes)
        if (patch === null || versionOf(bytes) !== fingerprint || hunks.some((at) => at >= patch.hunks.length)) throw changed(path)
        const reverse = action !== 'stage'
        const kept = action === 'discard' ? await discarded.keep(opened.root, [path], 'copy') : null
        const argv = ['-C', opened.root, 'apply', ...(action === 'discard' ? [] : ['--cached']), ...(reverse ? ['--reverse'] : []), '--whitespace=nowarn', '--no-ignore-whitespace', '-']
        try {
          await opened.client.run(argv, { input: patchOf(patch, hunks, reverse) })
        } catch (error) {
          if (kept) await discarded.forget(opened.root, kept.id)
          if (error instanceof AppError && /patch does not apply|does not match index|No such file|does not exist in index/.test(String(error.details.output ?? ''))) throw changed(path)
          throw error
        }
        return kept
      }),
  }
}

function changed(path: string): AppError {
  return new AppError('file/changed-on-disk', `${JSON.stringify(path)} was changed meanwhile, so nothing was done. Look at the new changes, then try again.`, { path })
}

function divisible(bytes: Buffer): Patch | null {
  const patch = readPatch(bytes)
  return patch !== null && isDivisible(patch) ? patch : null
}

async function patchBytes({ client, root }: OpenRepository, path: string, side: DiffSide, origin: string | null): Promise<Buffer> {
  const argv = ['-C', root, 'diff', ...(side === 'staged' ? ['--cached'] : []), '--patch', '--unified=3', '--no-ext-diff', '--no-textconv', '--no-color', '--find-renames', '--src-prefix=a/', '--dst-prefix=b/', '--ignore-submodules=all', '--no-relative', '--no-indent-heuristic', '--diff-algorithm=histogram', '--inter-hunk-context=0']
  return (await client.run([...argv, '--', path, ...(origin === null ? [] : [origin])], { env: lookingOnly })).stdout
}
