import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isTemporaryFileName, writeFileAtomically } from './atomic-file'

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'ffd-atomic-')))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const isRoot = process.getuid?.() === 0

test('content is replaced, the mode stays, no temporary file is left', async () => {
  const file = join(folder, 'main.py')
  writeFileSync(file, 'old')
  chmodSync(file, 0o754)
  await writeFileAtomically(file, Buffer.from('new'))
  expect(readFileSync(file, 'utf8')).toBe('new')
  expect(statSync(file).mode & 0o777).toBe(0o754)
  expect(readdirSync(folder)).toEqual(['main.py'])
})

test('a new file has the wanted mode, whatever the umask', async () => {
  await writeFileAtomically(join(folder, 'a'), Buffer.from('x'), { mode: 0o600 })
  await writeFileAtomically(join(folder, 'b'), Buffer.from('x'), { mode: 0o666 })
  expect(['a', 'b'].map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600, 0o666])
})

test.runIf(isRoot)('as root the owner of a file stays, and a new file belongs to whom its folder belongs', async () => {
  writeFileSync(join(folder, 'mine'), 'old')
  chownSync(join(folder, 'mine'), 1001, 1002)
  chownSync(folder, 1003, 1004)
  await writeFileAtomically(join(folder, 'mine'), Buffer.from('new'))
  await writeFileAtomically(join(folder, 'fresh'), Buffer.from('new'))
  expect(statSync(join(folder, 'mine'))).toMatchObject({ uid: 1001, gid: 1002 })
  expect(statSync(join(folder, 'fresh'))).toMatchObject({ uid: 1003, gid: 1004 })
})

test('a link is refused and its target keeps its content', async () => {
  writeFileSync(join(folder, 'target'), 'secret')
  symlinkSync('target', join(folder, 'link'))
  await expect(writeFileAtomically(join(folder, 'link'), Buffer.from('new'))).rejects.toMatchObject({ code: 'file/not-regular' })
  expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('secret')
  expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true)
})

test('what beforeReplace throws cancels the write', async () => {
  const file = join(folder, 'main.py')
  writeFileSync(file, 'old')
  const cancelled = new Error('no')
  await expect(writeFileAtomically(file, Buffer.from('new'), { beforeReplace: () => Promise.reject(cancelled) })).rejects.toBe(cancelled)
  expect(readFileSync(file, 'utf8')).toBe('old')
  expect(readdirSync(folder)).toEqual(['main.py'])
})

test('a missing folder is named', async () => {
  await expect(writeFileAtomically(join(folder, 'gone', 'main.py'), Buffer.from('x'))).rejects.toMatchObject({ code: 'file/not-found' })
})

/** A real file system of 64 KB. Needs root and Linux. */
test.runIf(isRoot && process.platform === 'linux')('a full disk is named, and the old content stays', async () => {
  const small = join(folder, 'small')
  mkdirSync(small)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small])
  try {
    const file = join(small, 'main.py')
    writeFileSync(file, 'old')
    await expect(writeFileAtomically(file, Buffer.alloc(200_000, 'x'))).rejects.toMatchObject({ code: 'file/disk-full' })
    expect(readFileSync(file, 'utf8')).toBe('old')
    expect(readdirSync(small)).toEqual(['main.py'])
  } finally {
    execFileSync('umount', [small])
  }
})

test('killed at any moment, the file is one of the two contents and leftovers are recognised', async () => {
  const file = join(folder, 'main.py')
  const contents = ['a', 'b'].map((letter) => letter.repeat(300_000))
  writeFileSync(file, contents[0] ?? '')
  // The real module in a process of its own that can be killed.
  await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { alias: { '@shared': join(import.meta.dirname, '../../../src-shared') } },
    build: { ssr: join(import.meta.dirname, 'atomic-file.ts'), outDir: join(folder, 'built'), rollupOptions: { output: { entryFileNames: 'atomic-file.mjs' } } },
  })
  const script = `
    const { writeFileAtomically } = await import(${JSON.stringify(join(folder, 'built', 'atomic-file.mjs'))})
    process.stdout.write('ready')
    for (let turn = 0; ; turn++) await writeFileAtomically(${JSON.stringify(file)}, Buffer.alloc(300000, 'ab'[turn % 2]))`
  for (let round = 0; round < 12; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script])
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await new Promise((resolve) => setTimeout(resolve, 3 + round * 4))
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('close', resolve))
    expect(contents.includes(readFileSync(file, 'utf8')), `round ${round}`).toBe(true)
  }
  expect(readdirSync(folder).filter((name) => !['main.py', 'built'].includes(name) && !isTemporaryFileName(name))).toEqual([])
})
