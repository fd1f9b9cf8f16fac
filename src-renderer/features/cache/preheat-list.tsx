/** The newest preheating, pipeline by pipeline: how far it is, what failed and why, the log of each. */
import { CircleAlert, CircleCheck, CircleDashed, CircleSlash, LoaderCircle, type LucideIcon } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PreheatJob, PreheatPhase } from '@shared/contract/cache'
import { api } from '../../api'
import { reportError } from '../../state/notices'
import { showPipeline } from '../../state/layout'
import { Button } from '../../ui/button'
import { byteText } from '../../ui/format'
import { Meter } from '../../ui/meter'

const looks: Partial<Record<PreheatPhase, { Icon: LucideIcon; tone: string }>> = {
  queued: { Icon: CircleDashed, tone: 'tone-quiet' },
  locked: { Icon: CircleDashed, tone: 'tone-warn' },
  ready: { Icon: CircleCheck, tone: 'tone-ok' },
  failed: { Icon: CircleAlert, tone: 'tone-danger' },
  cancelled: { Icon: CircleSlash, tone: 'tone-quiet' },
}
const working = { Icon: LoaderCircle, tone: 'tone-quiet' }

function Progress({ job }: { job: PreheatJob }): ReactNode {
  const { t, i18n } = useTranslation()
  const isOver = job.phase === 'ready' || job.phase === 'failed' || job.phase === 'cancelled' || job.phase === 'queued' || job.phase === 'locked'
  const packages = job.total === 0 ? null : t(job.phase === 'ready' ? 'cache.preheat.allPackages' : 'cache.preheat.packages', { done: job.done, count: job.total })
  const bytes = job.totalBytes === 0 ? null : t('cache.preheat.bytes', { done: byteText(job.doneBytes, i18n.language), total: byteText(job.totalBytes, i18n.language) })
  return (
    <>
      <p className="muted">{[t(`cache.preheat.phase.${job.phase}`), job.phase === 'failed' ? null : packages, isOver ? null : bytes].filter((part) => part !== null).join(' · ')}</p>
      {!isOver && <Meter label={t('cache.preheat.progressOf', { pipeline: job.pipeline })} value={job.done} total={job.total} />}
      {job.message !== null && <pre className="preheat-words selectable">{job.message}</pre>}
    </>
  )
}

function Log({ pipeline }: { pipeline: string }): ReactNode {
  const { t } = useTranslation()
  const [text, setText] = useState<string | null>(null)
  const toggle = (): void => {
    if (text !== null) return setText(null)
    api.call('cache.preheatLog', { pipeline }).then((log) => setText(log.text), reportError)
  }
  return (
    <>
      <Button small kind="quiet" aria-expanded={text !== null} aria-label={t('cache.preheat.logOf', { pipeline })} onClick={toggle}>
        {t('cache.preheat.log')}
      </Button>
      {text !== null && <pre className="preheat-words preheat-log selectable scroll">{text === '' ? t('cache.preheat.noLog') : text}</pre>}
    </>
  )
}

export function PreheatList({ jobs }: { jobs: readonly PreheatJob[] }): ReactNode {
  const { t } = useTranslation()
  return (
    <ul className="card entry-list" aria-label={t('cache.preheat.list')}>
      {jobs.map((job) => {
        const { Icon, tone } = looks[job.phase] ?? working
        return (
          <li key={job.pipeline} className="entry" aria-label={`${job.pipeline}, ${t(`cache.preheat.phase.${job.phase}`)}`}>
            <Icon size={15} className={tone} aria-hidden />
            <div className="entry-text">
              <button type="button" className="link" onClick={() => showPipeline(job.pipeline)}>
                {job.pipeline}
              </button>
              <Progress job={job} />
            </div>
            {job.phase !== 'queued' && <Log pipeline={job.pipeline} />}
          </li>
        )
      })}
    </ul>
  )
}
