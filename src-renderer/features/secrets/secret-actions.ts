/** Changes secrets. What is stored afterwards comes back as an event; values go one way only. */
import { toWireError } from '@shared/app-error'
import { api } from '../../api'
import { addNotice, reportError } from '../../state/notices'
import { ask } from '../../state/questions'

/** `refusal`: why the engine does not take the input; null when it was told to the user otherwise. */
export type Saved = { isSaved: true } | { isSaved: false; refusal: string | null }

function refused(error: unknown): { isSaved: false; refusal: string | null } {
  const wire = toWireError(error)
  if (wire.code === 'input/invalid') return { isSaved: false, refusal: wire.message }
  reportError(error)
  return { isSaved: false, refusal: null }
}

export async function setSecret(name: string, value: string): Promise<Saved> {
  try {
    await api.call('secrets.set', { name, value })
    addNotice({ severity: 'success', titleKey: 'secrets.saved', values: { name } })
    return { isSaved: true }
  } catch (error) {
    return refused(error)
  }
}

export async function removeSecret(name: string, usedBy: readonly string[]): Promise<void> {
  const answer = await ask({
    titleKey: 'secrets.remove.title',
    bodyKey: usedBy.length === 0 ? 'secrets.remove.body' : 'secrets.remove.bodyUsed',
    values: { name, count: usedBy.length },
    details: usedBy,
    choices: [{ answer: 'remove', labelKey: 'secrets.remove.confirm', kind: 'danger' }],
  })
  if (answer === null) return
  try {
    await api.call('secrets.remove', { name })
  } catch (error) {
    reportError(error)
  }
}

export async function setEncryptionKey(key: string): Promise<Saved> {
  try {
    await api.call('secrets.setEncryptionKey', { key: key.trim() })
    addNotice({ severity: 'success', titleKey: 'secrets.key.saved' })
    return { isSaved: true }
  } catch (error) {
    return refused(error)
  }
}

export async function removeEncryptionKey(): Promise<void> {
  const answer = await ask({
    titleKey: 'secrets.key.remove.title',
    bodyKey: 'secrets.key.remove.body',
    values: {},
    details: [],
    choices: [{ answer: 'remove', labelKey: 'secrets.key.remove.confirm', kind: 'danger' }],
  })
  if (answer === null) return
  try {
    await api.call('secrets.setEncryptionKey', { key: '' })
  } catch (error) {
    reportError(error)
  }
}

/** The token for encrypted_env, or why there is none. */
export async function encryptValue(value: string): Promise<{ token: string } | { token: null; refusal: string | null }> {
  try {
    return await api.call('secrets.encrypt', { value })
  } catch (error) {
    return { token: null, refusal: refused(error).refusal }
  }
}

export async function acceptWeakStorage(): Promise<void> {
  const answer = await ask({
    titleKey: 'secrets.weak.title',
    bodyKey: 'secrets.weak.body',
    values: {},
    details: [],
    choices: [{ answer: 'accept', labelKey: 'secrets.weak.accept', kind: 'plain' }],
  })
  if (answer === null) return
  try {
    await api.call('secrets.acceptWeakStorage', {})
  } catch (error) {
    reportError(error)
  }
}
