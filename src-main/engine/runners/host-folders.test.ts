import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { makeHostFolders } from './host-folders'

test('folders are made, and one that cannot be is named with what helps', () => {
  const root = makeTemporaryWorkspace({ 'a-file': '' })
  makeHostFolders([join(root, 'cache', 'uv')])
  expect(existsSync(join(root, 'cache', 'uv'))).toBe(true)
  const folder = join(root, 'a-file', 'uv')
  expect(() => makeHostFolders([folder])).toThrow(expect.objectContaining({ code: 'cache/foreign-owner', message: expect.stringContaining(folder) as string }))
})

test.runIf(process.platform !== 'win32' && process.getuid?.() !== 0)('one that may not be written is named, too', () => {
  const root = makeTemporaryWorkspace({})
  const folder = join(root, 'closed')
  mkdirSync(folder, { mode: 0o500 })
  expect(() => makeHostFolders([folder])).toThrow(/sudo chown -R \d+:\d+/)
})
