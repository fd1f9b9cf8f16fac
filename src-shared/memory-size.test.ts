import { expect, test } from 'vitest'
import { parseMemoryBytes, parseServerMemory, serverMemoryText } from './memory-size'

const mega = 1024 ** 2

test.each<[string, number | null, number | null]>([
  ['512m', 512 * mega, 512 * mega],
  [' 1G ', 1024 * mega, 1024 * mega],
  ['64k', 65536, 65536],
  ['1024', 1024, 1024],
  ['1 g', 1024 * mega, 1024 * mega],
  ['1_0m', 10 * mega, null],
  ['+5m', 5 * mega, null],
  ['-5m', -5 * mega, null],
  ['0', 0, null],
  ['1.5g', null, 1536 * mega],
  ['1,5 GB', null, 1536 * mega],
  ['512mb', null, 512 * mega],
  ['512MiB', null, 512 * mega],
  ['1t', null, 1024 ** 4],
  ['512b', null, 512],
  ['', null, null],
  ['g', null, null],
  ['1gg', null, null],
  ['0x10', null, null],
  ['1e3m', null, null],
  ['9'.repeat(400), null, null],
])('%s is read by the server and by people', (text, server, people) => {
  expect(parseServerMemory(text)).toBe(server)
  expect(parseMemoryBytes(text)).toBe(people)
})

test('bytes are written in the largest unit that holds them whole, and read back as the same', () => {
  expect([1024 ** 3, 1536 * mega, 1536, 1537].map(serverMemoryText)).toEqual(['1g', '1536m', '1536', '1537'])
  for (const bytes of [1, 1023, 1024, mega, 3 * mega + 1024, 5 * 1024 ** 4]) expect(parseServerMemory(serverMemoryText(bytes))).toBe(bytes)
})
