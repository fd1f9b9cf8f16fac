import { expect, test } from 'vitest'
import { fakeFacts } from '../testing/fake-facts'
import { createPublishedNotes } from './published-notes'

test('what is published so is noted once, and for good', () => {
  const facts = fakeFacts()
  const damage = { kind: 'package' as const, folder: '/a', name: 'odd', version: '1.0', files: [['a.py', 'changed'], ['b.py', 'missing']] as [string, 'changed' | 'missing'][], fileCount: 2, bytes: 1 }
  createPublishedNotes(facts).note([damage, { ...damage, kind: 'environment' }])
  createPublishedNotes(facts).note([damage])
  expect(createPublishedNotes(facts).all()).toEqual([['odd', '1.0', 'a.py', 'changed'], ['odd', '1.0', 'b.py', 'missing']])
})
