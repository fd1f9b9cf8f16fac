/**
 * One operation's talk with one remote: questions of git and ssh are answered from the store, or by the user; a credential that was
 * refused is forgotten and asked for once more; what was answered never shows in what is said about it.
 */
import { AppError } from '@shared/app-error'
import { maskText } from '../secrets/masker'
import { openAskpass } from './askpass'
import type { GitCall, GitClient, GitResult } from './git-client'
import { withoutEscapes } from './git-errors'
import type { OperationHandle, PromptAnswer } from './git-operations'
import { readPrompt, type AskedPrompt } from './prompt-words'
import { isLoopback, type RemoteAddress } from './remote-url'
import type { Credential, SignInStore } from './sign-in-store'

export type RemoteSession = {
  run(argv: readonly string[], call?: GitCall): Promise<GitResult>
  /** What was typed in with "remember" is kept, unless it was refused. */
  close(): Promise<void>
}

export type RemoteSessionDeps = {
  runDir: string
  signIns: SignInStore
}

export type RemoteSessionOptions = {
  client: GitClient
  handle: OperationHandle
  /** As it is configured, before anything in the configuration leads elsewhere. */
  address: RemoteAddress
  /** Without anybody to ask, what is not in the store is refused. */
  asksUser: boolean
  /** Certificates and proxies. */
  env: Record<string, string>
}

/** Where a credential came from that was used; `none`: asked for, and not given. */
type Source = 'store' | 'asked' | 'key' | 'none'

const mostAnswers = 2
const mostTries = 2

export async function openRemoteSession({ runDir, signIns }: RemoteSessionDeps, { client, handle, address, asksUser, env }: RemoteSessionOptions): Promise<RemoteSession> {
  const hidden: string[] = []
  const toKeep = new Map<string, Credential>()
  /** By what is asked about: how often it was answered. */
  const answers = new Map<string, number>()
  /** Not to be read from the store (again). */
  const refused = new Set<string>()
  const typedNames = new Map<string, string>()
  let usedSource: Source | null = null

  if (address.credential !== null) {
    hidden.push(address.credential.secret)
    toKeep.set(address.target, address.credential)
  }
  /** As ssh asks, without the port. */
  const ownTarget = address.target.startsWith('ssh:') ? `ssh://${address.host}` : address.target
  const masked = (text: string): string => withoutEscapes(hidden.length === 0 ? text : maskText([...hidden], text))

  const known = (prompt: AskedPrompt): Credential | null => {
    if (prompt.target === null || refused.has(prompt.target)) return null
    // A token of one host is nobody else's, wherever the configuration or the server leads.
    if (prompt.kind !== 'passphrase' && prompt.target !== ownTarget && prompt.target !== address.target) return null
    const found = toKeep.get(prompt.target) ?? signIns.read(prompt.target)
    return found !== null && (prompt.userName === null || prompt.kind === 'passphrase' || found.userName === prompt.userName) ? found : null
  }

  const ask = async (prompt: AskedPrompt): Promise<PromptAnswer | null> => {
    if (!asksUser) return null
    // Where ssh goes is the user's own configuration.
    const isOtherHost = prompt.target !== null && /^https?:/.test(prompt.target) && prompt.target !== address.target
    // Unencrypted, to somebody else: nobody is even asked.
    if (isOtherHost && prompt.target?.startsWith('http://') === true && !isLoopback(new URL(prompt.target).hostname)) return null
    const { kind, text, target, fingerprint } = prompt
    const answer = await handle.ask({ kind, text, target, fingerprint, isOtherHost })
    return answer === null ? null : { answer: answer.answer, remember: answer.remember && !isOtherHost }
  }

  const answerTo = async (text: string): Promise<string | null> => {
    const prompt = readPrompt(text)
    const { kind, target } = prompt
    const subject = `${kind} ${target ?? text}`
    const count = (answers.get(subject) ?? 0) + 1
    if (count > mostAnswers) return null
    answers.set(subject, count)
    if (kind === 'host-key') return (await ask(prompt)) === null ? 'no' : 'yes'
    // ssh asks again at once when a passphrase was wrong.
    if (kind === 'passphrase' && count > 1 && target !== null) forget(target)
    const credential = known(prompt)
    if (credential !== null) {
      if (kind === 'user-name') return credential.userName
      usedSource = kind === 'passphrase' ? 'key' : 'store'
      hidden.push(credential.secret)
      return credential.secret
    }
    const answer = await ask(prompt)
    if (answer === null) {
      usedSource = 'none'
      return null
    }
    if (kind === 'user-name') {
      if (target !== null) typedNames.set(target, answer.answer)
      return answer.answer
    }
    if (kind !== 'other') usedSource = kind === 'passphrase' ? 'key' : 'asked'
    if (answer.answer !== '') hidden.push(answer.answer)
    if (answer.remember && target !== null && kind !== 'other') toKeep.set(target, { userName: prompt.userName ?? typedNames.get(target) ?? '', secret: answer.answer })
    return answer.answer
  }

  const forget = (target: string): void => {
    toKeep.delete(target)
    if (refused.has(target) || signIns.read(target) === null) return
    refused.add(target)
    signIns.remove(target)
    handle.print(`The sign-in kept for ${target} was refused and is forgotten.\n`)
  }

  const askpass = await openAskpass({ runDir, onQuestion: answerTo, onNotice: (text) => handle.print(`${text}\n`) })

  const once = async (argv: readonly string[], call: GitCall): Promise<GitResult> => {
    let line = ''
    const onStderr = (text: string): void => {
      const [, whole = '', rest = ''] = /^([\s\S]*[\r\n])?([^\r\n]*)$/.exec(line + text) ?? []
      line = rest
      if (whole !== '') handle.print(masked(whole))
    }
    try {
      return await client.run(argv, handle.call({ ...call, onStderr, env: { ...env, ...askpass.env, ...call.env } }))
    } catch (error) {
      throw error instanceof AppError ? withoutHidden(error, masked) : error
    } finally {
      if (line !== '') handle.print(masked(line))
    }
  }

  return {
    async run(argv, call = {}) {
      handle.waitFor(address.host)
      try {
        for (let tries = 1; ; tries += 1) {
          usedSource = null
          try {
            return await once(argv, call)
          } catch (error) {
            if (!(error instanceof AppError) || error.code !== 'git/auth-failed') throw error
            const source = usedSource as Source | null
            if (source === 'store' || source === 'asked') forget(address.target)
            // Only what was answered here can be answered otherwise; ssh itself asks again.
            if (tries < mostTries && (source === 'store' || source === 'asked') && asksUser && !handle.signal.aborted) continue
            toKeep.clear()
            throw new AppError(error.code, error.message, { ...error.details, target: address.target, credential: source ?? (address.target.startsWith('ssh:') ? 'key' : 'helper') })
          }
        }
      } finally {
        handle.waitFor(null)
      }
    },
    async close() {
      await askpass.close()
      if (handle.signal.aborted) return
      for (const [target, credential] of toKeep) {
        try {
          signIns.write(target, credential)
        } catch (error) {
          handle.print(`The sign-in for ${target} is not kept: ${error instanceof Error ? error.message : String(error)}\n`)
        }
      }
    },
  }
}

function withoutHidden(error: AppError, masked: (text: string) => string): AppError {
  const details = Object.fromEntries(Object.entries(error.details).map(([key, value]) => [key, typeof value === 'string' ? masked(value) : value]))
  return new AppError(error.code, masked(error.message), details, { cause: error.cause })
}
