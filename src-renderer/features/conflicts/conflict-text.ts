/** Text with git's marks of conflicts: its pieces, where they stand, and what a decision makes of them. Pure. */

export type Side = 'ours' | 'theirs' | 'both'
export type Conflict = { kind: 'conflict'; ours: string; base: string | null; theirs: string; /** As it stands in the text. */ raw: string }
export type Piece = { kind: 'text'; text: string } | Conflict

/** A mark that has no end is text. */
export function conflictPieces(text: string): Piece[] {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const pieces: Piece[] = []
  let plain = ''
  for (let at = 0; at < lines.length; ) {
    const found = isMark(lines[at], '<') ? readConflict(lines, at) : null
    if (found === null) {
      plain += lines[at++] ?? ''
      continue
    }
    if (plain !== '') pieces.push({ kind: 'text', text: plain })
    plain = ''
    pieces.push(found.conflict)
    at = found.next
  }
  if (plain !== '') pieces.push({ kind: 'text', text: plain })
  return pieces
}

function isMark(line: string | undefined, character: string): boolean {
  return line !== undefined && line.startsWith(character.repeat(7)) && /^(?:\s|$)/.test(line.slice(7))
}

function readConflict(lines: readonly string[], start: number): { conflict: Conflict; next: number } | null {
  const parts = { ours: '', base: '', theirs: '' }
  let part: keyof typeof parts = 'ours'
  let hasBase = false
  for (let at = start + 1; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (isMark(line, '<')) return null
    if (isMark(line, '|') && part === 'ours') [part, hasBase] = ['base', true]
    else if (isMark(line, '=') && part !== 'theirs') part = 'theirs'
    else if (isMark(line, '>') && part === 'theirs') return { conflict: { kind: 'conflict', ours: parts.ours, base: hasBase ? parts.base : null, theirs: parts.theirs, raw: lines.slice(start, at + 1).join('') }, next: at + 1 }
    else parts[part] += line
  }
  return null
}

/** What stands in the conflict's place once it is decided. */
export function resolution(conflict: Conflict, side: Side): string {
  return side === 'both' ? conflict.ours + conflict.theirs : conflict[side]
}

export function countConflicts(text: string): number {
  return conflictPieces(text).filter(({ kind }) => kind === 'conflict').length
}

/** Lines of a text, the first is 1; `count` 0: between the one before and this one. */
export type Lines = { first: number; count: number }
/** Where a conflict stands: its marks and, between them, its parts. */
export type ConflictPlace = { conflict: Conflict; start: number; ours: Lines; base: Lines | null; theirs: Lines; end: number }

const linesOf = (text: string): string[] => (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => line.replace(/\r?\n$/, ''))

export function conflictPlaces(text: string): ConflictPlace[] {
  const places: ConflictPlace[] = []
  let line = 1
  for (const piece of conflictPieces(text)) {
    if (piece.kind === 'conflict') {
      const [start, count] = [line, (part: string): number => linesOf(part).length]
      const ours = { first: start + 1, count: count(piece.ours) }
      const base = piece.base === null ? null : { first: ours.first + ours.count + 1, count: count(piece.base) }
      const before = base ?? ours
      const theirs = { first: before.first + before.count + 1, count: count(piece.theirs) }
      places.push({ conflict: piece, start, ours, base, theirs, end: theirs.first + theirs.count })
    }
    line += linesOf(piece.kind === 'text' ? piece.text : piece.raw).length
  }
  return places
}

const mostContext = 8

/**
 * Where one side's part of a conflict stands in that side's whole file: of all the places that read the same, the one that lies among
 * the same lines, and of those the nearest. A part that was changed by hand is where it would be.
 */
export function placeInSide(text: string, number: number, side: 'ours' | 'base' | 'theirs', whole: string): Lines {
  const target = linesOf(whole)
  const [before, after]: [string[], string[]] = [[], []]
  let wanted: string[] = []
  let seen = -1
  for (const piece of conflictPieces(text)) {
    if (piece.kind === 'conflict') seen += 1
    const lines = linesOf(piece.kind === 'text' ? piece.text : (piece[side] ?? ''))
    if (piece.kind === 'conflict' && seen === number) wanted = lines
    else (seen < number ? before : after).push(...lines)
  }
  const context = (from: readonly string[], start: number, step: 1 | -1, at: number): number => {
    let same = 0
    while (same < mostContext && from[start + same * step] !== undefined && from[start + same * step] === target[at + same * step]) same += 1
    return same
  }
  let best = { at: Math.min(before.length, target.length), count: 0, likeness: -1 }
  for (let at = 0; at + wanted.length <= target.length; at++) {
    if (!wanted.every((line, index) => target[at + index] === line)) continue
    const likeness = context(before, before.length - 1, -1, at - 1) + context(after, 0, 1, at + wanted.length)
    const isNearer = Math.abs(at - before.length) < Math.abs(best.at - before.length)
    if (likeness > best.likeness || (likeness === best.likeness && isNearer)) best = { at, count: wanted.length, likeness }
  }
  return { first: best.at + 1, count: best.count }
}
