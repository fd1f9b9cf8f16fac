import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import { describe, expect, test } from 'vitest'
import { createRunWorld } from '../testing/run-world'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { openDatabase } from './database'
import { createFacts } from './facts'
import { createRunHistory } from './run-history'

function fill(file: string, rows: number): void {
  const { database } = openDatabase(file)
  const facts = createFacts(database)
  database.transaction(() => {
    for (let i = 0; i < rows; i += 1) facts.set(`key-${i}`, 'x'.repeat(500))
  })
  // Into the file itself: what is still in the log of writes would heal it.
  database.get('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}

function overwrite(file: string, offset: number, length: number): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(length, 0xa5), 0, length, offset)
  closeSync(handle)
}

describe('opening', () => {
  test('twice keeps what was stored', () => {
    const file = join(makeTemporaryWorkspace(), 'h.db')
    fill(file, 3)
    const { database, damagedFile } = openDatabase(file)
    expect(createFacts(database).get('key-2')).toBe('x'.repeat(500))
    expect(damagedFile).toBeNull()
    expect(database.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' })
    expect(database.get('PRAGMA synchronous')).toEqual({ synchronous: 2 })
    database.close()
  })

  test('D68: where the file system refuses WAL, the history is kept without, and that is told', () => {
    const folder = makeTemporaryWorkspace()
    // This way of SQLite to reach files has no shared memory, as on a network drive.
    const file = `file:${join(folder, 'h.db')}?vfs=unix-none`
    const { database, hasWal } = openDatabase(file)
    expect(hasWal).toBe(false)
    expect(database.get('PRAGMA synchronous')).toEqual({ synchronous: 2 })
    createFacts(database).set('key', 'kept')
    database.close()
    expect(readdirSync(folder)).toEqual(['h.db'])
    const again = openDatabase(file)
    expect(createFacts(again.database).get('key')).toBe('kept')
    again.database.close()
  })

  test('a file of a newer version is refused and left as it is', () => {
    const file = join(makeTemporaryWorkspace(), 'h.db')
    const { database } = openDatabase(file)
    database.run('PRAGMA user_version = 999')
    database.close()
    expect(() => openDatabase(file)).toThrow(expect.objectContaining({ code: 'store/unavailable', message: expect.stringContaining('newer version') as string }))
    expect(readdirSync(join(file, '..')).filter((name) => name.includes('damaged'))).toEqual([])
  })

  test.each<[string, (file: string) => void]>([
    ['a damaged header', (file) => overwrite(file, 0, 100)],
    ['a damaged page', (file) => overwrite(file, 4096 * 3, 4096)],
    ['a file that was cut', (file) => truncateSync(file, 4096 * 2)],
    ['text in place of a database', (file) => writeFileSync(file, 'this is not a database '.repeat(400))],
  ])('%s is put aside, not deleted, and a new one begun', (_name, damage) => {
    const folder = makeTemporaryWorkspace()
    const file = join(folder, 'h.db')
    fill(file, 200)
    damage(file)
    const bytes = readFileSync(file)
    const { database, damagedFile } = openDatabase(file)
    expect(damagedFile).toMatch(/h\.db\.damaged-/)
    expect(readFileSync(damagedFile ?? '').equals(bytes)).toBe(true)
    createFacts(database).set('a', 'b')
    expect(createFacts(database).get('a')).toBe('b')
    database.close()
  })

  test('an empty file is a new database', () => {
    const file = join(makeTemporaryWorkspace({ 'h.db': '' }), 'h.db')
    const { database, damagedFile } = openDatabase(file)
    expect(damagedFile).toBeNull()
    expect(createFacts(database).ownerId()).toMatch(/^[0-9a-f]{16}$/)
    database.close()
  })

  test('a folder in its place is named', () => {
    const folder = makeTemporaryWorkspace()
    mkdirSync(join(folder, 'h.db'))
    expect(() => openDatabase(join(folder, 'h.db'))).toThrow(expect.objectContaining({ code: 'store/unavailable', message: expect.stringContaining(join(folder, 'h.db')) as string }))
  })

  test.runIf(process.getuid?.() !== 0)('a folder without permission is named', () => {
    const folder = makeTemporaryWorkspace()
    chmodSync(folder, 0o500)
    expect(() => openDatabase(join(folder, 'h.db'))).toThrow(expect.objectContaining({ code: 'store/unavailable' }))
  })
})

test('a transaction that throws leaves nothing', () => {
  const { database } = openDatabase(join(makeTemporaryWorkspace(), 'h.db'))
  const facts = createFacts(database)
  expect(() =>
    database.transaction(() => {
      facts.set('a', 'b')
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(facts.get('a')).toBeNull()
  database.close()
})

describe('several processes', () => {
  async function script(folder: string, code: string): Promise<string[]> {
    await build({
      logLevel: 'silent',
      configFile: false,
      build: { ssr: join(import.meta.dirname, 'database.ts'), outDir: join(folder, 'built'), minify: false, rolldownOptions: { external: ['libsql'], output: { entryFileNames: 'database.mjs' } } },
      resolve: { alias: { '@shared': resolve(import.meta.dirname, '../../../src-shared') } },
    })
    // The driver is found from the project; the built file lies elsewhere.
    const built = join(folder, 'built', 'database.mjs')
    const driver = resolve(import.meta.dirname, '../../../node_modules/libsql/index.js')
    writeFileSync(built, readFileSync(built, 'utf8').replace(/from ["']libsql["']/, `from ${JSON.stringify(driver)}`))
    return ['--input-type=module', '-e', `const { openDatabase } = await import(${JSON.stringify(built)})\nconst file = ${JSON.stringify(join(folder, 'h.db'))}\n${code}`]
  }

  test('that open a new database at the same moment all get it', async () => {
    const folder = makeTemporaryWorkspace()
    const argv = await script(folder, 'process.stdin.once("data", () => { openDatabase(file).database.close(); process.exit(0) }); process.stdout.write("ready")')
    const children = Array.from({ length: 8 }, () => spawn(process.execPath, argv))
    await Promise.all(children.map((child) => new Promise((ready) => child.stdout.once('data', ready))))
    const ends = children.map(
      (child) =>
        new Promise<string>((done) => {
          let stderr = ''
          child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
          child.once('close', (code) => done(`${code} ${stderr}`))
        }),
    )
    for (const child of children) child.stdin.write('go')
    expect(await Promise.all(ends)).toEqual(children.map(() => '0 '))
  })

  test('of which one is killed while it writes leave a whole database', async () => {
    const folder = makeTemporaryWorkspace()
    const argv = await script(
      folder,
      'const { database } = openDatabase(file); for (let i = 0; ; i++) { database.run("INSERT INTO facts VALUES (?, ?)", [`${process.pid} ${i}`, "x".repeat(3000)]); process.stdout.write(`${i}\\n`) }',
    )
    for (let round = 0; round < 4; round += 1) {
      const child = spawn(process.execPath, argv)
      let told = ''
      await new Promise<void>((enough) => child.stdout.on('data', (chunk: Buffer) => ((told += chunk.toString()).length > 200 + round * 50 ? enough() : undefined)))
      child.kill('SIGKILL')
      await new Promise((closed) => child.once('close', closed))
      const { database, damagedFile } = openDatabase(join(folder, 'h.db'))
      expect(damagedFile).toBeNull()
      const written = told.slice(0, told.lastIndexOf('\n')).split('\n').length
      expect(Number(database.get('SELECT count(*) AS n FROM facts WHERE key LIKE ?', [`${child.pid} %`])?.['n'])).toBeGreaterThanOrEqual(written)
      database.close()
    }
  })
})

describe('facts', () => {
  test('the owner id is made once and stays', () => {
    const file = join(makeTemporaryWorkspace(), 'h.db')
    const first = openDatabase(file).database
    const second = openDatabase(file).database
    const id = createFacts(first).ownerId()
    expect([createFacts(second).ownerId(), createFacts(first).ownerId()]).toEqual([id, id])
    first.close()
    second.close()
  })

  test('the last ten workspaces are remembered, newest first, each once', () => {
    const { database } = openDatabase(join(makeTemporaryWorkspace(), 'h.db'))
    const facts = createFacts(database)
    for (let i = 0; i < 12; i += 1) facts.rememberWorkspace(`/w${i}`)
    facts.rememberWorkspace('/w5')
    expect(facts.recentWorkspaces()).toEqual(['/w5', '/w11', '/w10', '/w9', '/w8', '/w7', '/w6', '/w4', '/w3', '/w2'])
    database.close()
  })
})

describe('the history', () => {
  test('lists newest first, by workspace and pipeline, and leaves out records it cannot read', async () => {
    const world = createRunWorld()
    const ids: string[] = []
    for (const pipeline of ['demo', 'other', 'demo']) {
      const { id } = await world.start({ pipeline, whenRunning: 'parallel' })
      ids.unshift(id)
    }
    const template = world.history.find(ids[0] ?? '')
    if (!template) throw new Error('the run was not stored')
    const elsewhere = { ...template, id: randomUUID(), workspaceRoot: '/elsewhere' }
    world.history.insert(elsewhere)
    world.database.run('UPDATE runs SET record = ? WHERE id = ?', ['{"from":"another version"}', ids[1] ?? ''])
    const list = (pipeline: string | null, limit = 10) => world.service.list({ pipeline, limit }).map(({ id }) => id)
    expect(list(null)).toEqual([ids[0], ids[2]])
    expect(list('demo')).toEqual([ids[0], ids[2]])
    expect(list('demo', 1)).toEqual([ids[0]])
    expect(world.history.find(ids[1] ?? '')).toBeNull()
    expect(createRunHistory(world.database, 'other').unfinished().map(({ run }) => run.id)).toEqual([ids[2], ids[0], elsewhere.id])
  })
})
