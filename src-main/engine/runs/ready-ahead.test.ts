import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createReadyAhead, type ReadyAheadDeps } from './ready-ahead'
import type { RunOrders } from './run-order'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function world(change: Partial<ReadyAheadDeps> = {}) {
  const steps: string[] = []
  const state = { isBusy: false, isOn: true, isWarm: true, isBroken: false }
  const orders = {
    order: (asked: { pipeline: string }) => asked,
    plan(asked: { pipeline: string }) {
      if (state.isBroken) throw new Error('its pipeline.json is wrong')
      return { spec: asked.pipeline }
    },
  } as unknown as RunOrders
  const ready = createReadyAhead({
    settings: () => ({ standbyContainer: state.isOn }),
    orders,
    canKeepReady: () => state.isWarm,
    isBusy: () => state.isBusy,
    async keepReady(spec) {
      steps.push(`keep ${spec as unknown as string}`)
    },
    async keepNothing() {
      steps.push('nothing')
    },
    ...change,
  })
  return { ready, steps, state, settle: () => vi.advanceTimersByTimeAsync(1000) }
}

test('of pipelines that are walked through only the last gets a container', async () => {
  const { ready, steps, settle } = world()
  for (const name of ['a', 'b', 'c']) ready.want(name)
  await settle()
  expect(steps).toEqual(['keep c'])
})

test('nothing is prepared while something runs; when that has ended it is', async () => {
  const { ready, steps, state, settle } = world()
  state.isBusy = true
  ready.want('a')
  await settle()
  expect(steps).toEqual([])
  state.isBusy = false
  ready.recheck()
  await settle()
  expect(steps).toEqual(['keep a'])
})

test.each(['isOn', 'isWarm'] as const)('without %s nothing is kept', async (what) => {
  const { ready, steps, state, settle } = world()
  ready.want('a')
  await settle()
  state[what] = false
  ready.recheck()
  await settle()
  expect(steps).toEqual(['keep a', 'nothing'])
})

test('a pipeline that cannot be run as it is now, or an engine that refuses, keeps nothing', async () => {
  const { ready, steps, state, settle } = world()
  state.isBroken = true
  ready.want('a')
  await settle()
  expect(steps).toEqual(['nothing'])
})

test('at the end nothing is kept, and nothing is made any more', async () => {
  const { ready, steps, settle } = world()
  ready.want('a')
  await settle()
  await ready.dispose()
  ready.want('b')
  await settle()
  expect(steps).toEqual(['keep a', 'nothing'])
})
