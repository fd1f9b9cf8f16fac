/** Whether the palette is open, and for what. */
import { create } from 'zustand'

export type PaletteMode = 'actions' | 'go-to'

export const usePalette = create<{ mode: PaletteMode | null }>(() => ({ mode: null }))

export function openPalette(mode: PaletteMode): void {
  usePalette.setState({ mode })
}

export function closePalette(): void {
  usePalette.setState({ mode: null })
}
