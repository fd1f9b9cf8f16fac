/** "Show this line of this file": said by whoever opens a file, answered by the editor once it shows the file. */
import { create } from 'zustand'

type Reveal = { documentId: string; line: number | null; column: number | null; serial: number }

export const useReveal = create<{ reveal: Reveal | null }>(() => ({ reveal: null }))

/** Without a line the editor only takes the focus. */
export function requestReveal(documentId: string, line: number | null, column: number | null): void {
  useReveal.setState(({ reveal }) => ({ reveal: { documentId, line, column, serial: (reveal?.serial ?? 0) + 1 } }))
}
