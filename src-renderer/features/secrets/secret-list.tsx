/** The secrets of the workspace, and those that pipelines ask for and that are not there. */
import { CircleAlert, Pencil, Plus, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { SecretsState } from '@shared/contract/secrets'
import { showPipeline } from '../../state/layout'
import { Button, IconButton } from '../../ui/button'
import { fullMomentText, momentText } from '../../ui/format'
import { removeSecret } from './secret-actions'
import { openSecretDialog } from './secret-dialog-state'
import { isSecretName } from './secret-value'

function UsedBy({ pipelines }: { pipelines: readonly string[] }): ReactNode {
  const { t } = useTranslation()
  if (pipelines.length === 0) return <p className="muted">{t('secrets.unused')}</p>
  return (
    <p className="used-by">
      <span className="muted">{t('secrets.usedBy')}</span>
      {pipelines.map((pipeline) => (
        <button key={pipeline} type="button" className="link" onClick={() => showPipeline(pipeline)}>
          <span className="truncate">{pipeline}</span>
        </button>
      ))}
    </p>
  )
}

export function MissingSecrets({ missing, canAdd }: { missing: SecretsState['missing']; canAdd: boolean }): ReactNode {
  const { t } = useTranslation()
  if (missing.length === 0) return null
  return (
    <section aria-label={t('secrets.missing.title')}>
      <h2>{t('secrets.missing.title')}</h2>
      <p className="muted">{t('secrets.missing.explained')}</p>
      <ul className="card entry-list">
        {missing.map(({ name, usedBy }) => (
          <li key={name} className="entry">
            <CircleAlert size={15} className="tone-warn" aria-hidden />
            <div className="entry-text">
              <code className="selectable">{name}</code>
              <UsedBy pipelines={usedBy} />
              {!isSecretName(name) && <p className="tone-warn">{t('secrets.missing.badName')}</p>}
            </div>
            {isSecretName(name) && (
              <Button small icon={<Plus size={13} />} disabled={!canAdd} aria-label={t('secrets.missing.addNamed', { name })} onClick={() => openSecretDialog({ kind: 'set', name })}>
                {t('secrets.missing.add')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

export function SecretList({ secrets, canAdd }: { secrets: SecretsState['secrets']; canAdd: boolean }): ReactNode {
  const { t, i18n } = useTranslation()
  if (secrets.length === 0) return <p className="card empty-card muted">{t('secrets.empty')}</p>
  return (
    <ul className="card entry-list" aria-label={t('secrets.list')}>
      {secrets.map(({ name, updatedAtMs, usedBy }) => (
        <li key={name} className="entry">
          <div className="entry-text">
            <code className="selectable">{name}</code>
            <UsedBy pipelines={usedBy} />
          </div>
          <div className="entry-actions">
            <span className="entry-note" title={fullMomentText(updatedAtMs, i18n.language)}>
              {t('secrets.updated', { moment: momentText(updatedAtMs, Date.now(), i18n.language) })}
            </span>
            <IconButton label={t('secrets.replaceNamed', { name })} icon={<Pencil size={14} />} disabled={!canAdd} onClick={() => openSecretDialog({ kind: 'set', name })} />
            <IconButton label={t('secrets.removeNamed', { name })} icon={<Trash2 size={14} />} onClick={() => void removeSecret(name, usedBy)} />
          </div>
        </li>
      ))}
    </ul>
  )
}
