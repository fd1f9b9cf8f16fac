/** Whether the editor shows who wrote each line. Apart from the editor, which is loaded later. */
import { create } from 'zustand'

export const useBlameShown = create<{ isShown: boolean }>(() => ({ isShown: false }))

export function toggleBlame(): void {
  useBlameShown.setState(({ isShown }) => ({ isShown: !isShown }))
}
