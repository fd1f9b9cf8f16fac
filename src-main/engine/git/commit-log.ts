/**
 * Reads what `git log` prints: NUL ends every field, as no name, message or path can hold one, and a record is told from a change
 * by its place and shape. Pure; bytes become text here, so that odd ones survive in paths and spoil nothing else.
 */
import type { ChangeKind } from '@shared/contract/git'
import type { Commit, CommitFile, CommitRef } from '@shared/contract/commits'
import { decodePath } from './git-path'

/** Eleven fields; those of people by the mailmap. */
export const logFormat = ['H', 'P', 'aN', 'aE', 'at', 'cN', 'cE', 'ct', 'D', 's', 'b'].map((field) => `%${field}`).join('%x00')
const fieldCount = 11

/** With each log: how its output is read, and nothing of the repository executed. */
export const logOptions = ['-z', `--format=${logFormat}`, '--decorate=full', '--no-ext-diff', '--no-textconv', '--no-show-signature', '--no-color', '--encoding=UTF-8']

const kinds: Record<string, ChangeKind> = { A: 'added', M: 'modified', D: 'deleted', R: 'renamed', C: 'copied', T: 'type-changed' }

export type LoggedChange = { kind: ChangeKind; path: string; from: string | null }
export type LoggedCommit = { commit: Omit<Commit, 'path' | 'filesChanged'>; changes: LoggedChange[] }

/** Of `git log -z --name-status` with logOptions. */
export function readLog(output: Buffer): LoggedCommit[] {
  const fields = splitFields(output)
  const commits: LoggedCommit[] = []
  let at = 0
  while (at + fieldCount <= fields.length) {
    const commit = toCommit(fields.slice(at, at + fieldCount).map((field) => field.toString('utf8')))
    at += fieldCount
    const { changes, next } = readChanges(fields, at)
    at = next
    commits.push({ commit, changes })
  }
  return commits
}

/** `M`, path, `R050`, from, to, ... ; the first follows a line feed. */
function readChanges(fields: readonly Buffer[], from: number): { changes: LoggedChange[]; next: number } {
  const changes: LoggedChange[] = []
  let at = from
  for (;;) {
    const [, letter, score] = /^\n?([ACDMRTUXB])(\d*)$/.exec(fields[at]?.toString('latin1') ?? '') ?? []
    if (letter === undefined) return { changes, next: at }
    const hasTwo = letter === 'R' || letter === 'C'
    const paths = fields.slice(at + 1, at + (hasTwo ? 3 : 2)).map(decodePath)
    at += 1 + paths.length
    changes.push({ kind: kinds[letter] ?? 'modified', path: paths.at(-1) ?? '', from: hasTwo && score !== undefined ? (paths[0] ?? null) : null })
  }
}

/** Of `--numstat -z`: `added<TAB>removed<TAB>path`, or without the path, which then follows as two fields. By path. */
export function readLineCounts(output: Buffer): Map<string, Pick<CommitFile, 'added' | 'removed'>> {
  const fields = splitFields(output)
  const counts = new Map<string, Pick<CommitFile, 'added' | 'removed'>>()
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at] ?? Buffer.alloc(0)
    const [, added = '', removed = ''] = /^\n?(\d+|-)\t(\d+|-)\t/.exec(field.toString('latin1')) ?? []
    if (added === '') continue
    const start = field.indexOf(9, field.indexOf(9) + 1) + 1
    const path = start < field.length ? field.subarray(start) : fields[(at += 2)]
    if (path) counts.set(decodePath(path), { added: added === '-' ? null : Number(added), removed: removed === '-' ? null : Number(removed) })
  }
  return counts
}

function splitFields(output: Buffer): Buffer[] {
  const fields: Buffer[] = []
  let start = 0
  for (let end = output.indexOf(0); end >= 0; end = output.indexOf(0, start)) {
    fields.push(output.subarray(start, end))
    start = end + 1
  }
  if (start < output.length) fields.push(output.subarray(start))
  return fields
}

function toCommit([id = '', parents = '', authorName = '', authorEmail = '', authoredAt = '', committerName = '', committerEmail = '', committedAt = '', refs = '', subject = '', body = '']: readonly string[]): LoggedCommit['commit'] {
  return {
    id,
    parents: parents.split(' ').filter(Boolean),
    author: { name: authorName, email: authorEmail },
    authoredAtMs: toMs(authoredAt),
    committer: { name: committerName, email: committerEmail },
    committedAtMs: toMs(committedAt),
    refs: refs.split(', ').flatMap(toRef),
    subject,
    body: body.trim(),
  }
}

/** A commit can claim any time, also one before 1970. */
function toMs(seconds: string): number {
  return Math.max(0, Math.min(Number(seconds) || 0, 8_640_000_000_000)) * 1000
}

/** `HEAD -> refs/heads/main`, `tag: refs/tags/v1`, `refs/remotes/origin/main`; no name of a ref holds a space. */
function toRef(text: string): CommitRef[] {
  const [, head, tag, full = ''] = /^(HEAD -> )?(tag: )?(.*)$/s.exec(text) ?? []
  const isHead = head !== undefined || full === 'HEAD'
  if (full === '' || full.endsWith('/HEAD')) return []
  if (full === 'HEAD') return [{ kind: 'other', name: 'HEAD', isHead }]
  if (tag !== undefined) return [{ kind: 'tag', name: full.replace('refs/tags/', ''), isHead }]
  if (full.startsWith('refs/heads/')) return [{ kind: 'branch', name: full.slice(11), isHead }]
  if (full.startsWith('refs/remotes/')) return [{ kind: 'remote-branch', name: full.slice(13), isHead }]
  return [{ kind: 'other', name: full, isHead }]
}
