/** The diff that is in front, for the keys: F7 goes to the next change in it. */
export type DiffOnScreen = { goTo(direction: 'next' | 'previous'): void }

let current: DiffOnScreen | null = null

export function diffOnScreen(): DiffOnScreen | null {
  return current
}

/** Answers how to take it away again. */
export function showDiff(diff: DiffOnScreen): () => void {
  current = diff
  return () => {
    if (current === diff) current = null
  }
}
