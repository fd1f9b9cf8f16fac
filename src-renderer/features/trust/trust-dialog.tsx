/** The question that comes before anything of a folder is executed for the first time, with what that would be. */
import { ShieldQuestion, UserX } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { answerTrust, useTrustQuestion } from './trust-actions'
import './trust.css'

/** More than that nobody reads; a repository of a user's own has none or a few. */
const mostShown = 50

function Executes(): ReactNode {
  const { t } = useTranslation()
  const executes = useEngineMirror((mirror) => mirror.git?.repository?.executes) ?? []
  if (executes.length === 0) return null
  return (
    <section className="trust-executes" aria-labelledby="trust-executes">
      <h3 id="trust-executes">{t('trust.executes', { count: executes.length })}</h3>
      <ul className="dialog-details">
        {executes.slice(0, mostShown).map(({ key, value }, at) => (
          <li key={at}>
            <span className="trust-key">{key === 'hook' ? t('trust.hook') : key}</span> <span className="trust-value">{value}</span>
          </li>
        ))}
        {executes.length > mostShown && <li className="muted">{t('trust.more', { count: executes.length - mostShown })}</li>}
      </ul>
    </section>
  )
}

export function TrustDialog(): ReactNode {
  const { t } = useTranslation()
  const pending = useTrustQuestion((state) => state.pending)
  const workspace = useEngineMirror((mirror) => mirror.workspace?.workspace)
  const hasRepository = useEngineMirror((mirror) => mirror.git?.repository != null)
  if (pending === null || workspace == null) return null
  const actions = (
    <>
      <Button autoFocus onClick={() => answerTrust(false)}>
        {t('trust.justLook')}
      </Button>
      <Button kind="primary" onClick={() => answerTrust(true)}>
        {t(`trust.yes.${pending.purpose}`)}
      </Button>
    </>
  )
  return (
    <Dialog title={t('trust.title')} body={t('trust.body')} actions={actions} onClose={() => answerTrust(false)}>
      <p className="trust-folder mono selectable">{workspace.root}</p>
      <ul className="trust-points">
        <li>
          <ShieldQuestion size={15} aria-hidden />
          <span>{t(hasRepository ? 'trust.git' : 'trust.noGit')}</span>
        </li>
        {workspace.belongsToOther && (
          <li className="tone-warn">
            <UserX size={15} aria-hidden />
            <span>{t('trust.belongsToOther')}</span>
          </li>
        )}
      </ul>
      <Executes />
    </Dialog>
  )
}
