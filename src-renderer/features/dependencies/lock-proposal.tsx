/** The text for requirements.txt.lock beside what is there, to be written or thrown away. */
import { type ReactNode, Suspense, lazy } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button'
import { useLockProposal, workspaceRoot, writeLock } from './dependency-actions'

const CompareTexts = lazy(() => import('../editor/compare-editor').then((module) => ({ default: module.CompareTexts })))

export function LockProposalView({ pipeline }: { pipeline: string }): ReactNode {
  const { t } = useTranslation()
  const waiting = useLockProposal((state) => state.waiting)
  if (waiting?.pipeline !== pipeline || waiting.root !== workspaceRoot()) return null
  return (
    <section aria-label={t('dependencies.lock.proposal')}>
      <header className="page-head">
        <h2>{t('dependencies.lock.proposal')}</h2>
        <div className="entry-actions">
          <Button small onClick={() => useLockProposal.setState({ waiting: null })}>{t('dependencies.lock.discard')}</Button>
          <Button small kind="primary" autoFocus onClick={() => void writeLock()}>{t('dependencies.lock.confirm')}</Button>
        </div>
      </header>
      <p className="muted">{t(waiting.version === '' ? 'dependencies.lock.isNew' : 'dependencies.lock.replaces')}</p>
      <div className="lock-diff card">
        <Suspense fallback={null}>
          <CompareTexts before={waiting.before} after={waiting.after} path="requirements.txt.lock" />
        </Suspense>
      </div>
    </section>
  )
}
