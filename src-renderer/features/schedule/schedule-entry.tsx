/** One thing that fires: when next, what, by which words, what is wrong with it, and its next times on demand. */
import { ChevronDown, ChevronRight } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ScheduleEntry } from '@shared/contract/schedule'
import { useEngineMirror } from '../../state/engine-mirror'
import { showPipeline } from '../../state/layout'
import { Button } from '../../ui/button'
import { fullMomentText, momentText } from '../../ui/format'
import { spanText } from '../../ui/span'
import { useNow } from '../../ui/use-now'
import { openFile } from '../editor/document-actions'
import { ProblemList } from '../pipelines/problem-list'
import { NextTimes } from './next-times'
import { entryState } from './schedule-text'
import { TimingWords } from './timing-words'

const second = 1000

function NextMoment({ atMs }: { atMs: number }): ReactNode {
  const { t, i18n } = useTranslation()
  const nowMs = useNow(true, second)
  const isDue = atMs <= nowMs
  return (
    <div className="entry-when" title={fullMomentText(atMs, i18n.language)}>
      <strong>{isDue ? t('schedule.now') : t('schedule.in', { span: spanText((atMs - nowMs) / second, i18n.language, 2) })}</strong>
      <span className="muted">{momentText(atMs, nowMs, i18n.language)}</span>
    </div>
  )
}

function When({ entry }: { entry: ScheduleEntry }): ReactNode {
  const { t } = useTranslation()
  const pipeline = useEngineMirror((mirror) => mirror.catalog?.pipelines.find(({ name }) => name === entry.pipeline))
  const state = entryState(entry, pipeline, Date.now())
  if (state === 'fires' && entry.nextAtMs !== null) return <NextMoment atMs={entry.nextAtMs} />
  return (
    <div className="entry-when">
      <strong className="muted">{t(`schedule.state.${state}`)}</strong>
    </div>
  )
}

function FiringWindow({ entry }: { entry: ScheduleEntry }): ReactNode {
  const { t, i18n } = useTranslation()
  if (entry.startAtMs === null && entry.endAtMs === null) return null
  const words = [
    entry.startAtMs === null ? null : t('schedule.from', { moment: fullMomentText(entry.startAtMs, i18n.language) }),
    entry.endAtMs === null ? null : t('schedule.until', { moment: fullMomentText(entry.endAtMs, i18n.language) }),
  ]
  return <p className="muted">{words.filter((word) => word !== null).join(' · ')}</p>
}

export function ScheduleEntryView({ entry }: { entry: ScheduleEntry }): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const [isOpen, setIsOpen] = useState(false)
  const metadataFile = useEngineMirror((mirror) => mirror.catalog?.pipelines.find(({ name }) => name === entry.pipeline)?.metadataFile ?? null)
  const Chevron = isOpen ? ChevronDown : ChevronRight
  return (
    <li className={`entry schedule-entry ${entry.enabled ? '' : 'is-off'}`}>
      <When entry={entry} />
      <div className="entry-text">
        <p className="entry-title">
          <button type="button" className="link" onClick={() => showPipeline(entry.pipeline)}>
            <span className="truncate">{entry.pipeline}</span>
          </button>
          {entry.runConfigId !== null && <span className="tag">{entry.runConfigId}</span>}
        </p>
        <TimingWords timing={entry.timing} />
        <FiringWindow entry={entry} />
        <ProblemList pipeline={entry.pipeline} problems={entry.problems} />
      </div>
      <div className="entry-actions">
        {metadataFile !== null && (
          <Button small kind="quiet" aria-label={t('schedule.openFile', { file: metadataFile, pipeline: entry.pipeline })} onClick={() => openFile(entry.pipeline, metadataFile)}>
            {metadataFile}
          </Button>
        )}
        <Button small kind="quiet" aria-expanded={isOpen} aria-controls={id} icon={<Chevron size={14} />} onClick={() => setIsOpen(!isOpen)}>
          {t('schedule.next.title')}
        </Button>
      </div>
      <div id={id} className="entry-more" hidden={!isOpen}>
        {isOpen && <NextTimes entry={entry} />}
      </div>
    </li>
  )
}
