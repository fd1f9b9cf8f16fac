import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../store/database'
import { createFacts } from '../store/facts'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createKnownPythons, pythonFor } from './known-pythons'

const installed = (version: string, isPlain = true) => ({ version, folder: `cpython-${version}`, isPlain, bytes: 1 })

test('uv takes an installed one before the system’s, and of several the newest that is meant', () => {
  const system = [{ version: '3.11.2', path: '/usr/bin/python3' }]
  expect(pythonFor({ installed: [], system }, '3.11')).toMatchObject({ path: '/usr/bin/python3' })
  expect(pythonFor({ installed: [installed('3.11.1'), installed('3.11.10'), installed('3.11.9')], system }, '3.11')).toMatchObject({ version: '3.11.10' })
  expect(pythonFor({ installed: [installed('3.11.10')], system }, '3.11.2')).toMatchObject({ path: '/usr/bin/python3' })
  expect(pythonFor({ installed: [installed('3.13.1', false), installed('3.1.4')], system }, '3.13')).toBeNull()
  expect(pythonFor({ installed: [installed('3.11.10')], system }, '3.1')).toBeNull()
})

test('survives a start, and every cache has its own', () => {
  const folder = makeTemporaryWorkspace({})
  const facts = createFacts(openDatabase(join(folder, 'h.db')).database)
  const first = createKnownPythons(facts, () => 7)
  expect([first.of('a'), first.isMissing('a', '3.11')]).toEqual([null, false])
  first.note('a', { installed: [installed('3.11.9')], system: [] })
  first.noteRemoved('a', '3.12.4')
  first.noteRemoved('a', '3.12.5')
  first.noteWorked('a', '3.10')
  const second = createKnownPythons(facts, () => 8)
  expect(second.of('a')).toMatchObject({ lookedAtMs: 7, installed: [{ version: '3.11.9' }] })
  expect([second.isMissing('a', '3.11'), second.isMissing('a', '3.10'), second.isMissing('a', '3.12'), second.isMissing('b', '3.12')]).toEqual([false, false, true, false])
  expect([second.removals('a', '3.12'), second.removals('a', '3.12.4'), second.removals('a', '3.11'), second.removals('b', '3.12')]).toEqual([2, 1, 0, 0])
  // What a look says counts more than what worked before it.
  second.note('a', { installed: [], system: [] })
  expect(second.isMissing('a', '3.10')).toBe(true)
})
