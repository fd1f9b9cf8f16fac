/** Whether schedules fire here, and when an entry fires next. */
import { api } from '../../api'
import { reportError } from '../../state/notices'
import { ensureTrusted } from '../trust/trust-actions'

export async function setScheduleActive(active: boolean): Promise<void> {
  if (active && !(await ensureTrusted('schedule'))) return
  try {
    await api.call('schedule.setActive', { active })
  } catch (error) {
    reportError(error)
  }
}
