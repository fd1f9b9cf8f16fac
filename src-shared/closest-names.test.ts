import { expect, test } from 'vitest'
import { closestNames } from './closest-names'

test('a swapped letter is found, case does not matter, the nearest comes first', () => {
  expect(closestNames('timout', ['timeout', 'type', 'tags'])).toEqual(['timeout'])
  expect(closestNames('nigth', ['night', 'right'])).toEqual(['night'])
  expect(closestNames('HELO', ['hello', 'help'], 2)).toEqual(['hello', 'help'])
})

test('a name that resembles nothing has no closest name', () => {
  expect(closestNames('zzzzzz', ['timeout', 'type'])).toEqual([])
  expect(closestNames('', ['type'])).toEqual([])
})

test('very long names cost nothing', () => {
  const long = 'a'.repeat(1_000_000)
  const beganAtMs = performance.now()
  expect(closestNames(long, [long])).toEqual([])
  expect(performance.now() - beganAtMs).toBeLessThan(50)
})
