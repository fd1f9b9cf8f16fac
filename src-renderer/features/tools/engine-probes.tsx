/** Where container engines were looked for, and what came back. */
import { CircleCheck, CircleX } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { EngineProbe } from '@shared/contract/tools'

export function EngineProbes({ probes }: { probes: readonly EngineProbe[] }): ReactNode {
  const { t } = useTranslation()
  return (
    <ul className="probes">
      {probes.map(({ endpoint, source, error }) => (
        <li key={`${source} ${endpoint}`}>
          {error === null ? <CircleCheck size={14} className="tone-ok" aria-hidden /> : <CircleX size={14} className="tone-danger" aria-hidden />}
          <code className="selectable">{endpoint}</code>
          <span className="muted">{source}</span>
          <span className="selectable">{error ?? t('engine.answers')}</span>
        </li>
      ))}
    </ul>
  )
}
