import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createProgress, seconds } from './progress.mjs'

function recorder() {
  const parts: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      parts.push(chunk.toString())
      done()
    },
  })
  return { stream, text: () => parts.join('') }
}

test('a quick step says nothing and hands on its result', async () => {
  const { stream, text } = recorder()
  expect(await createProgress({ stream }).step('Looking', async () => 7)).toBe(7)
  expect(text()).toBe('')
})

test('a step over a second is shown while it runs and when it is done', async () => {
  const { stream, text } = recorder()
  await createProgress({ stream }).step('Building', async (report) => {
    report('main')
    await sleep(1400)
  })
  expect(text()).toBe('Building (main) … 1 s\nBuilding: done in 1 s\n')
})

test('a step that fails says so, and the failure goes on', async () => {
  const { stream, text } = recorder()
  const failing = createProgress({ stream }).step('Building', async () => {
    throw new Error('no disk')
  })
  await expect(failing).rejects.toThrow('no disk')
  expect(text()).toBe('Building: failed after 0 s\n')
})

test('times are readable', () => {
  expect(seconds(1499)).toBe('1 s')
  expect(seconds(59_600)).toBe('1 min 0 s')
  expect(seconds(125_000)).toBe('2 min 5 s')
})
