/** No workspace is open: three ways in, and whether this computer is ready. */
import { Boxes, CloudDownload, FolderOpen, History } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { useLayout } from '../../state/layout'
import { EditorArea } from '../editor/editor-area'
import { DoctorCard } from '../tools/doctor-card'
import { openRemoteDialog } from '../remote/remote-dialog-state'
import { openFolder, openSamples, openWorkspace } from './workspace-actions'

const noPaths: readonly string[] = []

function Welcome(): ReactNode {
  const { t } = useTranslation()
  const recent = useEngineMirror((mirror) => mirror.workspace?.recent ?? noPaths)
  return (
    <main className="page scroll welcome">
      <div className="page-inner">
        <h1>{t('welcome.title')}</h1>
        <p className="muted welcome-lead">{t('welcome.lead')}</p>
        <div className="ways">
          <button type="button" className="way" onClick={() => void openFolder()}>
            <FolderOpen size={20} strokeWidth={1.6} aria-hidden />
            <strong>{t('action.workspace.open')}</strong>
            <span className="muted">{t('welcome.openHint')}</span>
          </button>
          <button type="button" className="way" onClick={() => openRemoteDialog({ kind: 'clone' })}>
            <CloudDownload size={20} strokeWidth={1.6} aria-hidden />
            <strong>{t('action.remote.clone')}</strong>
            <span className="muted">{t('welcome.cloneHint')}</span>
          </button>
          <button type="button" className="way" onClick={() => void openSamples()}>
            <Boxes size={20} strokeWidth={1.6} aria-hidden />
            <strong>{t('action.workspace.openSamples')}</strong>
            <span className="muted">{t('welcome.samplesHint')}</span>
          </button>
        </div>
        {recent.length > 0 && (
          <section aria-label={t('workspace.recent')}>
            <h2>{t('workspace.recent')}</h2>
            <ul className="recent">
              {recent.slice(0, 8).map((path) => (
                <li key={path}>
                  <button type="button" className="link" onClick={() => void openWorkspace(path)}>
                    <History size={14} aria-hidden />
                    <span className="truncate">{path}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
        <h2>{t('welcome.ready')}</h2>
        <DoctorCard />
      </div>
    </main>
  )
}

/** Pages like the settings can be open without a workspace. */
export function WelcomePage(): ReactNode {
  const hasTabs = useLayout((layout) => layout.tabs.length > 0)
  return hasTabs ? <EditorArea /> : <Welcome />
}
