/** All settings. Each is saved when it is left and valid; the rules are the contract's own. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { spanText } from '../../ui/span'
import { RunRemoval } from './run-removal'
import { SettingChoice, SettingSwitch, SettingText } from './setting-fields'

export function SettingsPage(): ReactNode {
  const { t, i18n } = useTranslation()
  const state = useEngineMirror((mirror) => mirror.settings)
  if (state === null) return null
  const { settings } = state
  const timeoutText = (seconds: number): string | undefined => (seconds < 60 ? undefined : `= ${spanText(seconds, i18n.language)}`)
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
          <SettingText name="pipelinesSubdir" value={settings.pipelinesSubdir} />
          <SettingText name="maxConcurrentRuns" value={settings.maxConcurrentRuns} isShort />
          <SettingText name="defaultTimeoutSeconds" value={settings.defaultTimeoutSeconds} isShort meaning={timeoutText(settings.defaultTimeoutSeconds)} />
          <SettingText name="defaultRetryAttempts" value={settings.defaultRetryAttempts} isShort />
          <SettingText name="stopGraceSeconds" value={settings.stopGraceSeconds} isShort />
          <SettingSwitch name="standbyContainer" value={settings.standbyContainer} />
          <SettingSwitch name="askIndexEveryRun" value={settings.askIndexEveryRun} />
          <SettingSwitch name="preheatAtStart" value={settings.preheatAtStart} />
          <SettingSwitch name="preheatAfterEdit" value={settings.preheatAfterEdit} />
          <SettingText name="cacheCapGigabytes" value={settings.cacheCapGigabytes} isShort />
          <SettingSwitch name="preheatAfterSync" value={settings.preheatAfterSync} />
        </section>
        <section aria-label={t('settings.group.history')}>
          <h2>{t('settings.group.history')}</h2>
          <SettingText name="keepRunsPerPipeline" value={settings.keepRunsPerPipeline} isShort />
          <SettingText name="keepRunDays" value={settings.keepRunDays} isShort />
          <SettingText name="maxLogMegabytes" value={settings.maxLogMegabytes} isShort />
          <RunRemoval key={`${settings.keepRunsPerPipeline}/${settings.keepRunDays}`} />
        </section>
        <section aria-label={t('settings.group.push')}>
          <h2>{t('settings.group.push')}</h2>
          <SettingText name="serverBranch" value={settings.serverBranch} isShort />
          <SettingText name="warnFileMegabytes" value={settings.warnFileMegabytes} isShort />
          <SettingText name="refuseFileMegabytes" value={settings.refuseFileMegabytes} isShort />
        </section>
        <section aria-label={t('settings.group.connections')}>
          <h2>{t('settings.group.connections')}</h2>
          <SettingText name="engineEndpoint" value={settings.engineEndpoint} />
          <SettingText name="dockerProxyUrl" value={settings.dockerProxyUrl} />
          <SettingText name="caFile" value={settings.caFile} />
          <SettingText name="proxy" value={settings.proxy} />
          <SettingText name="pythonMirror" value={settings.pythonMirror} />
          <SettingText name="pythonDownloadsUrl" value={settings.pythonDownloadsUrl} />
          <SettingText name="autoSyncMinutes" value={settings.autoSyncMinutes} isShort />
        </section>
        <p className="muted settings-file">
          {t('settings.file')} <code className="selectable">{state.file}</code>
        </p>
      </div>
    </div>
  )
}
