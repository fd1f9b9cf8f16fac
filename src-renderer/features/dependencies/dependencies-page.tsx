/** The packages of the selected pipeline: what asks for them, what a run installs, what the code imports, what is newer or known to be vulnerable. */
import { Lock, LockKeyhole, RefreshCw, ShieldCheck, Square } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { DependencyState } from '@shared/contract/dependencies'
import { documentId, isDirty, useDocuments } from '../../state/documents'
import { useEngineMirror } from '../../state/engine-mirror'
import { showPipeline, useLayout } from '../../state/layout'
import { Button } from '../../ui/button'
import { cancelDependencies, checkDependencies, lookAtDependencies, proposeLock, saveRequirements } from './dependency-actions'
import { Findings } from './dependency-findings'
import { DependencyTable } from './dependency-table'
import { LockProposalView } from './lock-proposal'
import './dependencies.css'

/** Looks when it is shown, and again when something on disk has changed; the engine knows what it has seen. */
function useDependencies(pipeline: string | null): DependencyState | null {
  const catalog = useEngineMirror((mirror) => mirror.catalog)
  const fileVersions = useEngineMirror((mirror) => mirror.fileVersions)
  const state = useEngineMirror((mirror) => (pipeline === null ? undefined : mirror.dependencies[pipeline]))
  const isBusy = state !== undefined && state.phase !== 'idle'
  useEffect(() => {
    if (pipeline !== null && !isBusy) void lookAtDependencies(pipeline)
  }, [pipeline, catalog, fileVersions, isBusy])
  return state ?? null
}

function Problems({ state }: { state: DependencyState }): ReactNode {
  const { t } = useTranslation()
  const { look, resolve, install, newest, audit } = state.problems
  // The same words twice help nobody.
  const said = [['look', look], ['resolve', resolve], ['install', resolve === null ? install : null], ['newest', newest], ['audit', audit]] as const
  return said.map(([part, words]) =>
    words === null ? null : (
      <div key={part} className="card dependency-problem" role="alert">
        <p className="tone-warn">{t(`dependencies.problem.${part}`)}</p>
        <pre className="selectable scroll">{words}</pre>
      </div>
    ),
  )
}

function Unsaved({ state }: { state: DependencyState }): ReactNode {
  const { t } = useTranslation()
  const files = [...new Set(['requirements.txt', ...state.packages.flatMap(({ asked }) => (asked === null ? [] : [asked.file]))])]
  const unsaved = useDocuments(({ documents }) => files.filter((file) => { const document = documents[documentId(state.pipeline, file)]; return document !== undefined && isDirty(document) }).join(', '))
  if (unsaved === '') return null
  return (
    <div className="card dependency-unsaved" role="status">
      <span>{t('dependencies.unsaved', { files: unsaved })}</span>
      <Button small kind="primary" onClick={() => void saveRequirements(state.pipeline, files)}>{t('dependencies.save')}</Button>
    </div>
  )
}

function Head({ state }: { state: DependencyState }): ReactNode {
  const { t } = useTranslation()
  const { pipeline, phase, hasRequirements, hasLock, lookedAtMs, checkedAtMs, isCheckCurrent } = state
  const isBusy = phase !== 'idle'
  const time = (atMs: number): string => new Date(atMs).toLocaleString()
  return (
    <>
      <header className="page-head">
        <h1>{t('dependencies.titleOf', { pipeline })}</h1>
        {isBusy ? (
          <Button small icon={<Square size={13} />} onClick={() => void cancelDependencies(pipeline)}>{t('dependencies.cancel')}</Button>
        ) : (
          <div className="entry-actions">
            <Button small icon={<RefreshCw size={13} />} onClick={() => void lookAtDependencies(pipeline, true)}>{t('dependencies.look')}</Button>
            <Button small kind="primary" icon={<ShieldCheck size={13} />} disabled={!hasRequirements} onClick={() => void checkDependencies(pipeline)}>{t('dependencies.check')}</Button>
          </div>
        )}
      </header>
      <p className="muted">{t('dependencies.intro')}</p>
      <p className="muted" role="status">
        {isBusy ? t(`dependencies.phase.${phase}`) : checkedAtMs !== null ? t(isCheckCurrent ? 'dependencies.checkedAt' : 'dependencies.checkedBefore', { date: time(checkedAtMs) }) : lookedAtMs !== null ? t('dependencies.notChecked') : ''}
      </p>
      {hasRequirements && (
        <div className="lock-line">
          <p className="muted">{t(hasLock ? 'dependencies.lock.isThere' : 'dependencies.lock.isMissing')}</p>
          <div className="entry-actions">
            <Button small icon={<Lock size={13} />} disabled={isBusy} onClick={() => void proposeLock(pipeline, false)}>{t('dependencies.lock.write')}</Button>
            {hasLock && <Button small icon={<LockKeyhole size={13} />} disabled={isBusy} onClick={() => void proposeLock(pipeline, true)}>{t('dependencies.lock.upgrade')}</Button>}
          </div>
        </div>
      )}
    </>
  )
}

export function DependenciesPage(): ReactNode {
  const { t } = useTranslation()
  const selected = useLayout((layout) => layout.selectedPipeline)
  const isThere = useEngineMirror((mirror) => mirror.catalog?.pipelines.some(({ name }) => name === selected) ?? false)
  const pipeline = isThere ? selected : null
  const state = useDependencies(pipeline)
  return (
    <div className="page scroll">
      <div className="page-inner wide">
        {pipeline === null ? <p className="card empty-card muted">{t('dependencies.noPipeline')}</p> : state === null ? <p className="muted" role="status">{t('dependencies.phase.looking')}</p> : (
          <>
            <Head state={state} />
            <Problems state={state} />
            <Unsaved state={state} />
            <LockProposalView pipeline={pipeline} />
            <Findings state={state} />
            <section aria-label={t('dependencies.packages')}>
              <h2>{t('dependencies.packages')}</h2>
              {state.packages.length === 0 ? <p className="card empty-card muted">{t(state.hasRequirements ? 'dependencies.emptyRequirements' : 'dependencies.noRequirements')}</p> : <DependencyTable state={state} />}
            </section>
            <p className="dependency-back">
              <button type="button" className="link" onClick={() => showPipeline(pipeline)}>{t('dependencies.back', { pipeline })}</button>
            </p>
          </>
        )}
      </div>
    </div>
  )
}
