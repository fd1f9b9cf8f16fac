/** Key chords on both kinds of keyboard. */
import { describe, expect, it } from 'vitest'
import { type KeyPress, keysText, matchesKeys } from './keys'

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({ key, code: '', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held })

describe('keys', () => {
  it('are matched exactly', () => {
    expect(matchesKeys(press('F5'), 'F5', false)).toBe(true)
    expect(matchesKeys(press('F5', { shiftKey: true }), 'F5', false)).toBe(false)
    expect(matchesKeys(press('F5', { shiftKey: true }), 'Shift+F5', false)).toBe(true)
  })

  it('mean Ctrl here and Cmd on a Mac', () => {
    expect(matchesKeys(press('P', { ctrlKey: true, shiftKey: true }), 'Mod+Shift+P', false)).toBe(true)
    expect(matchesKeys(press('p', { metaKey: true }), 'Mod+P', true)).toBe(true)
    expect(matchesKeys(press('p', { ctrlKey: true }), 'Mod+P', true)).toBe(false)
  })

  it('are shown as the platform writes them', () => {
    expect(keysText('Mod+Shift+P', false)).toBe('Ctrl+Shift+P')
    expect(keysText('Mod+Shift+P', true)).toBe('⌘⇧P')
  })
})
