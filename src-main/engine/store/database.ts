/**
 * The database file: the only importer of the SQLite driver. WAL with synchronous=FULL (0.2 ms a commit), write transactions
 * begin IMMEDIATE because an upgrade from read to write fails at once whatever the busy timeout (RELIABILITY.md F33).
 */
import { existsSync, renameSync } from 'node:fs'
import Driver from 'libsql'
import { AppError } from '@shared/app-error'
import { hasErrorCode } from '../platform/error-code'
import { migrate } from './migrations'

/** The driver aborts the process on a boolean or a bare object (LIBRARIES.md): only these get through. */
export type SqlValue = string | number | null
export type SqlRow = Record<string, SqlValue>

export type Database = {
  run(sql: string, parameters?: SqlValue[]): void
  get(sql: string, parameters?: SqlValue[]): SqlRow | null
  all(sql: string, parameters?: SqlValue[]): SqlRow[]
  transaction<T>(work: () => T): T
  close(): void
}

export type OpenedDatabase = {
  database: Database
  /** Where a damaged file was put aside; null in the normal case. */
  damagedFile: string | null
  /** False where the file system refuses WAL, as some network drives do: then every commit rewrites pages in place, slower and as safe. */
  hasWal: boolean
}

/** Opens or creates the file. A damaged one is put aside, never deleted. Throws store/unavailable. */
export function openDatabase(file: string): OpenedDatabase {
  try {
    return { ...openWhenFree(file), damagedFile: null }
  } catch (error) {
    if (!isDamage(error)) throw new AppError('store/unavailable', `The history database ${file} cannot be opened: ${messageOf(error)}. Check the folder's permissions and free space.`, { file }, { cause: error })
    const damagedFile = `${file}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
    for (const suffix of ['', '-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, damagedFile + suffix)
    return { ...openWhenFree(file), damagedFile }
  }
}

const busyMs = 5000
const tryAgainMs = 20

/**
 * Switching to WAL, and the last one's tidying up after it, need the file for themselves, and SQLite does not wait for those
 * whatever the busy timeout: a second process that opens or closes at the same moment is waited for here.
 */
function openWhenFree(file: string): Omit<OpenedDatabase, 'damagedFile'> {
  const until = performance.now() + busyMs
  for (;;) {
    try {
      return open(file)
    } catch (error) {
      if (!hasErrorCode(error, 'SQLITE_BUSY') || performance.now() > until) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, tryAgainMs)
    }
  }
}

function open(file: string): Omit<OpenedDatabase, 'damagedFile'> {
  const driver = new Driver(file, { timeout: busyMs })
  try {
    const [answer] = driver.pragma('journal_mode = WAL') as { journal_mode: string }[]
    driver.pragma('synchronous = FULL')
    const check = driver.prepare('PRAGMA quick_check(1)').get() as { quick_check?: string } | undefined
    if (check?.quick_check !== 'ok') throw new Error('database disk image is malformed')
    const database = wrap(driver)
    migrate(database)
    return { database, hasWal: answer?.journal_mode === 'wal' }
  } catch (error) {
    driver.close()
    throw error
  }
}

function wrap(driver: Driver.Database): Database {
  const statements = new Map<string, Driver.Statement>()
  const prepare = (sql: string): Driver.Statement => {
    const known = statements.get(sql)
    if (known) return known
    const statement = driver.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  return {
    run(sql, parameters = []) {
      prepare(sql).run(...parameters)
    },
    get(sql, parameters = []) {
      const row = prepare(sql).get(...parameters) as SqlRow | undefined
      return row ? withoutMetadata(row) : null
    },
    all(sql, parameters = []) {
      return (prepare(sql).all(...parameters) as SqlRow[]).map(withoutMetadata)
    },
    transaction(work) {
      driver.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        driver.exec('COMMIT')
        return result
      } catch (error) {
        driver.exec('ROLLBACK')
        throw error
      }
    },
    close: () => void driver.close(),
  }
}

/** The driver adds a `_metadata` key to rows. */
function withoutMetadata(row: SqlRow): SqlRow {
  const { _metadata, ...rest } = row
  return rest
}

function isDamage(error: unknown): boolean {
  return /malformed|not a database|corrupt/i.test(messageOf(error))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
