import { expect, test } from 'vitest'
import { memoryText } from './memory-text'

const GiB = 1024 ** 3
test.each<[number, string]>([
  [0, '0 bytes'],
  [1000, '1000 bytes'],
  [1024, '1 KiB'],
  [64 * 1024 ** 2, '64 MiB'],
  [61.55 * 1024 ** 2, '61.5 MiB'],
  [600.4 * 1024 ** 2, '600 MiB'],
  [1023.9 * 1024 ** 2, '1 GiB'],
  [1.5 * GiB, '1.5 GiB'],
  [23.54 * GiB, '23.5 GiB'],
  [5000 * 1024 * GiB, '5000 TiB'],
])('%d is %s', (bytes, text) => expect(memoryText(bytes)).toBe(text))
