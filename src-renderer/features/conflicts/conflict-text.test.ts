import { describe, expect, it } from 'vitest'
import { type Piece, type Side, conflictPieces, conflictPlaces, countConflicts, placeInSide, resolution } from './conflict-text'

const two = 'top\n<<<<<<< HEAD\nours 1\n=======\ntheirs 1\n>>>>>>> side\nmiddle\n<<<<<<< HEAD\nours 2\n||||||| base\nwas 2\n=======\n>>>>>>> side\nend'

const textOfPieces = (pieces: readonly Piece[]): string => pieces.map((piece) => (piece.kind === 'text' ? piece.text : piece.raw)).join('')

/** As the editor does it: the lines from the first mark to the last one become what was chosen. */
function decide(text: string, number: number, side: Side): string {
  const place = conflictPlaces(text)[number]
  if (place === undefined) throw new Error('no such conflict')
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  return [...lines.slice(0, place.start - 1), resolution(place.conflict, side), ...lines.slice(place.end)].join('')
}

describe('Text with conflicts', () => {
  it('is read as pieces, with the base where git wrote it', () => {
    const pieces = conflictPieces(two)
    expect(pieces.map((piece) => (piece.kind === 'text' ? piece.text : [piece.ours, piece.base, piece.theirs]))).toEqual(['top\n', ['ours 1\n', null, 'theirs 1\n'], 'middle\n', ['ours 2\n', 'was 2\n', ''], 'end'])
    expect(textOfPieces(pieces)).toBe(two)
    expect(countConflicts(two)).toBe(2)
  })

  it('is decided one conflict at a time', () => {
    expect(decide(two, 0, 'both')).toContain('top\nours 1\ntheirs 1\nmiddle\n<<<<<<<')
    const first = decide(two, 0, 'ours')
    expect(countConflicts(first)).toBe(1)
    expect(decide(first, 0, 'theirs')).toBe('top\nours 1\nmiddle\nend')
  })

  it('keeps line ends, and takes lines that only look like marks for text', () => {
    expect(decide('<<<<<<< a\r\nx\r\n=======\r\ny\r\n>>>>>>> b\r\n', 0, 'theirs')).toBe('y\r\n')
    for (const text of ['<<<<<<<HEAD\nx\n', '<<<<<<< HEAD\nno end\n', 'a = "======="\n=======\n', '<<<<<<< a\n<<<<<<< b\n', '']) {
      expect(countConflicts(text)).toBe(0)
      expect(textOfPieces(conflictPieces(text))).toBe(text)
    }
  })

  it('says in which lines everything stands', () => {
    expect(conflictPlaces(two).map(({ start, ours, base, theirs, end }) => ({ start, ours, base, theirs, end }))).toEqual([
      { start: 2, ours: { first: 3, count: 1 }, base: null, theirs: { first: 5, count: 1 }, end: 6 },
      { start: 8, ours: { first: 9, count: 1 }, base: { first: 11, count: 1 }, theirs: { first: 13, count: 0 }, end: 13 },
    ])
  })

  it('is found in the whole file of each side, also where the same lines stand more than once or not at all', () => {
    const theirs = 'new line\ntop\ntheirs 1\nmiddle\nend\n'
    expect(placeInSide(two, 0, 'theirs', theirs)).toEqual({ first: 3, count: 1 })
    expect(placeInSide(two, 1, 'theirs', theirs)).toEqual({ first: 5, count: 0 })
    const repeated = 'a\n<<<<<<< x\nsame\n=======\nother\n>>>>>>> y\nb\n'
    expect(placeInSide(repeated, 0, 'ours', 'same\nsame\nz\na\nsame\nb\n')).toEqual({ first: 5, count: 1 })
    expect(placeInSide(repeated, 0, 'ours', 'a\r\nsame\r\nb\r\n')).toEqual({ first: 2, count: 1 })
    expect(placeInSide(repeated, 0, 'ours', 'a\nsomething else\n')).toEqual({ first: 2, count: 0 })
    expect(placeInSide(repeated, 0, 'ours', '')).toEqual({ first: 1, count: 0 })
  })
})
