/** What a run configuration changes of the pipeline, in one line. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { RunConfig } from '@shared/contract/pipelines'
import { memoryText } from '../../ui/format'
import { spanText } from '../../ui/span'

export function RunConfigOverrides({ config }: { config: RunConfig }): ReactNode {
  const { t, i18n } = useTranslation()
  const { envNames, timeoutSeconds, retryAttempts, memoryLimitBytes, cpuLimit } = config
  const parts = [
    timeoutSeconds !== null && t('runWith.override.timeout', { value: timeoutSeconds === 0 ? t('runWith.override.none') : spanText(timeoutSeconds, i18n.language) }),
    retryAttempts !== null && t('runWith.override.retries', { count: retryAttempts }),
    memoryLimitBytes !== null && t('runWith.override.memory', { value: memoryText(memoryLimitBytes, i18n.language) }),
    cpuLimit !== null && t('runWith.override.cpu', { value: cpuLimit }),
  ].filter((part) => part !== false)
  if (parts.length === 0 && envNames.length === 0) return <p className="muted run-with-overrides">{t('runWith.override.nothing')}</p>
  return (
    <p className="muted run-with-overrides selectable">
      {t('runWith.override.sets')} {parts.join(' · ')}
      {parts.length > 0 && envNames.length > 0 && ' · '}
      {envNames.length > 0 && <code>{envNames.join(', ')}</code>}
    </p>
  )
}
