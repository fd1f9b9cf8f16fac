/** Key chords: written once as `Mod+Shift+P`, matched against events and shown as the platform writes them. Pure but for the platform. */
const isMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform)

export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>

/** `Mod` is Ctrl, or Cmd on a Mac. */
export function matchesKeys(press: KeyPress, chord: string, mac: boolean = isMac): boolean {
  const parts = chord.split('+')
  const key = parts.at(-1) ?? ''
  const wantsMod = parts.includes('Mod')
  const wantsControl = parts.includes('Ctrl') || (wantsMod && !mac)
  if (press.ctrlKey !== wantsControl || press.metaKey !== (wantsMod && mac)) return false
  if (press.shiftKey !== parts.includes('Shift') || press.altKey !== parts.includes('Alt')) return false
  return press.key.toLowerCase() === key.toLowerCase()
}

const macSigns: Record<string, string> = { Mod: '⌘', Ctrl: '⌃', Shift: '⇧', Alt: '⌥' }

export function keysText(chord: string, mac: boolean = isMac): string {
  const parts = chord.split('+')
  if (mac) return parts.map((part) => macSigns[part] ?? part).join('')
  return parts.map((part) => (part === 'Mod' ? 'Ctrl' : part)).join('+')
}
