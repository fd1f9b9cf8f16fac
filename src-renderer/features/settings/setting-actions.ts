/** Saves settings. */
import { toWireError } from '@shared/app-error'
import type { Settings } from '@shared/contract/settings'
import { api } from '../../api'
import { reportError } from '../../state/notices'

/** Null when saved; else why the engine refuses the value, which only it can know (a file that is not there). */
export async function saveSetting(patch: Partial<Settings>): Promise<string | null> {
  try {
    await api.call('settings.update', { patch })
    return null
  } catch (error) {
    const wire = toWireError(error)
    if (wire.code === 'input/invalid') return wire.message
    reportError(error)
    return null
  }
}
