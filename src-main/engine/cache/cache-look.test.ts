import { expect, test } from 'vitest'
import type { CacheDamage } from '@shared/contract/cache-check'
import { damageWords, lookAtCache, type LookWork } from './cache-look'
import type { CacheWorker, WorkerCall } from './cache-worker'

const damaged = (name: string, change: Partial<CacheDamage> = {}): CacheDamage => ({ kind: 'package', folder: `/cache/uv/archive-v0/${name}`, name, version: '1.0', files: [[`${name}.py`, 'missing']], fileCount: 1, bytes: 10, ...change })

test('damage is told with package, file and why, each package once and not more than a few', () => {
  expect(damageWords([damaged('six'), damaged('six', { kind: 'environment' })])).toBe('six.py of six 1.0 is missing')
  expect(damageWords([damaged('six', { files: [['six.py', 'changed']], fileCount: 3 })])).toBe('six.py of six 1.0 has been changed since it was fetched (and 2 more of its files)')
  expect(damageWords([damaged('', { name: '', version: '', files: [['site-packages', 'missing']] })])).toBe('site-packages is missing')
  expect(damageWords(['a', 'b', 'c', 'd', 'e'].map((name) => damaged(name)))).toBe('a.py of a 1.0 is missing; b.py of b 1.0 is missing; c.py of c 1.0 is missing; and 2 more packages')
})

test('what the program tells becomes one result; what is none of it is passed over', async () => {
  const told = [{ done: 1, total: 2 }, { damage: damaged('six') }, { foreign: { count: 2, example: '/cache/uv' } }, { left: { count: 1, bytes: 5 } }, { looked: { packages: 9, environments: 3 } }, { repaired: { bytes: 7, isBusy: false, folders: 2 } }, { other: true }]
  let asked: WorkerCall | null = null
  const worker: CacheWorker = {
    fileIn: (_dir, file) => file,
    importFileAt: (file) => file,
    where: () => [],
    kind: 'host',
    user: null,
    handOver: () => Promise.resolve(),
    async perform(call) {
      asked = call
      await call.onStdout(Buffer.from(told.map((line) => `${JSON.stringify(line)}\n`).join('')))
      return 'it ended early'
    },
  }
  const work: LookWork = { isFull: true, repairs: true, jobs: null, remove: null, published: [] }
  const progress: number[][] = []
  const look = await lookAtCache(worker, work, { stop: new AbortController().signal, onProgress: (done, total) => progress.push([done, total]) })
  expect(look).toEqual({ damage: [damaged('six')], foreign: { count: 2, example: '/cache/uv' }, left: { count: 1, bytes: 5 }, packages: 9, environments: 3, repaired: { bytes: 7, isBusy: false }, problem: 'it ended early' })
  expect(progress).toEqual([[1, 2]])
  expect(asked).toMatchObject({ program: 'cache_check.py', work, isOffline: true, leavesCacheAlone: true })
})
