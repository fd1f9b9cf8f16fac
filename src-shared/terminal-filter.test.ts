/** The terminal filter against the sequences of a hostile log, cut anywhere, and its speed on plain text. */
import { describe, expect, it } from 'vitest'
import { createTerminalFilter } from './terminal-filter'

const filtered = (text: string): string => createTerminalFilter().push(text)

const kept: [string, string][] = [
  ['plain text with umlauts, emoji and CJK', 'Grüße 👋🏽 日本\n'],
  ['tab, newline and carriage return', 'a\tb\r\n10%\r20%\n'],
  ['a colour', '\x1b[31mred\x1b[0m'],
  ['a reset without parameters', '\x1b[mplain'],
  ['256 colours and true colours', '\x1b[38;5;208mx\x1b[48;2;1;2;3my\x1b[4:3mz'],
]

const dropped: [string, string, string][] = [
  ['clipboard (OSC 52)', '\x1b]52;c;ZXZpbA==\x07after', 'after'],
  ['link (OSC 8)', '\x1b]8;;javascript:alert(1)\x1b\\text\x1b]8;;\x1b\\', 'text'],
  ['window title', '\x1b]0;pwned\x07after', 'after'],
  ['window title, C1 form', '\x9d0;pwned\x9cafter', 'after'],
  ['palette query', '\x1b]4;1;?\x07after', 'after'],
  ['cursor position report', '\x1b[6nafter', 'after'],
  ['device attributes', '\x1b[c\x1b[>c\x1b[=cafter', 'after'],
  ['DECRQSS', '\x1bP$qm\x1b\\after', 'after'],
  ['full reset', 'before\x1bcafter', 'beforeafter'],
  ['alternate screen', '\x1b[?1049hafter\x1b[?1049l', 'after'],
  ['clear screen and cursor home', 'before\x1b[2J\x1b[Hafter', 'beforeafter'],
  ['cursor up over an earlier line', 'one\n\x1b[1A\x1b[2Kforged\n', 'one\nforged\n'],
  ['save and restore cursor', '\x1b7a\x1b8b', 'ab'],
  ['a character set switch', '\x1b(0lqk\x1b(B', 'lqk'],
  ['C1 index and next line', 'a\x84b\x85c', 'abc'],
  ['C1 control sequence, even a colour', 'a\x9b31mb', 'ab'],
  ['APC, PM and SOS', '\x1b_x\x1b\\a\x1b^y\x1b\\b\x1bXz\x1b\\c', 'abc'],
  ['bell, backspace, NUL and DEL', 'a\x07b\x08c\x00d\x7fe', 'abcde'],
  ['ENQ, SO and SI', 'a\x05b\x0ec\x0fd', 'abcd'],
  ['a private SGR-like sequence', '\x1b[>4;2mafter', 'after'],
  ['more parameters than any colour has', `\x1b[${'1;'.repeat(40)}mafter`, 'after'],
  ['an unfinished OSC before a newline', '\x1b]0;never ends\nafter\n', '\nafter\n'],
  ['an unfinished CSI before a newline', '\x1b[12;\nafter', '\nafter'],
  ['a cancelled sequence', '\x1b[31\x18after', 'after'],
  ['a sequence broken off by another', '\x1b]0;x\x1b[31mred', '\x1b[31mred'],
]

describe('terminal filter', () => {
  it.each(kept)('keeps %s', (_name, text) => {
    expect(filtered(text)).toBe(text)
  })

  it.each(dropped)('drops %s', (_name, text, expected) => {
    expect(filtered(text)).toBe(expected)
  })

  it('gives the same result wherever the stream is cut', () => {
    for (const [, text, expected] of dropped) {
      for (let cut = 0; cut <= text.length; cut += 1) {
        const filter = createTerminalFilter()
        expect(filter.push(text.slice(0, cut)) + filter.push(text.slice(cut))).toBe(expected)
      }
    }
  })

  it('lets an unterminated sequence swallow at most 4 KB', () => {
    const filter = createTerminalFilter()
    const shown = filter.push(`\x1b]0;${'x'.repeat(10_000)}end`)
    expect(shown.endsWith('end')).toBe(true)
    expect(shown.length).toBeGreaterThan(5_900)
  })

  it('passes plain text at 100 MB/s or more', () => {
    const filter = createTerminalFilter()
    const chunk = 'a quite ordinary line of a log, number 12345\n'.repeat(6_000)
    const rounds = 200
    const startedAt = performance.now()
    let length = 0
    for (let round = 0; round < rounds; round += 1) length += filter.push(chunk).length
    const megabytesPerSecond = (chunk.length * rounds) / 1_000_000 / ((performance.now() - startedAt) / 1000)
    expect(length).toBe(chunk.length * rounds)
    expect(megabytesPerSecond).toBeGreaterThan(100)
  })
})
