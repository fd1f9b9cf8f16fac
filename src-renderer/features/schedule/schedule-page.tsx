/** When the pipelines of the open workspace fire, as the server computes it, and whether they do so on this computer. */
import { CalendarClock } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ScheduleState } from '@shared/contract/schedule'
import { useEngineMirror } from '../../state/engine-mirror'
import { Switch } from '../../ui/switch'
import { setScheduleActive } from './schedule-actions'
import { ScheduleEntryView } from './schedule-entry'
import { entryKeys } from './schedule-text'

function Entries({ entries }: { entries: ScheduleState['entries'] }): ReactNode {
  const { t } = useTranslation()
  const keys = entryKeys(entries)
  if (entries.length === 0) {
    return (
      <div className="card empty-card schedule-empty">
        <CalendarClock size={22} strokeWidth={1.4} aria-hidden />
        <p>{t('schedule.empty.title')}</p>
        <p className="muted">{t('schedule.empty.hint')}</p>
        <pre className="dialog-details">{`"schedule_cron": "30 6 * * mon-fri"`}</pre>
      </div>
    )
  }
  return (
    <ul className="card entry-list" aria-label={t('schedule.entries')}>
      {entries.map((entry, index) => (
        <ScheduleEntryView key={keys[index]} entry={entry} />
      ))}
    </ul>
  )
}

export function SchedulePage(): ReactNode {
  const { t } = useTranslation()
  const state = useEngineMirror((mirror) => mirror.schedule)
  return (
    <div className="page scroll">
      <div className="page-inner">
        <header className="page-head">
          <h1>{t('schedule.title')}</h1>
        </header>
        <p className="muted">{t('schedule.intro')}</p>
        {state === null ? (
          <p className="muted" role="status">
            {t('schedule.loading')}
          </p>
        ) : (
          <>
            <div className="card schedule-switch">
              <Switch label={t('schedule.active.label')} hint={t('schedule.active.hint')} isOn={state.active} onChange={(active) => void setScheduleActive(active)} />
            </div>
            <Entries entries={state.entries} />
          </>
        )}
      </div>
    </div>
  )
}
