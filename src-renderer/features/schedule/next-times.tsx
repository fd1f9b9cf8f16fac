/** The next times at which an entry fires, as the server computes them: here and in UTC. */
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toWireError } from '@shared/app-error'
import type { ScheduleEntry } from '@shared/contract/schedule'
import { api } from '../../api'
import { findFiring, localText, utcText } from './schedule-text'

const shownTimes = 10

type Loaded = { state: 'loading' } | { state: 'failed'; message: string } | { state: 'ready'; times: readonly number[] }

function useNextTimes(entry: ScheduleEntry): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ state: 'loading' })
  const { pipeline, runConfigId, timing, nextAtMs, startAtMs, endAtMs } = entry
  useEffect(() => {
    let isCurrent = true
    api.call('schedule.next', { pipeline, count: shownTimes }).then(
      ({ entries }) => isCurrent && setLoaded({ state: 'ready', times: findFiring(entries, { runConfigId, timing })?.atMs ?? [] }),
      (error: unknown) => isCurrent && setLoaded({ state: 'failed', message: toWireError(error).message }),
    )
    return () => {
      isCurrent = false
    }
    // The words of the timing, not its object: every event brings new objects.
  }, [pipeline, runConfigId, timing.kind, timing.text, nextAtMs, startAtMs, endAtMs])
  return loaded
}

/** Local time, and UTC beside it. */
export function TimesTable({ times }: { times: readonly number[] }): ReactNode {
  const { t, i18n } = useTranslation()
  return (
    <table className="next-times selectable">
      <thead>
        <tr>
          <th scope="col">{t('schedule.next.local')}</th>
          <th scope="col">{t('schedule.next.server')}</th>
        </tr>
      </thead>
      <tbody>
        {times.map((atMs) => (
          <tr key={atMs}>
            <td>{localText(atMs, i18n.language)}</td>
            <td>{utcText(atMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function NextTimes({ entry }: { entry: ScheduleEntry }): ReactNode {
  const { t } = useTranslation()
  const loaded = useNextTimes(entry)
  switch (loaded.state) {
    case 'loading':
      return (
        <p className="muted" role="status">
          {t('schedule.next.loading')}
        </p>
      )
    case 'failed':
      return (
        <p className="tone-danger selectable" role="alert">
          {t('schedule.next.failed', { message: loaded.message })}
        </p>
      )
    case 'ready':
      if (loaded.times.length === 0) return <p className="muted">{t('schedule.next.none')}</p>
      return <TimesTable times={loaded.times} />
  }
}
