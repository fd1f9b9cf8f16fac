/** Every package of a pipeline: what asks for it, which version, where it is imported, its licence and what is known against it. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Dependency, DependencyState } from '@shared/contract/dependencies'
import { byteText } from '../../ui/format'
import { openFile } from '../editor/document-actions'
import { Places } from './dependency-findings'

function Name({ pipeline, found }: { pipeline: string; found: Dependency }): ReactNode {
  const { t } = useTranslation()
  const { asked, through, name } = found
  return (
    <th scope="row">
      {asked === null ? <span className="selectable">{name}</span> : (
        <button type="button" className="link" onClick={() => openFile(pipeline, asked.file, { line: asked.line })}>
          {name}
        </button>
      )}
      <p className="muted">{asked !== null ? asked.specifier || t('dependencies.anyVersion') : through.length > 0 ? t('dependencies.through', { names: through.join(', ') }) : t('dependencies.throughUnknown')}</p>
    </th>
  )
}

function Version({ found, hasLock }: { found: Dependency; hasLock: boolean }): ReactNode {
  const { t } = useTranslation()
  const { locked, resolved, newer } = found
  const differs = hasLock && resolved !== null && resolved !== locked
  return (
    <td className="selectable">
      {locked ?? (hasLock ? t('dependencies.notLocked') : (resolved ?? '–'))}
      {differs && <p className="tone-warn">{t('dependencies.resolvesTo', { version: resolved })}</p>}
      {newer !== null && <p className="muted">{t('dependencies.newer', { version: newer })}</p>}
    </td>
  )
}

function Imported({ pipeline, found, wasLookedAt }: { pipeline: string; found: Dependency; wasLookedAt: boolean }): ReactNode {
  const { t } = useTranslation()
  if (found.imports.length > 0) return <td><Places pipeline={pipeline} places={found.imports} /></td>
  const words = !wasLookedAt ? '–' : found.asked === null ? '–' : t(found.isOftenUnimported ? 'dependencies.oftenUnimported' : 'dependencies.noImport')
  return <td className="muted">{words}</td>
}

function Vulnerabilities({ found }: { found: Dependency }): ReactNode {
  const { t } = useTranslation()
  const { vulnerabilities } = found
  if (vulnerabilities === null) return <td className="muted">{t('dependencies.notAsked')}</td>
  if (vulnerabilities.length === 0) return <td className="muted">{t('dependencies.noneKnown')}</td>
  return (
    <td>
      <ul className="vulnerabilities">
        {vulnerabilities.map(({ id, aliases, fixedIn, description }) => (
          <li key={id} title={description}>
            <code className="tone-danger selectable">{aliases.find((alias) => alias.startsWith('CVE-')) ?? id}</code>
            <span className="muted">{fixedIn.length === 0 ? t('dependencies.notFixed') : t('dependencies.fixedIn', { versions: fixedIn.join(', ') })}</span>
          </li>
        ))}
      </ul>
    </td>
  )
}

export function DependencyTable({ state }: { state: DependencyState }): ReactNode {
  const { t, i18n } = useTranslation()
  const { pipeline, packages, hasLock, lookedAtMs } = state
  return (
    // Wider than a narrow window: it scrolls, by the keyboard as well.
    <div className="dependency-table card scroll" role="group" aria-label={t('dependencies.packages')} tabIndex={0}>
      <table aria-label={t('dependencies.packages')}>
        <thead>
          <tr>
            {(['package', hasLock ? 'locked' : 'version', 'vulnerabilities', 'imported', 'licence'] as const).map((column) => (
              <th key={column} scope="col">
                {t(`dependencies.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {packages.map((found) => (
            <tr key={found.name}>
              <Name pipeline={pipeline} found={found} />
              <Version found={found} hasLock={hasLock} />
              <Vulnerabilities found={found} />
              <Imported pipeline={pipeline} found={found} wasLookedAt={lookedAtMs !== null} />
              <td className={found.licence === null ? 'muted' : 'selectable'}>
                {found.licence ?? '–'}
                {found.bytes !== null && <p className="muted">{byteText(found.bytes, i18n.language)}</p>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
