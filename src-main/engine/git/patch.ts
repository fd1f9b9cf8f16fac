/**
 * A patch of one file as git prints it, cut into hunks and put together again of some of them. Works on bytes (as latin-1 text),
 * so that line ends, other encodings and a missing last line end stay what they are. Pure.
 */
import type { Hunk } from '@shared/contract/git-changes'

export type Patch = {
  /** Up to the first hunk. */
  header: string
  hunks: { facts: Hunk; text: string }[]
}

const hunkHead = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/

/** null: no patch, or one of more files than one (a file that became a link). */
export function readPatch(bytes: Buffer): Patch | null {
  const text = bytes.toString('latin1')
  if (!text.startsWith('diff --git ') || text.indexOf('\ndiff --git ') >= 0) return null
  const starts = [...text.matchAll(/^@@ -/gm)].map(({ index }) => index)
  const header = text.slice(0, starts[0] ?? text.length)
  const hunks = starts.map((start, at) => readHunk(text.slice(start, starts[at + 1] ?? text.length)))
  return { header, hunks }
}

function readHunk(text: string): Patch['hunks'][number] {
  const lines = text.split('\n')
  const [, oldStart = '0', oldLines = '1', newStart = '0', newLines = '1', within = ''] = hunkHead.exec(lines[0] ?? '') ?? []
  const count = (sign: string): number => lines.filter((line, at) => at > 0 && line.startsWith(sign)).length
  const facts = { oldStart: Number(oldStart), oldLines: Number(oldLines), newStart: Number(newStart), newLines: Number(newLines), added: count('+'), removed: count('-'), within: Buffer.from(within.replace(/\r$/, ''), 'latin1').toString('utf8') }
  return { facts, text }
}

/** Whether its hunks can go one by one: not those of a file that appears or vanishes, or is no file of text. */
export function isDivisible({ header, hunks }: Patch): boolean {
  return hunks.length > 0 && !/^(?:(?:new|deleted) file mode |index \S+ 120000$)/m.test(header)
}

/** A patch of the chosen hunks alone: without a change of mode or name, which go with the whole file. `reverse`: it will be taken back. */
export function patchOf({ header, hunks }: Patch, chosen: readonly number[], reverse: boolean): Buffer {
  const before = /^--- .*$/m.exec(header)?.[0] ?? ''
  const after = /^\+\+\+ .*$/m.exec(header)?.[0] ?? ''
  // Renamed too: only one of the two names exists where the hunks are put.
  const name = (reverse ? after : before).slice(4)
  const old = name.replace(/^("?)b\//, '$1a/')
  const next = name.replace(/^("?)a\//, '$1b/')
  const wanted = new Set(chosen)
  const head = `diff --git ${old.replace(/\t$/, '')} ${next.replace(/\t$/, '')}\n--- ${old}\n+++ ${next}\n`
  return Buffer.from(head + hunks.filter((_, at) => wanted.has(at)).map(({ text }) => text).join(''), 'latin1')
}
