/** Whether schedules fire here, and when an entry fires next. */
import { api } from '../../api'
import { reportError } from '../../state/notices'

export async function setScheduleActive(active: boolean): Promise<void> {
  try {
    await api.call('schedule.setActive', { active })
  } catch (error) {
    reportError(error)
  }
}
