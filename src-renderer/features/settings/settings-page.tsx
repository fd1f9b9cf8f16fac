/** All settings. Each is saved when it is left and valid; the rules are the contract's own. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { SettingChoice, SettingText } from './setting-fields'

export function SettingsPage(): ReactNode {
  const { t } = useTranslation()
  const state = useEngineMirror((mirror) => mirror.settings)
  if (state === null) return null
  const { settings } = state
  return (
    <div className="page scroll">
      <div className="page-inner">
        <header className="page-head">
          <h1>{t('settings.title')}</h1>
        </header>
        {state.problems.map((problem) => (
          <p key={problem} className="callout warn selectable" role="alert">
            {problem}
          </p>
        ))}
        <section aria-label={t('settings.group.appearance')}>
          <h2>{t('settings.group.appearance')}</h2>
          <SettingChoice name="theme" values={['system', 'light', 'dark']} value={settings.theme} />
          <SettingChoice name="language" values={['system', 'en', 'de']} value={settings.language} />
        </section>
        <section aria-label={t('settings.group.runs')}>
          <h2>{t('settings.group.runs')}</h2>
          <SettingText name="workerImage" value={settings.workerImage} />
          <SettingText name="defaultPythonVersion" value={settings.defaultPythonVersion} isShort />
          <SettingText name="stopGraceSeconds" value={settings.stopGraceSeconds} isShort />
          <SettingText name="pipelinesSubdir" value={settings.pipelinesSubdir} />
        </section>
        <section aria-label={t('settings.group.connections')}>
          <h2>{t('settings.group.connections')}</h2>
          <SettingText name="engineEndpoint" value={settings.engineEndpoint} />
          <SettingText name="caFile" value={settings.caFile} />
          <SettingText name="proxy" value={settings.proxy} />
        </section>
        <p className="muted settings-file">
          {t('settings.file')} <code className="selectable">{state.file}</code>
        </p>
      </div>
    </div>
  )
}
