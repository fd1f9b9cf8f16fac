/** The largest files of the commits that are not pushed: what a server refuses is among them. */
import type { LargeFile } from '@shared/contract/remote'
import { findUpstream } from './divergence'
import type { OpenRepository } from './open-repository'

const mostListed = 10
const leastBytes = 500_000

export async function findLargeFiles(opened: OpenRepository): Promise<LargeFile[]> {
  const { client } = opened
  const tip = (await findUpstream(opened).catch(() => null))?.tip ?? null
  const range = ['HEAD', ...(tip === null ? ['--not', '--remotes'] : [`^${tip}`])]
  const objects = await client.read(['rev-list', '--objects', ...range])
  const sizes = await client.read(['cat-file', '--batch-check=%(objecttype) %(objectname) %(objectsize) %(rest)'], { input: objects })
  const blobs = sizes.split('\n').flatMap((line) => {
    const [, object = '', bytes = '0', path = ''] = /^blob (\S+) (\d+) (.*)$/.exec(line) ?? []
    return object === '' || Number(bytes) < leastBytes ? [] : [{ object, bytes: Number(bytes), path }]
  })
  const largest = blobs.sort((a, b) => b.bytes - a.bytes).slice(0, mostListed)
  return Promise.all(
    largest.map(async ({ object, bytes, path }) => {
      const found = await client.read(['log', '--diff-filter=AM', '--no-ext-diff', `--find-object=${object}`, '--format=%H%x00%s', ...range])
      // The oldest is the one that brought it.
      const [commit = '', subject = ''] = (found.trim().split('\n').at(-1) ?? '').split('\0')
      return { path, bytes, commit, subject }
    }),
  ).then((files) => files.filter(({ commit }) => commit !== ''))
}
