import { expect, test } from 'vitest'
import { debianSources, importPath, mmdebstrapArguments, recipeHash, recipeLabel, uvRequirement } from './worker-image-recipe.mjs'

test('the recipe has the same hash every time, and another one per architecture', () => {
  expect(recipeHash('x64')).toMatch(/^[0-9a-f]{16}$/)
  expect(recipeHash('x64')).toBe(recipeHash('x64'))
  expect(recipeHash('x64')).not.toBe(recipeHash('arm64'))
})

test('uv is taken in one version and only in wheels that are known', () => {
  expect(uvRequirement()).toMatch(/^uv==\d+\.\d+\.\d+( --hash=sha256:[0-9a-f]{64}){2}\n$/)
})

test("this machine's mirrors of Debian are used, and those of others are not", () => {
  const targets = ['mirror://other/|Google', 'mirror://main/debian/|Debian', 'mirror://main/debian/|Debian', 'mirror://safe/|Debian-Security', '']
  expect(debianSources(targets.join('\n'))).toBe(
    'deb mirror://main/debian/ bookworm main\ndeb mirror://main/debian/ bookworm-updates main\ndeb mirror://safe/ bookworm-security main\n',
  )
})

test('a machine that is not set up for Debian leaves the choice of mirrors to mmdebstrap', () => {
  expect(debianSources('mirror://archive/|Ubuntu\n')).toBeNull()
  expect(mmdebstrapArguments({ uvFolder: '/uv', targetTar: '/t.tar', hasSources: false }).at(-1)).toBe('/t.tar')
  expect(mmdebstrapArguments({ uvFolder: '/uv', targetTar: '/t.tar', hasSources: true }).at(-1)).toBe('-')
})

test('the import names the image, has no entrypoint, folder or user, and carries the recipe', () => {
  const path = importPath('registry.local:5000/worker:one', 'abc')
  const query = new URLSearchParams(path.split('?')[1])
  expect(query.get('fromSrc')).toBe('-')
  expect(query.get('repo')).toBe('registry.local:5000/worker')
  expect(query.get('tag')).toBe('one')
  const changes = query.getAll('changes')
  expect(changes).toContain(`LABEL ${recipeLabel}=abc`)
  expect(changes.filter((change) => /^(ENTRYPOINT|WORKDIR|USER)/.test(change))).toEqual([])
})
