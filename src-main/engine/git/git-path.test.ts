import { expect, test } from 'vitest'
import { decodePath, encodePath, isUtf8Path, pathList, readGitPath } from './git-path'

test.each([
  ['plain/main.py', 'plain/main.py'],
  ['"caf\\303\\251/a b.py"', 'café/a b.py'],
  ['"tab\\there"', 'tab\there'],
  ['"line\\nbreak"', 'line\nbreak'],
  ['"quo\\"te\\\\"', 'quo"te\\'],
  ['"bad\\377name"', 'bad\udcffname'],
])('%s is read as git means it', (printed, path) => {
  expect(readGitPath(printed)).toBe(path)
})

test('every byte comes back as it was', () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  const path = decodePath(bytes)
  expect(encodePath(path).equals(bytes)).toBe(true)
  expect(isUtf8Path(path)).toBe(false)
  expect(encodePath(decodePath(Buffer.from('größe/😀'))).toString()).toBe('größe/😀')
  expect(isUtf8Path('größe/😀')).toBe(true)
})

test('a list for git ends each name with a zero byte', () => {
  expect(pathList(['a', 'b\udcff']).equals(Buffer.from([97, 0, 98, 255, 0]))).toBe(true)
})
