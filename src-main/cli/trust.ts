/** Trust in the terminal: a command that would execute something of a folder asks for it once, or says which word is missing. */
import { createInterface } from 'node:readline/promises'
import { AppError } from '@shared/app-error'
import type { Api } from '../api'
import { printable, type Output } from './output'

export type TrustInput = {
  api: Api
  output: Output
  /** `--trust` was given. */
  trust: boolean
  /** null: nobody is there to answer. */
  confirm: ((question: string) => Promise<boolean>) | null
}

const mostShown = 20

/** Throws workspace/untrusted. */
export async function settleTrust({ api, output, trust, confirm }: TrustInput): Promise<void> {
  const { workspace } = await api('workspace.current', {})
  if (workspace === null || workspace.isTrusted) return
  const root = printable(workspace.root)
  if (!trust) {
    if (confirm === null) throw untrusted(workspace.root, 'Add --trust to trust it for good, or open it in the window to look at it first.')
    const executes = (await api('git.refresh', {})).repository?.executes ?? []
    output.say(`Nothing of ${root} was executed here before. Its pipelines will run, and git will use its hooks and settings.`)
    if (workspace.belongsToOther) output.say('The folder belongs to another user of this computer.')
    for (const { key, value } of executes.slice(0, mostShown)) output.say(`  ${key === 'hook' ? 'hook' : printable(key)}: ${printable(value)}`)
    if (executes.length > mostShown) output.say(`  and ${executes.length - mostShown} more`)
    if (!(await confirm('Do you trust what is in it? [y/N] '))) throw untrusted(workspace.root, 'Nothing was executed.')
  }
  await api('workspace.trust', {})
  output.say(`${root} is trusted from now on.`)
}

function untrusted(root: string, advice: string): AppError {
  return new AppError('workspace/untrusted', `${printable(root)} is not trusted yet: nothing of it is executed. ${advice}`, { path: root })
}

/** null where input or messages do not go to a terminal. */
export function terminalConfirmation(): TrustInput['confirm'] {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null
  return async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr })
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
    const answer = await Promise.race([lines.question(question), ended])
    lines.close()
    return /^\s*y(?:es)?\s*$/i.test(answer)
  }
}
