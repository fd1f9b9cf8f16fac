/** The names of what a run of the pipeline gets as variables, and whether its secrets are there. Never a value. */
import { CircleAlert, CircleCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Pipeline } from '@shared/contract/pipelines'
import { useEngineMirror } from '../../state/engine-mirror'
import { openPage } from '../../state/layout'
import { type SecretPresence, secretPresence } from './overview-facts'

function SecretName({ name, presence }: SecretPresence): ReactNode {
  const { t } = useTranslation()
  switch (presence) {
    case 'stored':
      return (
        <button type="button" className="link secret-state" onClick={() => openPage('secrets')}>
          <CircleCheck size={13} className="tone-ok" aria-hidden />
          <code>{name}</code>
          <span className="visually-hidden">{t('pipelines.secret.stored')}</span>
        </button>
      )
    case 'missing':
      return (
        <button type="button" className="link secret-state" onClick={() => openPage('secrets')}>
          <CircleAlert size={13} className="tone-warn" aria-hidden />
          <code>{name}</code>
          <span className="tone-warn">{t('pipelines.secret.missing')}</span>
        </button>
      )
    case 'unknown':
      return <code className="selectable">{name}</code>
  }
}

function Names({ label, names, remark = null }: { label: string; names: readonly string[]; remark?: string | null }): ReactNode {
  if (names.length === 0) return null
  return (
    <>
      <dt>{label}</dt>
      <dd className="selectable">
        <code>{names.join(', ')}</code>
        {remark !== null && <p className="tone-warn">{remark}</p>}
      </dd>
    </>
  )
}

export function PipelineEnvironment({ pipeline }: { pipeline: Pipeline }): ReactNode {
  const { t } = useTranslation()
  const secrets = useEngineMirror((mirror) => mirror.secrets)
  const { defaultEnvNames, encryptedEnvNames, secretNames } = pipeline
  if (defaultEnvNames.length + encryptedEnvNames.length + secretNames.length === 0) return null
  const isKeyMissing = secrets !== null && !secrets.hasEncryptionKey
  return (
    <section aria-label={t('pipelines.environment')}>
      <h3>{t('pipelines.environment')}</h3>
      <dl className="overview-facts compact">
        <Names label="default_env" names={defaultEnvNames} />
        <Names label="encrypted_env" names={encryptedEnvNames} remark={isKeyMissing ? t('pipelines.encryptedWithoutKey') : null} />
        {secretNames.length > 0 && (
          <>
            <dt>secrets</dt>
            <dd className="secret-states">
              {secretPresence(secretNames, secrets).map((presence) => (
                <SecretName key={presence.name} {...presence} />
              ))}
            </dd>
          </>
        )}
      </dl>
    </section>
  )
}
