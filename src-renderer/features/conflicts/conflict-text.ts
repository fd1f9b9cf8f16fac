/** Text with git's marks of conflicts, as pieces; and the text with a conflict decided. Pure. */

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

export function textOfPieces(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (piece.kind === 'text' ? piece.text : piece.raw)).join('')
}

/** `number` counts the conflicts from 0. */
export function decide(text: string, number: number, side: Side): string {
  let seen = -1
  return textOfPieces(
    conflictPieces(text).map((piece) => {
      if (piece.kind === 'text' || (seen += 1) !== number) return piece
      return { kind: 'text', text: side === 'both' ? piece.ours + piece.theirs : piece[side] }
    }),
  )
}

export function countConflicts(text: string): number {
  return conflictPieces(text).filter(({ kind }) => kind === 'conflict').length
}
