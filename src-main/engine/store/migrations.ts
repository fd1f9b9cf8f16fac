/** The schema, one step per version; a step that has shipped is never changed. */
import { AppError } from '@shared/app-error'
import type { Database } from './database'

const steps: string[][] = [
  [
    // `record` is the Run of the contract as JSON; the other columns are what is searched by.
    `CREATE TABLE runs (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      workspace_root TEXT NOT NULL,
      pipeline TEXT NOT NULL,
      phase TEXT NOT NULL,
      outcome TEXT,
      process_id INTEGER NOT NULL,
      record TEXT NOT NULL
    )`,
    'CREATE INDEX runs_by_workspace ON runs (workspace_root, sequence)',
    'CREATE INDEX runs_by_pipeline ON runs (workspace_root, pipeline, sequence)',
    "CREATE INDEX runs_alive ON runs (phase) WHERE phase <> 'finished'",
    'CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
  ],
  // Who drives a run: process ids are given anew, ids of instances are not (instances/presence.ts).
  ["ALTER TABLE runs ADD COLUMN instance_id TEXT NOT NULL DEFAULT ''"],
  [
    // `ciphertext` in base64; only the kind of storage that wrote it can read it.
    `CREATE TABLE secrets (
      workspace_root TEXT NOT NULL,
      name TEXT NOT NULL,
      storage TEXT NOT NULL,
      ciphertext TEXT NOT NULL,
      updated_at_ms INTEGER NOT NULL,
      PRIMARY KEY (workspace_root, name, storage)
    ) WITHOUT ROWID`,
  ],
  // Which content of its folder a run ran, so that the last one of exactly that content is found.
  ['ALTER TABLE runs ADD COLUMN git_tree TEXT', 'CREATE INDEX runs_by_tree ON runs (workspace_root, pipeline, git_tree, sequence) WHERE git_tree IS NOT NULL'],
]

/** Brings the database to this version. Throws store/unavailable for a file that a newer version wrote. */
export function migrate(database: Database): void {
  const version = (): number => Number(database.get('PRAGMA user_version')?.user_version ?? 0)
  if (version() > steps.length) {
    throw new AppError('store/unavailable', 'The history was written by a newer version of Fast-Flow Desktop. Update the app, or start it with another --user-data-dir.')
  }
  if (version() === steps.length) return
  database.transaction(() => {
    // Asked again under the lock: another process may have migrated meanwhile.
    for (const step of steps.slice(version())) for (const sql of step) database.run(sql)
    database.run(`PRAGMA user_version = ${steps.length}`)
  })
}
