/**
 * The command of a container that is started ahead: a shell that stops itself and, when it is continued (SIGCONT), becomes the
 * command, as the same process. What shells add to an environment is taken out again: the command must find what it would find.
 */
const waitingShell = ['sh', '-c', 'kill -STOP $$; exec env -u PWD -u OLDPWD -u SHLVL -u _ "$0" "$@"'] as const

export function waitingCommand(command: readonly string[]): string[] {
  return [...waitingShell, ...command]
}

/** What it becomes; a command that does not wait is itself. */
export function commandAfterWaiting(command: readonly string[]): string[] {
  return waitingShell.every((word, index) => command[index] === word) ? command.slice(waitingShell.length) : [...command]
}
