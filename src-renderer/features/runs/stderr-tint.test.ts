/** Stderr has a colour of its own, the pipeline's colours stay its own. */
import { describe, expect, it } from 'vitest'
import { createStderrTint, hasForegroundAfter } from './stderr-tint'

const on = '\x1b[38;2;1;2;3m'
const off = '\x1b[39m'
const tint = () => createStderrTint('#010203')

describe('stderr tint', () => {
  it('is only there for stderr', () => {
    const { push } = tint()
    expect(push('out', 'stdout') + push('err', 'stderr') + push('more', 'stderr') + push('out', 'stdout')).toBe(`out${on}errmore${off}out`)
  })

  it('comes back after the pipeline resets its own colour', () => {
    expect(tint().push('a\x1b[31mred\x1b[0mb', 'stderr')).toBe(`${on}a\x1b[31mred\x1b[0m${on}b`)
  })

  it('does not replace a colour that stdout left on', () => {
    const { push } = tint()
    expect(push('\x1b[32mgreen', 'stdout') + push('still green', 'stderr')).toBe('\x1b[32mgreenstill green')
  })

  it.each([
    ['', true, false],
    ['0', true, false],
    ['39', true, false],
    ['1;31', false, true],
    ['97', false, true],
    ['38;5;0', false, true],
    ['48;5;31', false, false],
    ['48;2;31;32;33;1', false, false],
    ['38:2::1:2:3', false, true],
    ['1', true, true],
  ])('reads the parameters %j', (parameters, before, after) => {
    expect(hasForegroundAfter(parameters, before)).toBe(after)
  })
})
