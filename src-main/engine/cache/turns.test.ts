import { expect, test } from 'vitest'
import { createTurns } from './turns'

function gate() {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, opened }
}

test('one after the other, also after one that failed', async () => {
  const turns = createTurns()
  const [first, seen] = [gate(), [] as string[]]
  const a = turns(async () => {
    seen.push('a begins')
    await first.opened
    seen.push('a ends')
    throw new Error('a')
  })
  const b = turns(async () => void seen.push('b'))
  await Promise.resolve()
  first.open()
  await expect(a).rejects.toThrow('a')
  await b
  expect(seen).toEqual(['a begins', 'a ends', 'b'])
})

test('what is stopped while it waits ends at once, and what comes after it still waits for the first', async () => {
  const turns = createTurns()
  const [first, seen, controller] = [gate(), [] as string[], new AbortController()]
  const a = turns(async () => {
    await first.opened
    seen.push('a')
  })
  const b = turns(async () => void seen.push(controller.signal.aborted ? 'b was stopped' : 'b'), controller.signal)
  const c = turns(async () => void seen.push('c'))
  controller.abort()
  await b
  expect(seen).toEqual(['b was stopped'])
  first.open()
  await Promise.all([a, c])
  expect(seen).toEqual(['b was stopped', 'a', 'c'])
})
