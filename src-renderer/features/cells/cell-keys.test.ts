import { expect, test } from 'vitest'
import { cellAfterKey } from './cell-keys'

test('the arrows go from cell to cell and stay within the list', () => {
  expect([-1, 0, 1, 2].map((at) => cellAfterKey('ArrowDown', at, 3))).toEqual([0, 1, 2, 2])
  expect([-1, 0, 1, 2].map((at) => cellAfterKey('ArrowUp', at, 3))).toEqual([0, 0, 0, 1])
})

test('Home and End go to the first and last, other keys nowhere', () => {
  expect([cellAfterKey('Home', 2, 3), cellAfterKey('End', 0, 3), cellAfterKey('PageDown', 0, 3)]).toEqual([0, 2, null])
})
