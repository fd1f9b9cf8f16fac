/** What git and ssh ask by their askpass program, read from their words (LC_MESSAGES=C). Pure. */
import type { GitPrompt } from '@shared/contract/git'

export type AskedPrompt = Omit<GitPrompt, 'id' | 'isOtherHost'> & {
  /** In the target of a user name or password. */
  userName: string | null
}

export function readPrompt(text: string): AskedPrompt {
  const plain = { text: text.trim(), target: null, fingerprint: null, userName: null }
  const credential = /^(Username|Password) for '([a-z]+):\/\/(?:([^@/']*)@)?([^/']+)[^']*': ?$/.exec(text)
  if (credential !== null) {
    const [, what, scheme = '', user, host = ''] = credential
    return { ...plain, kind: what === 'Username' ? 'user-name' : 'password', target: `${scheme}://${host.toLowerCase()}`, userName: user === undefined ? null : decodeURIComponentSafely(user) }
  }
  const key = /^(?:Enter passphrase for (?:key )?|Bad passphrase, try again for )['"]?(.+?)['"]?: ?$/.exec(text)
  if (key !== null) return { ...plain, kind: 'passphrase', target: key[1] ?? null }
  const host = /^The authenticity of host '([^']+)' can't be established\./.exec(text)
  if (host !== null) return { ...plain, kind: 'host-key', target: (host[1] ?? '').replace(/ \([^)]*\)$/, ''), fingerprint: /\b(\S+) key fingerprint is (\S+?)\.?$/m.exec(text)?.slice(1).reverse().join(' ') ?? null }
  const account = /^(?:([^@\s]+)@(\S+)'s password|\(([^@\s]+)@(\S+)\) Password): ?$/.exec(text)
  if (account !== null) return { ...plain, kind: 'password', target: `ssh://${account[2] ?? account[4] ?? ''}`, userName: account[1] ?? account[3] ?? null }
  return { ...plain, kind: 'other' }
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
