import { expect, test } from 'vitest'
import { createEvents } from './events'

const growth = { runId: '0b9f9a55-0000-4000-8000-000000000001', sizeBytes: 1, rev: 1 }

test('listeners hear in order and at once, each only its own event', () => {
  const events = createEvents(() => undefined)
  const heard: string[] = []
  events.subscribe((name) => void heard.push(`all ${name}`))
  events.on('runs.logAppended', ({ sizeBytes }) => void heard.push(`size ${sizeBytes}`))
  events.on('settings.changed', () => void heard.push('settings'))
  events.publish('runs.logAppended', growth)
  expect(heard).toEqual(['all runs.logAppended', 'size 1'])
})

test('one that throws does not keep the others from hearing', () => {
  const errors: unknown[] = []
  const events = createEvents((error) => void errors.push(error))
  const broken = new Error('broken')
  let heard = 0
  events.on('runs.logAppended', () => {
    throw broken
  })
  events.on('runs.logAppended', () => (heard += 1))
  events.publish('runs.logAppended', growth)
  expect([heard, errors]).toEqual([1, [broken]])
})

test('who ends a subscription hears no more, also when it ends during an event', () => {
  const events = createEvents(() => undefined)
  let heard = 0
  const end = events.on('runs.logAppended', () => {
    heard += 1
    end()
  })
  events.publish('runs.logAppended', growth)
  events.publish('runs.logAppended', growth)
  expect(heard).toBe(1)
})
