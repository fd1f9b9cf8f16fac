/** The doctor as a page: all tools, where engines were looked for, and what this installation is. */
import { RefreshCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { DoctorCard } from './doctor-card'
import { EngineProbes } from './engine-probes'
import { recheckEngine, useDoctor } from './tool-actions'

export function DoctorPage(): ReactNode {
  const { t } = useTranslation()
  const appInfo = useEngineMirror((mirror) => mirror.appInfo)
  const engine = useEngineMirror((mirror) => mirror.engine)
  const isChecking = useDoctor((doctor) => doctor.isChecking)
  return (
    <div className="page scroll">
      <div className="page-inner">
        <header className="page-head">
          <h1>{t('doctor.title')}</h1>
          <Button small disabled={isChecking} icon={<RefreshCw size={13} className={isChecking ? 'spin' : ''} />} onClick={() => void recheckEngine()}>
            {t('doctor.checkAgain')}
          </Button>
        </header>
        <p className="muted">{t('doctor.intro')}</p>
        <DoctorCard />
        {engine !== null && engine.probes.length > 0 && (
          <section aria-label={t('engine.probes')}>
            <h2>{t('engine.probes')}</h2>
            <EngineProbes probes={engine.probes} />
          </section>
        )}
        {appInfo !== null && (
          <section aria-label={t('doctor.about')}>
            <h2>{t('doctor.about')}</h2>
            <dl className="about">
              <dt>{t('doctor.version')}</dt>
              <dd className="selectable">{appInfo.version}</dd>
              <dt>{t('doctor.runtime')}</dt>
              <dd className="selectable">{appInfo.runtime}</dd>
              <dt>{t('doctor.platform')}</dt>
              <dd className="selectable">{appInfo.platform}</dd>
              <dt>{t('doctor.userData')}</dt>
              <dd className="selectable">{appInfo.userDataDir}</dd>
            </dl>
            {appInfo.notices.map((notice) => (
              <p key={notice} className="callout warn selectable">
                {notice}
              </p>
            ))}
          </section>
        )}
      </div>
    </div>
  )
}
