import { expect, test } from 'vitest'
import type { RunCell } from '@shared/contract/runs'
import { cellToFollow } from './cell-follow'

const cells = (...statuses: RunCell['status'][]): RunCell[] => statuses.map((status, index) => ({ index, status, attempts: status === 'pending' || status === 'skipped' ? 0 : 1, durationMs: null }))

test('the cell begun last is followed, also between two cells and at the end', () => {
  expect(cellToFollow(cells('pending', 'pending'), false)).toBeNull()
  expect(cellToFollow(cells('succeeded', 'running', 'pending'), false)).toBe(1)
  expect(cellToFollow(cells('succeeded', 'pending'), false)).toBe(0)
  expect(cellToFollow(cells('succeeded', 'succeeded'), false)).toBe(1)
})

test('a run that was over is read from the top, unless a cell failed', () => {
  expect(cellToFollow(cells('succeeded', 'succeeded'), true)).toBeNull()
  expect(cellToFollow(cells('succeeded', 'failed', 'skipped'), true)).toBe(1)
  expect(cellToFollow(cells('succeeded', 'failed', 'skipped'), false)).toBe(1)
})
