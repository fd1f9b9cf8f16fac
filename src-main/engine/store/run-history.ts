/** The record of runs in the database. Values of env never get here: the Run of the contract holds names only. */
import { run as runSchema, type Run, type RunOutcome } from '@shared/contract/runs'
import type { Database, SqlRow } from './database'

export type RunHistory = {
  insert(run: Run): void
  update(run: Run): void
  find(id: string): Run | null
  /** Newest first. */
  list(query: { workspaceRoot: string; pipeline: string | null; limit: number }): Run[]
  /** How the pipeline ended last with exactly this content of its folder; null: it never came to an end of its own. */
  lastOutcomeOf(query: { workspaceRoot: string; pipeline: string; gitTree: string }): RunOutcome | null
  /** Runs that have not finished, oldest first, with the instance that drives them; empty for runs of the first version. */
  unfinished(): { run: Run; instanceId: string }[]
  /** Makes the unfinished runs of these instances ours; answers those that nobody else took meanwhile. */
  claim(instanceIds: readonly string[]): Run[]
  /** Of all workspaces, newest first, with how many finished runs of the same pipeline are newer. */
  finished(): FinishedRun[]
  /** Finished ones only. */
  remove(ids: readonly string[]): void
  /** A run that did not come about. */
  discard(id: string): void
}

export type FinishedRun = { id: string; pipeline: string; createdAtMs: number; newerOfPipeline: number }

export function createRunHistory(database: Database, instanceId: string): RunHistory {
  return {
    insert(run) {
      database.run('INSERT INTO runs (id, workspace_root, pipeline, phase, outcome, process_id, instance_id, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?)', [
        run.id,
        run.workspaceRoot,
        run.pipeline,
        run.phase,
        run.outcome,
        process.pid,
        instanceId,
        JSON.stringify(run),
      ])
    },
    update(run) {
      database.run('UPDATE runs SET phase = ?, outcome = ?, git_tree = ?, record = ? WHERE id = ?', [run.phase, run.outcome, run.gitTree, JSON.stringify(run), run.id])
    },
    find(id) {
      const row = database.get('SELECT record FROM runs WHERE id = ?', [id])
      return row ? toRun(row) : null
    },
    list({ workspaceRoot, pipeline, limit }) {
      const rows =
        pipeline === null
          ? database.all('SELECT record FROM runs WHERE workspace_root = ? ORDER BY sequence DESC LIMIT ?', [workspaceRoot, limit])
          : database.all('SELECT record FROM runs WHERE workspace_root = ? AND pipeline = ? ORDER BY sequence DESC LIMIT ?', [workspaceRoot, pipeline, limit])
      return rows.flatMap((row) => toRun(row) ?? [])
    },
    lastOutcomeOf({ workspaceRoot, pipeline, gitTree }) {
      const row = database.get("SELECT outcome FROM runs WHERE workspace_root = ? AND pipeline = ? AND git_tree = ? AND phase = 'finished' AND outcome NOT IN ('stopped', 'interrupted', 'engine-error') ORDER BY sequence DESC LIMIT 1", [workspaceRoot, pipeline, gitTree])
      return row === null ? null : (row.outcome as RunOutcome)
    },
    unfinished() {
      return database.all("SELECT record, instance_id FROM runs WHERE phase <> 'finished' ORDER BY sequence").flatMap((row) => {
        const run = toRun(row)
        return run ? [{ run, instanceId: String(row.instance_id) }] : []
      })
    },
    claim(instanceIds) {
      // One transaction: of two processes that start at once only one finds the old owner.
      return database.transaction(() =>
        instanceIds.flatMap((dead) => {
          const rows = database.all("SELECT record FROM runs WHERE phase <> 'finished' AND instance_id = ? ORDER BY sequence", [dead])
          database.run("UPDATE runs SET instance_id = ?, process_id = ? WHERE phase <> 'finished' AND instance_id = ?", [instanceId, process.pid, dead])
          return rows.flatMap((row) => toRun(row) ?? [])
        }),
      )
    },
    finished() {
      const rows = database.all(
        `SELECT id, pipeline, json_extract(record, '$.createdAtMs') AS created_at_ms, ROW_NUMBER() OVER (PARTITION BY workspace_root, pipeline ORDER BY sequence DESC) AS place
         FROM runs WHERE phase = 'finished' ORDER BY sequence DESC`,
      )
      return rows.map((row) => ({ id: String(row.id), pipeline: String(row.pipeline), createdAtMs: Number(row.created_at_ms), newerOfPipeline: Number(row.place) - 1 }))
    },
    discard: (id) => database.run('DELETE FROM runs WHERE id = ?', [id]),
    remove(ids) {
      database.transaction(() => {
        for (const id of ids) database.run("DELETE FROM runs WHERE id = ? AND phase = 'finished'", [id])
      })
    },
  }
}

/** What records of the first version did not have. */
const fieldsSinceFirstVersion: Partial<Run> = {
  setupFault: null,
  trigger: 'manual',
  runConfigId: null,
  parentRunId: null,
  attempt: 0,
  retryAttempts: 0,
  queue: null,
  waitUntilAtMs: null,
  begunAtMs: null,
  secretNames: [],
  memoryLimitBytes: null,
  cpuLimit: null,
  memorySoftLimitBytes: null,
  cpuSoftLimit: null,
  timeoutSeconds: null,
  peakMemoryBytes: null,
  peakCpuPercent: null,
  route: null,
  cells: null,
  notebookFile: null,
  logOmittedBytes: 0,
  gitTree: null,
  ofCommit: null,
}

/** A record that this version cannot read is left out rather than taking the whole history down. */
function toRun(row: SqlRow): Run | null {
  const parsed = runSchema.safeParse({ ...fieldsSinceFirstVersion, ...JSON.parse(String(row.record)) })
  return parsed.success ? parsed.data : null
}
