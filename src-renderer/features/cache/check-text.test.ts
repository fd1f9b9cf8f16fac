import { expect, test } from 'vitest'
import type { CacheDamage } from '@shared/contract/cache-check'
import { damagedPackages, hasChangedFiles } from './check-text'

const damage = (change: Partial<CacheDamage>): CacheDamage => ({ kind: 'package', folder: '/a', name: 'six', version: '1.17.0', files: [['six.py', 'missing']], fileCount: 1, bytes: 10, ...change })

test('a package that is damaged in several places is one, with all of their bytes', () => {
  const found = damagedPackages([damage({}), damage({ kind: 'environment', folder: '/b', bytes: 5 }), damage({ kind: 'environment', folder: '/c', bytes: 1 }), damage({ version: '1.16.0' })])
  expect(found).toMatchObject([{ version: '1.17.0', places: ['package', 'environment'], bytes: 16 }, { version: '1.16.0', places: ['package'], bytes: 10 }])
})

test('environments of which nothing is known stay apart', () => {
  expect(damagedPackages([damage({ name: '', folder: '/a' }), damage({ name: '', folder: '/b' })])).toHaveLength(2)
})

test('changed files are told apart from damaged ones', () => {
  expect(hasChangedFiles([damage({})])).toBe(false)
  expect(hasChangedFiles([damage({}), damage({ files: [['a.py', 'cut'], ['b.py', 'changed']] })])).toBe(true)
})
