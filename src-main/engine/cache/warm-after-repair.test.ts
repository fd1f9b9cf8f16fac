import { expect, test } from 'vitest'
import type { CacheDamage } from '@shared/contract/cache-check'
import { discoveredPipeline } from '../testing/discovered-pipeline'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { join } from 'node:path'
import { partsOf } from './cache-jobs'
import { createWarmAfterRepair } from './warm-after-repair'

const place = { installer: 'image', cache: 'volume' }
const damage = (name: string): CacheDamage => ({ kind: 'package', folder: '', name, version: '1', files: [['x.py', 'missing']], fileCount: 1, bytes: 1 })

function world(startsAgain: string[]) {
  const root = makeTemporaryWorkspace({ 'a/main.py': '', 'b/main.py': '', 'c/main.py': '' })
  const pipelines = ['a', 'b', 'c'].map((name) => discoveredPipeline(join(root, name)))
  const warm = new Set(pipelines.map(({ realPath }) => realPath))
  const packages: Record<string, [string, string][]> = { a: [['six', '1']], b: [['idna', '1']] }
  let looks = 0
  const repair = createWarmAfterRepair({
    pipelines: () => pipelines,
    keyParts: (pipeline, held) => partsOf(pipeline, held, { env: {}, maskValues: [] }),
    warmState: { keyOf: ({ pipelineDir }) => pipelineDir, isWarm: (key) => warm.has(key), forget: (key) => void warm.delete(key), packagesOf: (dir) => packages[dir.slice(-1)] ?? null },
    async look() {
      looks += 1
      for (const name of startsAgain) warm.add(join(root, name))
    },
  })
  return { repair, looks: () => looks, warm: () => [...warm].map((path) => path.slice(-1)).sort() }
}

test('those that take what is gone, or of which that is not known, are warm no more', () => {
  const { repair, warm } = world([])
  expect(repair.forget([damage('six')], place).map(({ name }) => name)).toEqual(['a', 'c'])
  expect(warm()).toEqual(['b'])
})

test('those that start all the same are warm again, and the others are named', async () => {
  const { repair, warm, looks } = world(['c'])
  expect(await repair.recheck([damage('six')], place)).toEqual(['a'])
  expect(warm()).toEqual(['b', 'c'])
  expect(looks()).toBe(1)
})

test('nothing is looked at where none was warm, and an environment without a name may be anybody’s', async () => {
  const { repair, looks } = world([])
  expect(await repair.recheck([damage('six')], null)).toEqual([])
  expect(looks()).toBe(0)
  expect(repair.forget([{ ...damage(''), version: '' }], place)).toHaveLength(3)
})
