/** What the window asks of the Pythons in the cache. What comes of it arrives as events. */
import type { ApiInput, ApiRequest } from '@shared/contract/index'
import type { InstalledPython } from '@shared/contract/pythons'
import { pythonVersion } from '@shared/contract/pythons'
import { api } from '../../api'
import { reportError } from '../../state/notices'
import { ask } from '../../state/questions'
import { byteText } from '../../ui/format'

type Asked = Extract<ApiRequest, `pythons.${string}`>

/** True when it was done. */
async function call<K extends Asked>(name: K, input: ApiInput<K>): Promise<boolean> {
  try {
    await api.call(name, input)
    return true
  } catch (error) {
    reportError(error)
    return false
  }
}

export const isPythonVersion = (text: string): boolean => pythonVersion.safeParse(text).success

export const lookForPythons = (): Promise<boolean> => call('pythons.look', {})
export const installPython = (version: string): Promise<boolean> => call('pythons.install', { version })
export const cancelPythonInstall = (): Promise<boolean> => call('pythons.cancelInstall', {})

export async function removePython({ version, folder, bytes, usedBy }: InstalledPython, language: string): Promise<void> {
  const answer = await ask({
    titleKey: 'pythons.ask.title',
    bodyKey: usedBy.length === 0 ? 'pythons.ask.unused' : 'pythons.ask.used',
    values: { version, size: byteText(bytes, language), count: usedBy.length },
    details: usedBy,
    choices: [{ answer: 'remove', labelKey: 'pythons.ask.confirm', kind: 'danger' }],
  })
  if (answer !== null) await call('pythons.remove', { folder })
}
