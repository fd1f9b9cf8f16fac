import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hashOfSources, isInstallStale } from './staleness.mjs'

describe('dependencies', () => {
  const locked = { packages: { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/a-darwin': { version: '1.0.0', optional: true } } }

  test('are fresh when everything but packages of other platforms is installed', () => {
    expect(isInstallStale(locked, { packages: { 'node_modules/a': { version: '1.0.0' } } })).toBe(false)
  })

  test.each([
    ['nothing was ever installed', null],
    ['a package is missing', { packages: {} }],
    ['a package has another version', { packages: { 'node_modules/a': { version: '1.0.1' } } }],
    ['an optional package has another version', { packages: { 'node_modules/a': { version: '1.0.0' }, 'node_modules/a-darwin': { version: '0.9.0' } } }],
    ['something is installed that is no longer wanted', { packages: { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } } }],
  ])('are stale when %s', (_case, installed) => {
    expect(isInstallStale(locked, installed)).toBe(true)
  })
})

describe('the hash of the sources', () => {
  let root = ''

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ffd-sources-'))
    for (const folder of ['src-shared', 'src-main/engine', 'src-renderer']) mkdirSync(join(root, folder), { recursive: true })
    write('package.json', '{}')
    write('src-main/engine/engine.ts', 'export const one = 1')
  })
  afterEach(() => rmSync(root, { recursive: true }))

  test('is the same for the same sources', () => {
    expect(hashOfSources(root)).toBe(hashOfSources(root))
  })

  test.each([
    ['a changed source', 'src-main/engine/engine.ts'],
    ['a new source', 'src-renderer/main.tsx'],
    ['another style sheet', 'src-renderer/app.css'],
    ['another configuration of the build', 'electron.vite.config.ts'],
  ])('changes with %s', (_case, file) => {
    const before = hashOfSources(root)
    write(file, 'export const two = 2')
    expect(hashOfSources(root)).not.toBe(before)
  })

  test('changes when a source goes away', () => {
    write('src-shared/gone.ts', '')
    const before = hashOfSources(root)
    rmSync(join(root, 'src-shared/gone.ts'))
    expect(hashOfSources(root)).not.toBe(before)
  })

  test('tells a file from the same content under another name', () => {
    write('src-shared/a.ts', 'x')
    const before = hashOfSources(root)
    rmSync(join(root, 'src-shared/a.ts'))
    write('src-shared/b.ts', 'x')
    expect(hashOfSources(root)).not.toBe(before)
  })

  test('leaves tests out, so that editing one does not build anew', () => {
    const before = hashOfSources(root)
    write('src-main/engine/engine.test.ts', 'anything')
    expect(hashOfSources(root)).toBe(before)
  })

  function write(file: string, content: string) {
    writeFileSync(join(root, file), content)
  }
})
