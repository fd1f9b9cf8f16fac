/** Follows an operation of git to its end: what it prints, how far it is, and its questions, which go to the terminal where there is one. */
import type { GitOperation, GitPrompt } from '@shared/contract/git'
import type { Api } from '../api'
import type { Events } from '../engine/events'
import { printable, type Output } from './output'
import { exitCodes } from './run-command'

export type FollowOperationInput = {
  api: Api
  events: Events
  output: Output
  json: boolean
  begin: () => Promise<GitOperation>
  /** null: nobody is there to answer. */
  terminal: Terminal | null
  onInterrupt: (listener: () => void) => void
}

export type Terminal = { confirm(question: string): Promise<boolean>; readHidden(question: string): Promise<string> }

/** Answers the operation as it ended. */
export async function followOperation({ api, events, output, json, begin, terminal, onInterrupt }: FollowOperationInput): Promise<GitOperation> {
  let id: string | null = null
  let shownPrompt: string | null = null
  let shownStage: string | null = null
  let finish = (_operation: GitOperation): void => undefined
  const ended = new Promise<GitOperation>((resolve) => (finish = resolve))
  const show = (operation: GitOperation): void => {
    if (operation.id !== id) return
    const { prompt, stage } = operation
    if (stage !== null && stage !== shownStage && !json) output.say(`${stage}…`)
    shownStage = stage
    if (prompt !== null && prompt.id !== shownPrompt) {
      shownPrompt = prompt.id
      void answer(prompt, terminal, output)
        .catch(() => null)
        .then((text) => api('git.answerPrompt', { operationId: operation.id, promptId: prompt.id, answer: text, remember: false }))
    }
    if (operation.state !== 'running' && operation.state !== 'waiting') finish(operation)
  }
  const unsubscribe = events.on('git.operationChanged', show)
  onInterrupt(() => {
    if (id !== null) void api('git.cancelOperation', { operationId: id })
  })
  try {
    const begun = await begin()
    id = begun.id
    // What was told before the answer came is in the list.
    show((await api('git.operations', {})).operations.find((operation) => operation.id === id) ?? begun)
    const operation = await ended
    const { text } = await api('git.operationOutput', { operationId: operation.id })
    if (json) await output.json({ type: 'operation', operation })
    else for (const line of text.split(/[\r\n]+/)) if (line.trim() !== '' && !/\d+% \(\d+\/\d+\)/.test(line)) output.say(`  ${printable(line)}`)
    if (operation.error !== null && !json) output.say(operation.error.message)
    return operation
  } finally {
    unsubscribe()
  }
}

async function answer(prompt: GitPrompt, terminal: Terminal | null, output: Output): Promise<string | null> {
  const about = prompt.target === null ? '' : ` (${printable(prompt.target)})`
  if (terminal === null) {
    output.say(`git asks and nobody is here to answer: ${printable(prompt.text)}${about} Sign in once in the window, use a credential helper or an agent, or call this from a terminal.`)
    return null
  }
  for (const line of prompt.text.split('\n')) output.say(printable(line))
  if (prompt.kind === 'host-key') return (await terminal.confirm('Is this its fingerprint? [y/N] ')) ? 'yes' : null
  const text = (await terminal.readHidden(`Answer${about}, not shown: `)).replace(/\r?\n$/, '')
  return text === '' ? null : text
}

export function exitCodeOfOperation({ state }: GitOperation): number {
  if (state === 'done') return exitCodes.ok
  return state === 'cancelled' ? exitCodes.stopped : exitCodes.failed
}
