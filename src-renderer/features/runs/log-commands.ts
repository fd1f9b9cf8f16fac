/** What the actions of the window can ask of the log that is on screen, if there is one. */
export type LogCommands = { openSearch: () => void; focus: () => void; lastLines: () => string; host: HTMLElement }

let current: LogCommands | null = null

/** Called by the log on screen; the returned function withdraws it. */
export function provideLog(commands: LogCommands): () => void {
  current = commands
  return () => {
    if (current === commands) current = null
  }
}

export function logOnScreen(): LogCommands | null {
  return current
}
