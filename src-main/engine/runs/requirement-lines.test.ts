import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lineAtOffset, lineOfPackage, readRequirementsText, type RequirementsText } from './requirement-lines'

const requirements: RequirementsText = { file: 'requirements.txt', text: '# ä comment\nsix\n\n  Python_Date.util >= 2\nsix-more\n' }

test('a package is found by any spelling of its name, and not by a longer one', () => {
  expect(lineOfPackage(requirements, 'six')).toBe(2)
  expect(lineOfPackage(requirements, 'python-date-util')).toBe(4)
  expect(lineOfPackage(requirements, 'SIX_MORE')).toBe(5)
  expect(lineOfPackage(requirements, 'seven')).toBeNull()
  expect(lineOfPackage(null, 'six')).toBeNull()
})

test('an offset counts bytes and means one file', () => {
  expect(lineAtOffset(requirements, 'requirements.txt', 0)).toBe(1)
  expect(lineAtOffset(requirements, 'requirements.txt', Buffer.byteLength('# ä comment\n'))).toBe(2)
  expect(lineAtOffset(requirements, 'requirements.txt', Buffer.byteLength('# ä comment\nsix\n\n'))).toBe(4)
  expect(lineAtOffset(requirements, 'more.txt', 0)).toBeNull()
  expect(lineAtOffset(null, 'requirements.txt', 0)).toBeNull()
})

test('the file is read as it is, and is nothing when it is gone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ffd-lines-'))
  writeFileSync(join(folder, 'requirements.txt.lock'), 'six==1\n')
  expect(readRequirementsText(folder, 'requirements.txt.lock')).toEqual({ file: 'requirements.txt.lock', text: 'six==1\n' })
  expect(readRequirementsText(folder, 'requirements.txt')).toBeNull()
  expect(readRequirementsText(folder, null)).toBeNull()
  rmSync(folder, { recursive: true })
})
