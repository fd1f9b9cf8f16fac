/**
 * Gives text from stderr a colour of its own without touching the pipeline's: the tint is only there while the pipeline has
 * no foreground colour set. Works on filtered text (printable characters and SGR); one tint for each terminal, because
 * both streams share the terminal's state.
 */
export type StderrTint = { push: (text: string, stream: 'stdout' | 'stderr') => string }

const sgr = /\x1b\[([\d;:]*)m/g

/** Whether a foreground colour is set after the sequence, given whether one was before. */
export function hasForegroundAfter(parameters: string, before: boolean): boolean {
  let set = before
  const codes = parameters === '' ? ['0'] : parameters.split(';')
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? ''
    const number = Number.parseInt(code === '' ? '0' : code, 10)
    if (number === 0 || number === 39) set = false
    else if (number === 38 || (number >= 30 && number <= 37) || (number >= 90 && number <= 97)) set = true
    // 38;5;n and 38;2;r;g;b: what follows is a colour, not a code of its own. The form with colons is one parameter.
    if ((number === 38 || number === 48 || number === 58) && !code.includes(':')) index += codes[index + 1] === '2' ? 4 : 2
  }
  return set
}

/** `colour` is #rrggbb. */
export function createStderrTint(colour: string): StderrTint {
  const channel = (from: number): number => Number.parseInt(colour.slice(from, from + 2), 16)
  const on = `\x1b[38;2;${channel(1)};${channel(3)};${channel(5)}m`
  const off = '\x1b[39m'
  let hasForeground = false
  let tinted = false

  return {
    push(text, stream) {
      if (text === '') return ''
      const isError = stream === 'stderr'
      let prefix = ''
      if (isError && !tinted && !hasForeground) prefix = on
      if (!isError && tinted && !hasForeground) prefix = off
      tinted = isError
      if (!text.includes('\x1b')) return prefix + text
      const body = text.replace(sgr, (sequence, parameters: string) => {
        hasForeground = hasForegroundAfter(parameters, hasForeground)
        return isError && !hasForeground ? sequence + on : sequence
      })
      return prefix + body
    },
  }
}
