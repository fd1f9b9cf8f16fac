import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { inPinnedFolder, isInside, openInside, readUpTo, resolveInside } from './workspace-paths'

let base: string
let root: string
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'ffd-paths-')))
  root = join(base, 'root')
  mkdirSync(join(root, 'sub'), { recursive: true })
  mkdirSync(join(base, 'outside'))
  writeFileSync(join(root, 'main.py'), 'print(1)')
  writeFileSync(join(base, 'outside', 'secret'), 'secret')
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

async function readText(path: string): Promise<string> {
  const file = await openInside(root, path)
  try {
    return (await readUpTo(file, 1000)).toString()
  } finally {
    await file.handle.close()
  }
}

test('a folder is inside itself, its neighbour with a longer name is not', () => {
  expect(isInside('/a/b', '/a/b')).toBe(true)
  expect(isInside('/a/b', '/a/b/c')).toBe(true)
  expect(isInside('/a/b', '/a/bc')).toBe(false)
  expect(isInside('/a/b', '/a')).toBe(false)
  expect(isInside('/a/b', '/a/b/..c')).toBe(true)
})

test('a regular file is read, below a link that stays inside too', async () => {
  writeFileSync(join(root, 'sub', 'x.py'), 'x')
  symlinkSync('sub', join(root, 'alias'))
  expect(await readText('main.py')).toBe('print(1)')
  expect(await readText('alias/x.py')).toBe('x')
})

describe('paths that lead out are refused', () => {
  test.each(['../outside/secret', '/etc/passwd', 'sub/../../outside/secret', '', '.', 'sub/..', 'a\0b', '..\\outside\\secret'])('%j', async (path) => {
    await expect(resolveInside(root, path)).rejects.toMatchObject({ code: 'file/outside-workspace' })
    await expect(openInside(root, path)).rejects.toMatchObject({ code: 'file/outside-workspace' })
  })

  test('a folder on the way that is a link to the outside', async () => {
    symlinkSync('../outside', join(root, 'way'))
    await expect(openInside(root, 'way/secret')).rejects.toMatchObject({ code: 'file/outside-workspace' })
    await expect(resolveInside(root, 'way/new')).rejects.toMatchObject({ code: 'file/outside-workspace' })
  })
})

test.runIf(process.platform !== 'win32')('links, folders, pipes and devices are not opened, and nothing hangs', async () => {
  symlinkSync('main.py', join(root, 'inner-link'))
  symlinkSync('../outside/secret', join(root, 'outer-link'))
  symlinkSync('/dev/zero', join(root, 'zero'))
  execFileSync('mkfifo', [join(root, 'pipe')])
  const beganAtMs = performance.now()
  for (const path of ['inner-link', 'outer-link', 'zero', 'pipe', 'sub']) {
    await expect(openInside(root, path), path).rejects.toMatchObject({ code: 'file/not-regular' })
  }
  expect(performance.now() - beganAtMs).toBeLessThan(1000)
})

test('a hard link is a regular file', async () => {
  linkSync(join(root, 'main.py'), join(root, 'twin.py'))
  expect(await readText('twin.py')).toBe('print(1)')
})

test('what does not exist, and a path that no file system takes, is not found', async () => {
  for (const path of ['gone.py', 'gone/main.py', 'main.py/below', 'x'.repeat(5000)]) {
    await expect(openInside(root, path)).rejects.toMatchObject({ code: 'file/not-found' })
  }
})

test('a huge sparse file is cut at the limit', async () => {
  truncateSync(join(root, 'main.py'), 2 ** 40)
  const file = await openInside(root, 'main.py')
  expect(file.sizeBytes).toBe(2 ** 40)
  expect((await readUpTo(file, 100)).length).toBe(100)
  await file.handle.close()
})

test('while folders are swapped for links to the outside, no secret is ever read', async () => {
  writeFileSync(join(root, 'sub', 'secret'), 'harmless')
  const stopSwapping = swapFolderForLink()
  const seen = new Set<string>()
  const endAtMs = performance.now() + 500
  while (performance.now() < endAtMs) seen.add(await readText('sub/secret').catch((error: { code: string }) => error.code))
  await stopSwapping()
  expect(seen).not.toContain('secret')
  expect(seen).toContain('harmless')
  expect(seen.size).toBeGreaterThan(1)
  expect([...seen].filter((result) => !['harmless', 'file/outside-workspace', 'file/not-found', 'file/not-regular'].includes(result))).toEqual([])
})

test.runIf(process.platform === 'linux')('while folders are swapped, nothing is ever written outside', async () => {
  const stopSwapping = swapFolderForLink()
  let written = 0
  const endAtMs = performance.now() + 500
  while (performance.now() < endAtMs) {
    await inPinnedFolder(root, 'sub/secret', (path) => writeFile(path, 'overwritten')).then(
      () => written++,
      () => undefined,
    )
  }
  await stopSwapping()
  expect(written).toBeGreaterThan(0)
  expect(readFileSync(join(base, 'outside', 'secret'), 'utf8')).toBe('secret')
})

test('a root that became a link is refused', async () => {
  renameSync(root, join(base, 'moved'))
  symlinkSync('outside', root)
  await expect(openInside(root, 'secret')).rejects.toMatchObject({ code: 'file/outside-workspace' })
})

/** `sub` is by turns the folder and a link to the outside, as a hostile pipeline would do it. */
function swapFolderForLink(): () => Promise<void> {
  let swapping = true
  const aWhile = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 2))
  const swapper = (async () => {
    while (swapping) {
      renameSync(join(root, 'sub'), join(root, 'sub.kept'))
      symlinkSync('../outside', join(root, 'sub'))
      await aWhile()
      rmSync(join(root, 'sub'))
      renameSync(join(root, 'sub.kept'), join(root, 'sub'))
      await aWhile()
    }
  })()
  return () => {
    swapping = false
    return swapper
  }
}
