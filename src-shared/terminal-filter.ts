/**
 * Makes a pipeline's output safe to hand to a terminal: keeps printable text, tab, newline, carriage return and colours (SGR)
 * and drops every other control sequence, so that a log can neither forge or hide lines, nor set a title, nor make the
 * terminal answer. Decides about characters only; decoding of bytes and tinting are left to the caller.
 */

/*
 * ground ──ESC──> escape ──[──> csi ──final──> ground
 *    │              ├──]PX^_──> string ──BEL, ST, newline, 4 KB──> ground
 *    │              └──space to /──> intermediate ──final──> ground
 *    └──C1──> csi | string | ground
 */
type State = 'ground' | 'escape' | 'intermediate' | 'csi' | 'string' | 'string-escape'

/** Nothing well-formed is longer; what is, must not swallow the rest of the log. */
const maxSequenceLength = 4096
const maxSgrParameters = 32

const control = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g
const sgrParameters = /^[\d;:]*$/

export type TerminalFilter = {
  /** Filters the next piece of a stream; a sequence may be cut anywhere. */
  push: (text: string) => string
}

export function createTerminalFilter(): TerminalFilter {
  let state: State = 'ground'
  /** Parameters of a CSI sequence so far; null once it can no longer become a colour. */
  let parameters: string | null = ''
  let sequenceLength = 0

  function enter(next: State): void {
    state = next
    parameters = ''
    sequenceLength = 0
  }

  function ground(code: number): void {
    if (code === 0x1b) enter('escape')
    else if (code === 0x9b) {
      enter('csi')
      parameters = null
    } else if (code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f)) enter('string')
  }

  function afterEscape(character: string, code: number): void {
    if (character === '[') enter('csi')
    else if (character === ']' || character === 'P' || character === 'X' || character === '^' || character === '_') enter('string')
    else if (code >= 0x20 && code <= 0x2f) enter('intermediate')
    else enter(code === 0x1b ? 'escape' : 'ground')
  }

  /** The text that a CSI sequence leaves behind: itself when it is a colour, nothing otherwise. */
  function insideCsi(character: string, code: number): string {
    if (code >= 0x40 && code <= 0x7e) {
      const kept = parameters
      enter('ground')
      const isColour = character === 'm' && kept !== null && sgrParameters.test(kept) && kept.split(';').length <= maxSgrParameters
      return isColour ? `\x1b[${kept}m` : ''
    }
    if (parameters !== null) parameters += character
    return ''
  }

  /** Handles one character outside the ground state; returns what is to be shown of it. */
  function step(character: string, code: number): string {
    // A line must stay visible whatever an unfinished sequence before it looks like.
    if (code === 0x0a || code === 0x0d) {
      enter('ground')
      return character
    }
    sequenceLength += 1
    if (sequenceLength > maxSequenceLength || code === 0x18 || code === 0x1a) {
      enter('ground')
      return ''
    }
    switch (state) {
      case 'escape':
        afterEscape(character, code)
        return ''
      case 'intermediate':
        if (code === 0x1b) enter('escape')
        else if (code >= 0x30) enter('ground')
        return ''
      case 'csi':
        if (code === 0x1b) enter('escape')
        else return insideCsi(character, code)
        return ''
      case 'string':
        if (code === 0x07 || code === 0x9c) enter('ground')
        else if (code === 0x1b) state = 'string-escape'
        return ''
      case 'string-escape':
        if (character === '\\') enter('ground')
        else afterEscape(character, code)
        return ''
      case 'ground':
        ground(code)
        return ''
    }
  }

  return {
    push(text) {
      control.lastIndex = 0
      if (state === 'ground' && !control.test(text)) return text
      let shown = ''
      let index = 0
      while (index < text.length) {
        if (state === 'ground') {
          control.lastIndex = index
          const next = control.exec(text)?.index ?? text.length
          shown += text.slice(index, next)
          if (next < text.length) ground(text.charCodeAt(next))
          index = next + 1
        } else {
          shown += step(text.charAt(index), text.charCodeAt(index))
          index += 1
        }
      }
      return shown
    },
  }
}
