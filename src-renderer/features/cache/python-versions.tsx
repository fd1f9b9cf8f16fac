/** The Pythons of the workspace: installed ones, those of the worker image, missing ones; installing and removing. */
import { CircleAlert, CircleCheck, CircleSlash, Download, LoaderCircle, Package, Square, Trash2, TriangleAlert } from 'lucide-react'
import { type ReactNode, useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { InstalledPython, PythonsState, PythonWork } from '@shared/contract/pythons'
import { api } from '../../api'
import { isActive, sortedRuns, useEngineMirror } from '../../state/engine-mirror'
import { openPage } from '../../state/layout'
import { reportError } from '../../state/notices'
import { Button } from '../../ui/button'
import { byteText } from '../../ui/format'
import { Meter } from '../../ui/meter'
import { useCacheContent } from './cache-actions'
import { cancelPythonInstall, installPython, isPythonVersion, lookForPythons, removePython } from './python-actions'

function UsedBy({ names }: { names: readonly string[] }): ReactNode {
  const { t } = useTranslation()
  return <p className="muted">{names.length === 0 ? t('pythons.unused') : t('pythons.usedBy', { names: names.join(', ') })}</p>
}

const workLooks = { waiting: LoaderCircle, working: LoaderCircle, done: CircleCheck, failed: CircleAlert, cancelled: CircleSlash }
const workTones = { waiting: 'tone-quiet', working: 'tone-quiet', done: 'tone-ok', failed: 'tone-danger', cancelled: 'tone-quiet' }

function Work({ work }: { work: PythonWork }): ReactNode {
  const { t, i18n } = useTranslation()
  const [log, setLog] = useState<string | null>(null)
  const isUnderWay = work.phase === 'waiting' || work.phase === 'working'
  const Icon = workLooks[work.phase]
  const toggleLog = (): void => {
    if (log !== null) return setLog(null)
    api.call('pythons.log', {}).then(({ text }) => setLog(text), reportError)
  }
  return (
    <div className="card entry" role="group" aria-label={t('pythons.work.label', { version: work.version })}>
      <Icon size={15} className={workTones[work.phase]} aria-hidden />
      <div className="entry-text">
        <p role="status">
          {t(`pythons.work.${work.phase}`, { version: work.version })}
          {work.phase === 'working' && work.unpackedBytes > 0 && ` · ${t('pythons.work.unpacked', { size: byteText(work.unpackedBytes, i18n.language) })}`}
        </p>
        {isUnderWay && <Meter label={t('pythons.work.label', { version: work.version })} value={0} total={0} />}
        {work.message !== null && <p className="tone-danger selectable" role="alert">{work.message}</p>}
      </div>
      <div className="entry-actions">
        {isUnderWay && (
          <Button small icon={<Square size={13} />} aria-label={t('pythons.work.cancelOf', { version: work.version })} onClick={() => void cancelPythonInstall()}>
            {t('cache.cancel')}
          </Button>
        )}
        {work.phase === 'failed' && (
          <>
            <Button small onClick={() => void installPython(work.version)}>{t('pythons.work.again')}</Button>
            <Button small onClick={() => openPage('settings')}>{t('pythons.work.settings')}</Button>
          </>
        )}
        <Button small kind="quiet" aria-expanded={log !== null} aria-label={t('pythons.work.logOf', { version: work.version })} onClick={toggleLog}>
          {t('cache.preheat.log')}
        </Button>
      </div>
      {log !== null && <pre className="preheat-words preheat-log selectable scroll">{log === '' ? t('cache.preheat.noLog') : log}</pre>}
    </div>
  )
}

function Installed({ python, isBusy, hasLiveRun }: { python: InstalledPython; isBusy: boolean; hasLiveRun: boolean }): ReactNode {
  const { t, i18n } = useTranslation()
  return (
    <li className="entry" aria-label={t('pythons.installedOf', { version: python.version })}>
      <CircleCheck size={15} className="tone-ok" aria-hidden />
      <div className="entry-text">
        <span className="selectable" title={python.folder}>Python {python.version}</span> <span className="entry-note">{byteText(python.bytes, i18n.language)}</span>
        <UsedBy names={python.usedBy} />
      </div>
      <Button
        small
        icon={<Trash2 size={13} />}
        disabled={isBusy || hasLiveRun}
        title={hasLiveRun ? t('pythons.liveRun') : undefined}
        aria-label={t('pythons.removeOf', { version: python.version })}
        onClick={() => void removePython(python, i18n.language)}
      >
        {t('pythons.remove')}
      </Button>
    </li>
  )
}

function List({ state, isBusy }: { state: PythonsState; isBusy: boolean }): ReactNode {
  const { t } = useTranslation()
  const hasLiveRun = useEngineMirror((mirror) => sortedRuns(mirror, null).some(isActive))
  return (
    <ul className="card entry-list" aria-label={t('pythons.title')}>
      {state.missing.map(({ version, usedBy }) => (
        <li key={version} className="entry" aria-label={t('pythons.missingOf', { version })}>
          <TriangleAlert size={15} className="tone-warn" aria-hidden />
          <div className="entry-text">
            Python {version} <span className="badge tone-warn">{t('pythons.missing')}</span>
            <p className="muted">{t('pythons.askedBy', { names: usedBy.join(', ') })}</p>
          </div>
          <Button small icon={<Download size={13} />} disabled={isBusy} aria-label={t('pythons.installOf', { version })} onClick={() => void installPython(version)}>
            {t('pythons.install')}
          </Button>
        </li>
      ))}
      {state.installed.map((python) => (
        <Installed key={python.folder} python={python} isBusy={isBusy} hasLiveRun={hasLiveRun} />
      ))}
      {state.system.map(({ version, path, usedBy }) => (
        <li key={path} className="entry" aria-label={t('pythons.systemOf', { version })}>
          <Package size={15} className="tone-quiet" aria-hidden />
          <div className="entry-text">
            <span className="selectable">Python {version}</span> <span className="entry-note selectable">{t('pythons.system', { path })}</span>
            <UsedBy names={usedBy} />
          </div>
        </li>
      ))}
    </ul>
  )
}

function InstallForm({ isBusy }: { isBusy: boolean }): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const [text, setText] = useState('')
  const version = text.trim()
  const isUsable = isPythonVersion(version)
  return (
    <form
      className="python-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (isUsable && !isBusy) void installPython(version).then((hasBegun) => hasBegun && setText(''))
      }}
    >
      <label htmlFor={id}>{t('pythons.another')}</label>
      <input id={id} className="input" spellCheck={false} autoComplete="off" placeholder="3.12" value={text} aria-invalid={version !== '' && !isUsable} aria-describedby={`${id}-problem`} onChange={(event) => setText(event.target.value)} />
      <Button small type="submit" icon={<Download size={13} />} disabled={!isUsable || isBusy}>
        {t('pythons.install')}
      </Button>
      <p id={`${id}-problem`} className="setting-problem tone-danger" role="alert">{version !== '' && !isUsable && t('pythons.versionProblem')}</p>
    </form>
  )
}

export function PythonVersions(): ReactNode {
  const { t } = useTranslation()
  const state = useEngineMirror((mirror) => mirror.pythons)
  const root = useEngineMirror((mirror) => mirror.workspace?.workspace?.root ?? null)
  const { isLooking, root: lookedRoot } = useCacheContent()
  const isUnknown = state !== null && state.lookedAtMs === null
  // A look at the content sees the Pythons, too; where that is not possible they are looked at alone.
  const needsLook = isUnknown && !isLooking && lookedRoot === root
  useEffect(() => {
    if (needsLook) void lookForPythons()
  }, [needsLook, root])
  if (state === null) return null
  const isBusy = state.work?.phase === 'waiting' || state.work?.phase === 'working'
  const isEmpty = state.installed.length + state.system.length + state.missing.length === 0
  return (
    <section aria-label={t('pythons.title')}>
      <h2>{t('pythons.title')}</h2>
      <p className="muted">{t('pythons.intro')}</p>
      {isEmpty ? <p className="card empty-card muted">{t(isUnknown ? 'pythons.unknown' : 'pythons.none')}</p> : <List state={state} isBusy={isBusy} />}
      {state.work !== null && <Work key={state.work.version} work={state.work} />}
      <InstallForm isBusy={isBusy} />
    </section>
  )
}
