import { expect, test } from 'vitest'
import type { CacheUpkeep } from '@shared/contract/cache'
import { createCacheUpkeep } from './cache-upkeep'

const gigabyte = 1_000_000_000
const never = (): Promise<never> => Promise.reject(new Error('not asked for here'))

function upkeep(capGigabytes: number) {
  const told: CacheUpkeep[] = []
  const warmState = { keyOf: () => '', packagesOf: () => null, isWarm: () => false, forgetOthers: () => () => undefined, noteContent: () => undefined }
  const service = createCacheUpkeep({
    pipelines: () => [],
    environmentOf: () => ({ env: {}, maskValues: [] }), warmState, worker: never, place: never, usedBy: never, parallel: () => 1, runDir: '/nowhere', onImported: never, capGigabytes: () => capGigabytes,
    publish: (name, payload) => void (name === 'cache.upkeepChanged' && told.push(payload as CacheUpkeep)),
  })
  return { service, told }
}

test('a cache that has outgrown its cap is told about, once for each size', () => {
  const { service, told } = upkeep(10)
  service.noteSize(10 * gigabyte)
  expect(service.state()).toMatchObject({ bytes: 10 * gigabyte, isOverCap: false })
  service.noteSize(12 * gigabyte)
  service.noteSize(12 * gigabyte)
  expect(told.map(({ isOverCap }) => isOverCap)).toEqual([false, true])
})

test('"not now" is quiet until it has grown by another gigabyte', () => {
  const { service } = upkeep(10)
  service.noteSize(12 * gigabyte)
  expect(service.dismissCap().isOverCap).toBe(false)
  service.noteSize(13 * gigabyte)
  expect(service.state().isOverCap).toBe(false)
  service.noteSize(13 * gigabyte + 1)
  expect(service.state().isOverCap).toBe(true)
})

test('without a cap nothing is asked; another workspace begins anew', () => {
  const { service } = upkeep(0)
  service.noteSize(1000 * gigabyte)
  expect(service.state().isOverCap).toBe(false)
  const capped = upkeep(1).service
  capped.noteSize(2 * gigabyte)
  capped.dismissCap()
  capped.reset()
  expect(capped.state()).toMatchObject({ bytes: null, isOverCap: false })
  capped.noteSize(2 * gigabyte)
  expect(capped.state().isOverCap).toBe(true)
})
