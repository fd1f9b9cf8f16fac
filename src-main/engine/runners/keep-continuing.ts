/**
 * A container that waits stops itself (docker/waiting-command.ts). One with little processor time may not have come that far when
 * it is continued, would miss the signal and wait for ever: so the signal is repeated, ever more rarely, until something is heard.
 */
const firstMs = 250

/** `proceed` sends the signal; it must not reject. Answers how to end it. */
export function keepContinuing(proceed: () => Promise<unknown>): () => void {
  let timer: NodeJS.Timeout
  const again = (afterMs: number): void => {
    timer = setTimeout(() => {
      void proceed()
      again(afterMs * 2)
    }, afterMs)
    timer.unref()
  }
  again(firstMs)
  return () => clearTimeout(timer)
}
