import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '@shared/app-error'
import type { ApiPayload } from '@shared/contract'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createFileService, type FileService } from './file-service'

const isRoot = process.getuid?.() === 0

let root: string
let demo: string
let changes: ApiPayload<'files.changed'>[]
let listings: ApiPayload<'files.listingChanged'>[]
let files: FileService

beforeEach(() => {
  root = makeTemporaryWorkspace({ 'demo/main.py': 'print(1)\n', 'demo/lib/a.py': 'a', 'other/main.py': 'other', secret: 'secret' })
  demo = join(root, 'demo')
  changes = []
  listings = []
  files = createFileService({
    findPipeline(name) {
      if (name === 'demo') return { name, realPath: demo, outsideWorkspace: false }
      if (name === 'foreign') return { name, realPath: '/etc', outsideWorkspace: true }
      throw new AppError('pipeline/not-found', 'no')
    },
    publishChanged: (change) => changes.push(change),
    publishListing: (change) => listings.push(change),
  })
})

const onDisk = (path: string) => readFileSync(join(demo, path), 'utf8')

test('what is read and written back is the same to the byte: order mark, line ends, no end of line', async () => {
  const contents = ['\uFEFFprint(1)\r\n', 'a\r\nb\nc\rd', '', '\n', 'ümläut 😀 \u2028', '\uFEFF']
  for (const content of contents) {
    writeFileSync(join(demo, 'main.py'), content)
    const before = readFileSync(join(demo, 'main.py'))
    const { text, version, sizeBytes } = await files.read('demo', 'main.py')
    expect(sizeBytes).toBe(before.length)
    expect(await files.write('demo', 'main.py', text, version)).toEqual({ version })
    expect(readFileSync(join(demo, 'main.py')).equals(before)).toBe(true)
  }
})

test('a file that was changed on disk is not overwritten, and nothing is left behind', async () => {
  const { version } = await files.read('demo', 'main.py')
  writeFileSync(join(demo, 'main.py'), 'by somebody else')
  await expect(files.write('demo', 'main.py', 'mine', version)).rejects.toMatchObject({ code: 'file/changed-on-disk' })
  expect(onDisk('main.py')).toBe('by somebody else')
  expect(readdirSync(demo).sort()).toEqual(['lib', 'main.py'])
  await files.write('demo', 'main.py', 'mine', null)
  expect(onDisk('main.py')).toBe('mine')
})

test('a file that was deleted is not brought back unasked, and a new one can be written', async () => {
  const { version } = await files.read('demo', 'main.py')
  rmSync(join(demo, 'main.py'))
  await expect(files.write('demo', 'main.py', 'x', version)).rejects.toMatchObject({ code: 'file/changed-on-disk' })
  await files.write('demo', 'lib/new.py', 'new', null)
  expect(onDisk('lib/new.py')).toBe('new')
  await expect(files.write('demo', 'nowhere/new.py', 'new', null)).rejects.toMatchObject({ code: 'file/not-found' })
})

describe('what is no text file of the pipeline is refused', () => {
  test.each<[string, string, (path: string) => void]>([
    ['file/not-found', 'gone.py', () => undefined],
    ['file/binary', 'nul.bin', (path) => writeFileSync(path, 'a\0b')],
    ['file/binary', 'latin1.py', (path) => writeFileSync(path, Buffer.from('# \xe4', 'latin1'))],
    ['file/too-large', 'huge.csv', (path) => { writeFileSync(path, ''); truncateSync(path, 2 ** 40) }],
    ['file/not-regular', 'folder', (path) => mkdirSync(path)],
    ['file/not-regular', 'pipe', (path) => execFileSync('mkfifo', [path])],
    ['file/not-regular', 'link.py', (path) => symlinkSync('../secret', path)],
    ['file/not-regular', 'sibling.py', (path) => symlinkSync('../other/main.py', path)],
    ['file/outside-workspace', '../secret', () => undefined],
    ['file/outside-workspace', '/etc/passwd', () => undefined],
  ])('%s: %s', async (code, path, prepare) => {
    prepare(join(demo, path))
    await expect(files.read('demo', path)).rejects.toMatchObject({ code })
  })

  test('a pipeline that is a link out of the workspace', async () => {
    for (const attempt of [() => files.list('foreign'), () => files.read('foreign', 'passwd'), () => files.write('foreign', 'x', 'x', null)]) {
      await expect((async () => attempt())()).rejects.toMatchObject({ code: 'file/outside-workspace' })
    }
  })

  test('text with NUL, and text over 5 MB, is not written', async () => {
    await expect(files.write('demo', 'main.py', 'a\0', null)).rejects.toMatchObject({ code: 'file/binary' })
    await expect(files.write('demo', 'main.py', 'ä'.repeat(2_500_001), null)).rejects.toMatchObject({ code: 'file/too-large' })
    expect(onDisk('main.py')).toBe('print(1)\n')
  })
})

test('saving through a link leaves its target as it is', async () => {
  symlinkSync('../secret', join(demo, 'link.py'))
  await expect(files.write('demo', 'link.py', 'overwritten', null)).rejects.toMatchObject({ code: 'file/not-regular', message: expect.stringContaining(join(demo, 'link.py')) })
  expect(readFileSync(join(root, 'secret'), 'utf8')).toBe('secret')
})

test.skipIf(process.platform === 'win32' || (isRoot && process.platform !== 'linux'))('a read-only file is shown as such and not replaced', async () => {
  const release = makeReadOnly(demo)
  try {
    expect(await files.read('demo', 'main.py')).toMatchObject({ readOnly: true, text: 'print(1)\n' })
    await expect(files.write('demo', 'main.py', 'x', null)).rejects.toMatchObject({ code: 'file/permission-denied' })
  } finally {
    release()
  }
  expect(onDisk('main.py')).toBe('print(1)\n')
})

/** Permissions do not keep root from writing; a read-only mount does. */
function makeReadOnly(folder: string): () => void {
  if (!isRoot) {
    chmodSync(join(folder, 'main.py'), 0o444)
    return () => undefined
  }
  execFileSync('mount', ['--bind', folder, folder])
  execFileSync('mount', ['-o', 'remount,ro,bind', folder])
  return () => void execFileSync('umount', [folder])
}

describe('changes of files that somebody read', () => {
  test('are announced once each with the new version, null when gone', async () => {
    const first = await files.read('demo', 'main.py')
    await files.noteDiskChanges([join(demo, 'main.py')])
    expect(changes).toEqual([])
    writeFileSync(join(demo, 'main.py'), 'changed')
    await files.noteDiskChanges([join(demo, 'main.py'), join(demo, 'lib/a.py')])
    await files.noteDiskChanges('rescan')
    expect(changes).toEqual([{ pipeline: 'demo', path: 'main.py', version: expect.stringMatching(/^[0-9a-f]{64}$/), rev: 1 }])
    expect(changes[0]?.version).not.toBe(first.version)
    rmSync(join(demo, 'main.py'))
    await files.noteDiskChanges([demo])
    writeFileSync(join(demo, 'main.py'), 'print(1)\n')
    await files.noteDiskChanges('rescan')
    expect(changes.slice(1)).toEqual([
      { pipeline: 'demo', path: 'main.py', version: null, rev: 2 },
      { pipeline: 'demo', path: 'main.py', version: first.version, rev: 3 },
    ])
  })

  test('that we wrote ourselves are announced at once, and not again by the watcher', async () => {
    const { version } = await files.read('demo', 'main.py')
    const written = await files.write('demo', 'main.py', 'mine', version)
    await files.noteDiskChanges([join(demo, 'main.py')])
    expect(changes).toEqual([{ pipeline: 'demo', path: 'main.py', version: written.version, rev: 1 }])
  })

  test('a file that became something that cannot be read has another version, not none', async () => {
    await files.read('demo', 'main.py')
    rmSync(join(demo, 'main.py'))
    symlinkSync('../secret', join(demo, 'main.py'))
    await files.noteDiskChanges('rescan')
    expect(changes).toEqual([{ pipeline: 'demo', path: 'main.py', version: 'file/not-regular', rev: 1 }])
  })
})

test('a listing that was asked for is announced when files come and go, and only then', async () => {
  await files.noteDiskChanges('rescan')
  expect(listings).toEqual([])
  await files.list('demo')
  writeFileSync(join(demo, 'blob.bin'), Buffer.from([0, 1]))
  await files.noteDiskChanges([join(demo, 'blob.bin')])
  expect(listings.map(({ pipeline, listing, rev }) => [pipeline, listing.entries.some(({ path }) => path === 'blob.bin'), rev])).toEqual([['demo', true, 1]])
  await files.noteDiskChanges('rescan')
  await files.noteDiskChanges([join(root, 'other', 'main.py')])
  expect(listings).toHaveLength(1)
  rmSync(demo, { recursive: true })
  await files.noteDiskChanges([demo])
  expect(listings.at(-1)?.listing.entries).toEqual([])
})
