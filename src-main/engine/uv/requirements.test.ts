import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { chooseRequirements, requirementsFingerprint } from './requirements'

describe('which file', () => {
  test.each<[string, Record<string, string>, string | null]>([
    ['none', { 'main.py': '' }, null],
    ['requirements.txt', { 'requirements.txt': '' }, 'requirements.txt'],
    ['the lock beside it', { 'requirements.txt': '', 'requirements.txt.lock': '' }, 'requirements.txt.lock'],
    ['a lock alone is ignored', { 'requirements.txt.lock': '' }, null],
    ['a folder is no file', { 'requirements.txt/x': '' }, null],
  ])('%s', (_name, files, expected) => expect(chooseRequirements(makeTemporaryWorkspace(files))).toBe(expected))

  test('a lock that is a folder is passed over', () => {
    const folder = makeTemporaryWorkspace({ 'requirements.txt': 'six' })
    mkdirSync(join(folder, 'requirements.txt.lock'))
    expect(chooseRequirements(folder)).toBe('requirements.txt')
  })
})

test('the fingerprint changes with the content and with the file, not with time', () => {
  const folder = makeTemporaryWorkspace({ 'requirements.txt': 'six' })
  const first = requirementsFingerprint(folder)
  addFiles(folder, { 'requirements.txt': 'six' })
  expect(requirementsFingerprint(folder)).toBe(first)
  addFiles(folder, { 'requirements.txt.lock': 'six' })
  const locked = requirementsFingerprint(folder)
  addFiles(folder, { 'requirements.txt.lock': 'six==1' })
  expect(new Set([first, locked, requirementsFingerprint(folder)]).size).toBe(3)
  expect(requirementsFingerprint(makeTemporaryWorkspace())).toBeNull()
})

test('the fingerprint changes with the files that are included, however deep, and survives a circle', () => {
  const folder = makeTemporaryWorkspace({ 'requirements.txt': '-r more/base.txt\nsix\n', 'more/base.txt': '  --constraint=pins.txt\n-r ../requirements.txt\n', 'more/pins.txt': 'six==1' })
  const first = requirementsFingerprint(folder)
  expect(first).not.toBeNull()
  addFiles(folder, { 'more/pins.txt': 'six==2' })
  expect(requirementsFingerprint(folder)).not.toBe(first)
})

test.each(['-r missing.txt', '-r device.txt'])('there is no fingerprint where %s cannot be read', (text) => {
  const folder = makeTemporaryWorkspace({ 'requirements.txt': text })
  symlinkSync('/dev/zero', join(folder, 'device.txt'))
  expect(requirementsFingerprint(folder)).toBeNull()
})
