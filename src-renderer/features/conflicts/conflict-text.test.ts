import { describe, expect, it } from 'vitest'
import { conflictPieces, countConflicts, decide, textOfPieces } from './conflict-text'

const two = 'top\n<<<<<<< HEAD\nours 1\n=======\ntheirs 1\n>>>>>>> side\nmiddle\n<<<<<<< HEAD\nours 2\n||||||| base\nwas 2\n=======\n>>>>>>> side\nend'

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
})
