/** What the server does once it has what was pushed: pipelines, schedules, and when they fire. */
import { CalendarClock, CalendarOff, Minus, Pencil, Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { GatePipeline, GateReport, GateSchedule } from '@shared/contract/gate'
import { TimesTable } from '../schedule/next-times'

const changeIcons: Record<GatePipeline['change'], ReactNode> = {
  added: <Plus size={14} className="tone-ok" aria-hidden />,
  changed: <Pencil size={13} className="tone-info" aria-hidden />,
  removed: <Minus size={14} className="tone-danger" aria-hidden />,
  unchanged: null,
}

function Schedule({ schedule }: { schedule: GateSchedule }): ReactNode {
  const { t } = useTranslation()
  const { pipeline, runConfigId, timing, change, nextAtMs } = schedule
  const starts = change === 'starts'
  return (
    <li className="gate-schedule">
      {starts ? <CalendarClock size={15} className="tone-ok" aria-hidden /> : <CalendarOff size={15} className="tone-warn" aria-hidden />}
      <div>
        <p>
          {t(starts ? 'gate.effect.starts' : 'gate.effect.stops')} <strong>{pipeline}</strong>
          {runConfigId !== null && ` (${runConfigId})`} <span className="mono">{timing.text}</span>
        </p>
        {starts && (nextAtMs.length === 0 ? <p className="muted">{t('schedule.next.none')}</p> : <TimesTable times={nextAtMs} />)}
      </div>
    </li>
  )
}

export function ServerEffect({ report }: { report: GateReport }): ReactNode {
  const { t } = useTranslation()
  const pipelines = report.pipelines.filter(({ change }) => change !== 'unchanged')
  if (!report.reachesServer) return <p>{t('gate.effect.otherBranch', { branch: report.serverBranch })}</p>
  if (pipelines.length === 0 && report.schedules.length === 0) return <p>{t('gate.effect.nothing')}</p>
  return (
    <>
      {pipelines.length > 0 && (
        <ul className="gate-pipelines" aria-label={t('gate.effect.pipelines')}>
          {pipelines.map(({ name, change, enabled, lastRun }) => (
            <li key={name}>
              {changeIcons[change]}
              <span>{t(`gate.effect.${change}`)}</span> <strong>{name}</strong>
              {!enabled && <span className="tag">{t('gate.effect.disabled')}</span>}
              {lastRun !== null && <span className="muted">{t(`gate.lastRun.${lastRun}`)}</span>}
            </li>
          ))}
        </ul>
      )}
      {report.schedules.length > 0 && (
        <ul className="gate-schedules" aria-label={t('gate.effect.schedules')}>
          {report.schedules.map((schedule, at) => (
            <Schedule key={at} schedule={schedule} />
          ))}
        </ul>
      )}
    </>
  )
}
