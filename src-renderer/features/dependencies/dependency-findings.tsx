/** What is wrong between requirements, lock and imports, each with the edit that puts it right. */
import { CircleHelp, FilePlus2, FileWarning, Lock, PackageSearch, ShieldAlert, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Dependency, DependencyState, ImportPlace, UnaskedImport } from '@shared/contract/dependencies'
import { documentId, useDocuments } from '../../state/documents'
import { Button } from '../../ui/button'
import { openFile } from '../editor/document-actions'
import { addRequirement, proposeLock, removeRequirement } from './dependency-actions'
import { asksFor } from './requirements-edit'

const shownPlaces = 2

export function Places({ pipeline, places }: { pipeline: string; places: readonly ImportPlace[] }): ReactNode {
  const { t } = useTranslation()
  const more = places.length - shownPlaces
  return (
    <span className="import-places">
      {places.slice(0, shownPlaces).map(({ file, line, cell, isOptional }) => (
        <span key={`${file} ${cell} ${line}`}>
          {/* A cell has no line in the file. */}
          <button type="button" className="link" onClick={() => openFile(pipeline, file, cell === null ? { line } : undefined)}>
            {cell === null ? `${file}:${line}` : t('dependencies.cell', { file, cell })}
          </button>
          {isOptional && <span className="muted"> {t('dependencies.optional')}</span>}
        </span>
      ))}
      {more > 0 && <span className="muted">{t('dependencies.more', { count: more })}</span>}
    </span>
  )
}

/** The text as it is being edited, where it is open. */
function useAsked(pipeline: string, file: string, name: string): boolean | null {
  return useDocuments(({ documents }) => {
    const document = documents[documentId(pipeline, file)]
    return document?.status === 'ready' ? asksFor(document.text, name) : null
  })
}

function Entry({ Icon, tone, children, actions }: { Icon: LucideIcon; tone: string; children: ReactNode; actions?: ReactNode }): ReactNode {
  return (
    <li className="entry">
      <Icon size={15} className={tone} aria-hidden />
      <div className="entry-text">{children}</div>
      {actions}
    </li>
  )
}

function Unasked({ state, found }: { state: DependencyState; found: UnaskedImport }): ReactNode {
  const { t } = useTranslation()
  const isAdded = useAsked(state.pipeline, 'requirements.txt', found.package) === true
  const isUnknown = found.isOnIndex === false
  const values = { module: found.module, name: found.package, through: found.through.join(', ') }
  const words = isUnknown ? 'notOnIndex' : found.through.length > 0 ? 'onlyThrough' : 'notAsked'
  const action = isUnknown ? undefined : (
    <Button small disabled={isAdded} onClick={() => void addRequirement(state.pipeline, found.requirement, state.hasRequirements)}>
      {t(isAdded ? 'dependencies.finding.added' : state.hasRequirements ? 'dependencies.finding.add' : 'dependencies.finding.create', { requirement: found.requirement })}
    </Button>
  )
  return (
    <Entry Icon={isUnknown ? CircleHelp : FilePlus2} tone="tone-warn" actions={action}>
      {t(`dependencies.finding.${words}`, values)} <Places pipeline={state.pipeline} places={found.places} />
    </Entry>
  )
}

function Line({ pipeline, place: { file, line } }: { pipeline: string; place: { file: string; line: number } }): ReactNode {
  return (
    <button type="button" className="link" onClick={() => openFile(pipeline, file, { line })}>
      {file}:{line}
    </button>
  )
}

function Unimported({ pipeline, name, file, line }: { pipeline: string; name: string; file: string; line: number }): ReactNode {
  const { t } = useTranslation()
  const isRemoved = useAsked(pipeline, file, name) === false
  return (
    <Entry
      Icon={PackageSearch}
      tone="tone-quiet"
      actions={
        <Button small disabled={isRemoved} aria-label={t(isRemoved ? 'dependencies.finding.removed' : 'dependencies.finding.removeOf', { name })} onClick={() => void removeRequirement(pipeline, file, name)}>
          {t(isRemoved ? 'dependencies.finding.removed' : 'dependencies.finding.remove')}
        </Button>
      }
    >
      {t('dependencies.finding.notImported', { name })} <Line pipeline={pipeline} place={{ file, line }} />
    </Entry>
  )
}

function isUnimported(found: Dependency): found is Dependency & { asked: NonNullable<Dependency['asked']> } {
  return found.asked !== null && found.imports.length === 0 && !found.isOftenUnimported
}

export function Findings({ state }: { state: DependencyState }): ReactNode {
  const { t } = useTranslation()
  const { pipeline, packages, unasked, isLockOutdated, unreadable, lookedAtMs } = state
  const vulnerable = packages.filter(({ vulnerabilities }) => (vulnerabilities?.length ?? 0) > 0)
  // Before the code was read, nothing can be said of imports.
  const unimported = lookedAtMs === null ? [] : packages.filter(isUnimported)
  const count = vulnerable.length + unasked.length + unimported.length + unreadable.length + Number(isLockOutdated)
  if (lookedAtMs === null && count === 0) return null
  return (
    <section aria-label={t('dependencies.findings')}>
      <h2>{t('dependencies.findings')}</h2>
      {count === 0 ? (
        <p className="card empty-card muted">{t('dependencies.nothingFound')}</p>
      ) : (
        <ul className="card entry-list" aria-label={t('dependencies.findings')}>
          {vulnerable.map((found) => (
            <Entry key={`vulnerable ${found.name}`} Icon={ShieldAlert} tone="tone-danger">
              {t('dependencies.finding.vulnerable', { name: found.name, version: found.locked ?? found.resolved ?? '', count: found.vulnerabilities?.length ?? 0 })}
              {found.asked !== null ? <> <Line pipeline={pipeline} place={found.asked} /></> : found.through.length > 0 && ` ${t('dependencies.finding.vulnerableThrough', { through: found.through.join(', ') })}`}
            </Entry>
          ))}
          {isLockOutdated && (
            <Entry
              Icon={Lock}
              tone="tone-warn"
              actions={
                <Button small disabled={state.phase !== 'idle'} onClick={() => void proposeLock(pipeline, false)}>
                  {t('dependencies.finding.renewLock')}
                </Button>
              }
            >
              {t('dependencies.finding.lockOutdated')}
            </Entry>
          )}
          {unasked.map((found) => (
            <Unasked key={`unasked ${found.package}`} state={state} found={found} />
          ))}
          {unimported.map(({ name, asked: { file, line } }) => (
            <Unimported key={`unimported ${name}`} pipeline={pipeline} name={name} file={file} line={line} />
          ))}
          {unreadable.map(({ file, cell, reason }) => (
            <Entry key={`unreadable ${file} ${cell}`} Icon={FileWarning} tone="tone-warn">
              {t('dependencies.finding.unreadable', { file: cell === null ? file : t('dependencies.cell', { file, cell }), reason })}
            </Entry>
          ))}
        </ul>
      )}
    </section>
  )
}
