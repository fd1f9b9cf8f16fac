import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { askedRequirements, chooseRequirements, isLockOutdated, requirementsFingerprint } from './requirements'

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

test('what is asked for has a place; constraints, addresses and files ask for no name', () => {
  const folder = makeTemporaryWorkspace({
    'requirements.txt': '# packages\n-r more/base.txt\n-c pins.txt\nPyYAML >= 6 # config\nown @ https://example.org/own.zip\nhttps://example.org/other.zip\n./lib/x.whl\nwheel_file-1.0-py3-none-any.whl\n-e /app/lib\n',
    'more/base.txt': 'six==1.16.0 \\\n    --hash=sha256:00\n',
    'pins.txt': 'numpy==1.0\n',
  })
  expect(askedRequirements(folder)).toEqual([
    { name: 'pyyaml', specifier: '>=6', file: 'requirements.txt', line: 4, text: 'PyYAML >= 6 # config' },
    { name: 'own', specifier: '', file: 'requirements.txt', line: 5, text: 'own @ https://example.org/own.zip' },
    { name: 'six', specifier: '==1.16.0', file: 'more/base.txt', line: 1, text: 'six==1.16.0 \\' },
  ])
})

test('a lock that lacks only what a constraint names, or an address, is not outdated', () => {
  const folder = makeTemporaryWorkspace({ 'requirements.txt': '-c pins.txt\nsix\nhttps://example.org/other.zip\n', 'pins.txt': 'numpy==1.0\n', 'requirements.txt.lock': 'six==1.16.0\n' })
  expect(isLockOutdated(folder)).toBe(false)
  addFiles(folder, { 'requirements.txt': '-c pins.txt\nsix\nattrs\n' })
  expect(isLockOutdated(folder)).toBe(true)
})
