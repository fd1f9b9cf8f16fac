/** Strips under the top bar for what concerns everything: no engine, no worker image, a vanished workspace, settings not usable. */
import { Boxes, ChevronDown, ChevronRight, Download, FolderX, LoaderCircle, ServerOff } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { openTab } from '../../state/layout'
import { Button } from '../../ui/button'
import { CacheCapBanner } from '../cache/cache-cap-banner'
import { TrustBanner } from '../trust/trust-banner'
import { openFolder, openWorkspace } from '../workspace/workspace-actions'
import { EngineProbes } from './engine-probes'
import { ImageProgress } from './image-progress'
import { pullImage, recheckEngine, useDoctor } from './tool-actions'

function EngineBanner(): ReactNode {
  const { t } = useTranslation()
  const engine = useEngineMirror((mirror) => mirror.engine)
  const isChecking = useDoctor((doctor) => doctor.isChecking)
  const [open, setOpen] = useState(false)
  if (engine?.state !== 'unavailable') return null
  return (
    <div className="banner warn" role="alert">
      <div className="banner-line">
        <ServerOff size={15} aria-hidden />
        <span className="banner-text">{t('engine.banner')}</span>
        <Button small kind="quiet" aria-expanded={open} icon={open ? <ChevronDown size={14} /> : <ChevronRight size={14} />} onClick={() => setOpen(!open)}>
          {t('engine.details')}
        </Button>
        <Button small disabled={isChecking} icon={isChecking ? <LoaderCircle size={13} className="spin" /> : undefined} onClick={() => void recheckEngine()}>
          {t('engine.recheck')}
        </Button>
      </div>
      {open && (
        <div className="banner-details">
          {engine.reason !== null && <p className="selectable">{engine.reason}</p>}
          <EngineProbes probes={engine.probes} />
        </div>
      )}
    </div>
  )
}

function ImageBanner(): ReactNode {
  const { t } = useTranslation()
  const image = useEngineMirror((mirror) => mirror.image)
  const isReady = useEngineMirror((mirror) => mirror.engine?.state === 'ready')
  if (image === null || !isReady || !(image.state === 'absent' || image.state === 'pulling' || image.state === 'failed')) return null
  return (
    <div className={`banner ${image.state === 'failed' ? 'danger' : 'info'}`} role={image.state === 'failed' ? 'alert' : 'status'}>
      <div className="banner-line">
        <Boxes size={15} aria-hidden />
        <span className="banner-text truncate">{t(`image.${image.state}`, { reference: image.reference })}</span>
        {image.state === 'pulling' ? (
          <ImageProgress />
        ) : (
          <>
            <Button small kind="quiet" onClick={() => openTab({ kind: 'page', page: 'settings' })}>{t('image.choose')}</Button>
            <Button small icon={<Download size={13} />} onClick={() => void pullImage()}>{t('doctor.action.pull-image')}</Button>
          </>
        )}
      </div>
      {image.error !== null && <p className="banner-details selectable">{image.error}</p>}
    </div>
  )
}

function WorkspaceBanner(): ReactNode {
  const { t } = useTranslation()
  const workspace = useEngineMirror((mirror) => mirror.workspace?.workspace)
  if (workspace?.problem == null) return null
  return (
    <div className="banner danger" role="alert">
      <div className="banner-line">
        <FolderX size={15} aria-hidden />
        <span className="banner-text selectable">{t(`errors.${workspace.problem.code}.title`, { path: workspace.root })}</span>
        <Button small onClick={() => void openWorkspace(workspace.root)}>{t('workspace.tryAgain')}</Button>
        <Button small onClick={() => void openFolder()}>{t('action.workspace.open')}</Button>
      </div>
      <p className="banner-details selectable">{workspace.problem.message}</p>
    </div>
  )
}

function SettingsBanner(): ReactNode {
  const { t } = useTranslation()
  const settings = useEngineMirror((mirror) => mirror.settings)
  if (settings === null || settings.problems.length === 0) return null
  return (
    <div className="banner warn" role="alert">
      <div className="banner-line">
        <span className="banner-text selectable">{t('settings.fileProblems', { problems: settings.problems.join('; ') })}</span>
        <Button small onClick={() => openTab({ kind: 'page', page: 'settings' })}>{t('settings.title')}</Button>
      </div>
    </div>
  )
}

export function Banners(): ReactNode {
  return (
    <>
      <WorkspaceBanner />
      <TrustBanner />
      <EngineBanner />
      <ImageBanner />
      <SettingsBanner />
      <CacheCapBanner />
    </>
  )
}
