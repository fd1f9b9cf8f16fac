/**
 * Long work of git as entities: progress, questions (passwords, host keys), cancel, an end with its error. One at a time: git
 * locks its index anyway. What an operation does is its caller's; what it looks like to people is decided here.
 */
import { randomUUID } from 'node:crypto'
import { AppError, toWireError } from '@shared/app-error'
import type { GitOperation, GitPrompt } from '@shared/contract/git'
import type { GitCall } from './git-client'
import { withoutProgress, withoutSecrets } from './git-errors'

export type OperationHandle = {
  signal: AbortSignal
  /** For calls of git that can be long: cancel, progress, output, no limit of silence (it is said instead). */
  call(more?: GitCall): GitCall
  /** Adds to the output. */
  print(text: string): void
  /** Whom or what it waits for while it is silent: a host, a hook. */
  waitFor(what: string | null): void
  /** Puts a question to the user; null: refused. */
  ask(prompt: Omit<GitPrompt, 'id'>): Promise<PromptAnswer | null>
}

export type PromptAnswer = { answer: string; remember: boolean }

export type GitOperations = {
  /** Begins, and answers at once. Throws git/busy. */
  start(kind: GitOperation['kind'], work: (handle: OperationHandle) => Promise<void>, options?: { isAutomatic?: boolean }): GitOperation
  /** Resolves with the operation when it is over. */
  ended(id: string): Promise<GitOperation>
  list(): GitOperation[]
  output(id: string): string
  cancel(id: string): GitOperation
  answer(id: string, promptId: string, answer: PromptAnswer | null): GitOperation
  dispose(): Promise<void>
}

export type GitOperationsDeps = {
  publish: (operation: GitOperation) => void
  /** After each, whatever its end. */
  onEnded: (operation: GitOperation) => void
  nowMs: () => number
}

type Kept = { entity: GitOperation; output: string; stop: AbortController; resolve: ((answer: PromptAnswer | null) => void) | null; over: Promise<void> }

const mostKept = 50
const mostOutput = 400_000
/** `Receiving objects:  42% (1234/2900), 1.20 MiB | 2.40 MiB/s` */
const progressLine = /^(?:remote: )?([A-Z][A-Za-z -]+):\s+(\d{1,3})% \(\d+\/\d+\)/

export function createGitOperations(deps: GitOperationsDeps): GitOperations {
  const kept: Kept[] = []
  const isLive = ({ entity }: Kept): boolean => entity.state === 'running' || entity.state === 'waiting'

  const change = (one: Kept, patch: Partial<GitOperation>): GitOperation => {
    one.entity = { ...one.entity, ...patch, rev: one.entity.rev + 1 }
    deps.publish(one.entity)
    return one.entity
  }
  const find = (id: string): Kept => {
    const found = kept.find(({ entity }) => entity.id === id)
    if (!found) throw new AppError('git/not-found', 'This operation is not known (any more).')
    return found
  }

  const handleOf = (one: Kept): OperationHandle => {
    let lastPercent = -1
    const print = (text: string): void => {
      one.output = (one.output + withoutSecrets(text)).slice(-mostOutput)
      const line = text.split(/[\r\n]/).filter((part) => progressLine.test(part)).at(-1)
      const [, stage, percent] = progressLine.exec(line ?? '') ?? []
      if (stage !== undefined && (stage !== one.entity.stage || Number(percent) !== lastPercent)) {
        lastPercent = Number(percent)
        change(one, { stage, percent: lastPercent, heardAtMs: deps.nowMs() })
      } else if (deps.nowMs() - one.entity.heardAtMs > 1000) change(one, { heardAtMs: deps.nowMs() })
    }
    return {
      signal: one.stop.signal,
      call: (more = {}) => ({ silentMs: null, signal: one.stop.signal, onStderr: print, ...more }),
      print,
      waitFor: (waitsFor) => void change(one, { waitsFor }),
      ask(prompt) {
        if (one.stop.signal.aborted) return Promise.resolve(null)
        return new Promise((resolve) => {
          one.resolve = (answer) => {
            one.resolve = null
            change(one, { state: 'running', prompt: null, heardAtMs: deps.nowMs() })
            resolve(answer)
          }
          change(one, { state: 'waiting', prompt: { ...prompt, id: randomUUID() } })
        })
      },
    }
  }

  const perform = async (one: Kept, work: (handle: OperationHandle) => Promise<void>): Promise<void> => {
    try {
      await work(handleOf(one))
      change(one, { state: 'done', percent: null, finishedAtMs: deps.nowMs() })
    } catch (error) {
      const wire = toWireError(error)
      const output = wire.details.output
      if (typeof output === 'string' && !one.output.includes(output)) one.output += `${one.output === '' || one.output.endsWith('\n') ? '' : '\n'}${output}\n`
      change(one, { state: one.stop.signal.aborted ? 'cancelled' : 'failed', percent: null, prompt: null, finishedAtMs: deps.nowMs(), error: one.stop.signal.aborted ? null : wire })
    }
    deps.onEnded(one.entity)
  }

  return {
    start(kind, work, { isAutomatic = false } = {}) {
      const live = kept.find(isLive)
      if (live) throw new AppError('git/busy', `git is at work already (${live.entity.kind}). Wait until it is done, or cancel it.`, { operationId: live.entity.id })
      const atMs = deps.nowMs()
      const entity: GitOperation = { id: randomUUID(), kind, state: 'running', stage: null, percent: null, prompt: null, waitsFor: null, isAutomatic, heardAtMs: atMs, startedAtMs: atMs, finishedAtMs: null, error: null, rev: 1 }
      const one: Kept = { entity, output: '', stop: new AbortController(), resolve: null, over: Promise.resolve() }
      kept.unshift(one)
      kept.length = Math.min(kept.length, mostKept)
      deps.publish(entity)
      one.over = perform(one, work)
      return entity
    },
    async ended(id) {
      const one = find(id)
      await one.over
      return one.entity
    },
    list: () => kept.map(({ entity }) => entity),
    output: (id) => withoutProgress(find(id).output),
    cancel(id) {
      const one = find(id)
      one.stop.abort()
      one.resolve?.(null)
      return one.entity
    },
    answer(id, promptId, answer) {
      const one = find(id)
      // An answer to an earlier question must not become that of the next.
      if (one.entity.prompt?.id === promptId) one.resolve?.(answer)
      return one.entity
    },
    async dispose() {
      for (const one of kept.filter(isLive)) {
        one.stop.abort()
        one.resolve?.(null)
        await one.over
      }
    },
  }
}
