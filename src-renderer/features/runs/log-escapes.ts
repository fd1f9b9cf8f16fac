/**
 * What a log may not do to the window (RELIABILITY.md F34): name it, link, reach the clipboard, change colours for good, ask
 * questions, take the mouse, or hide what was written before. Colours and cursor movements within the text stay.
 */
import type { Terminal } from '@xterm/xterm'

/** Titles, palette, hyperlinks, notifications, colours, the clipboard, and what single terminals have added. */
const refusedOsc = [0, 1, 2, 4, 7, 8, 9, 10, 11, 12, 50, 52, 104, 110, 111, 112, 133, 777, 1337]
/** Mouse and focus reports, the alternate screens (they hide earlier lines), bracketed paste. */
const refusedModes = new Set([9, 47, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 1047, 1048, 1049, 2004])

export function refuseEscapes({ parser }: Pick<Terminal, 'parser'>): void {
  const refuse = (): boolean => true
  for (const code of refusedOsc) parser.registerOscHandler(code, refuse)
  const isRefusedMode = (params: (number | number[])[]): boolean => params.some((mode) => typeof mode === 'number' && refusedModes.has(mode))
  for (const final of ['h', 'l']) parser.registerCsiHandler({ prefix: '?', final }, isRefusedMode)
  // Window operations, and the reset that clears all that was written.
  parser.registerCsiHandler({ final: 't' }, refuse)
  parser.registerEscHandler({ final: 'c' }, refuse)
  // "Erase saved lines": what has scrolled away stays.
  parser.registerCsiHandler({ final: 'J' }, (params) => params[0] === 3)
}
