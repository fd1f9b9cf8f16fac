/** The window: top bar, banners, side bar, editor and run panel. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { EditorArea } from './features/editor/editor-area'
import { PushDialog } from './features/gate/push-dialog'
import { GitDialog } from './features/git/git-dialog'
import { NoticeList } from './features/palette/notice-list'
import { Palette } from './features/palette/palette'
import { QuestionDialog } from './features/palette/question-dialog'
import { SideBar } from './features/pipelines/side-bar'
import { OperationStrip } from './features/remote/operation-strip'
import { PromptDialog } from './features/remote/prompt-dialog'
import { RemoteDialogs } from './features/remote/remote-dialogs'
import { RunPanel } from './features/runs/run-panel'
import { RunWithDialog } from './features/runs/run-with-dialog'
import { SecretDialog } from './features/secrets/secret-dialog'
import { Banners } from './features/tools/banners'
import { TrustDialog } from './features/trust/trust-dialog'
import { TopBar } from './features/workspace/top-bar'
import { WelcomePage } from './features/workspace/welcome-page'
import { useEngineMirror } from './state/engine-mirror'
import { useLayout } from './state/layout'
import { Split, SplitPanel, SplitSeparator } from './ui/split'
import { TipProvider } from './ui/tooltip'

function Centre(): ReactNode {
  const { t } = useTranslation()
  const panelOpen = useLayout((layout) => layout.panelOpen)
  const maximized = useLayout((layout) => layout.panelMaximized)
  if (!panelOpen) return <EditorArea />
  if (maximized) return <RunPanel />
  return (
    <Split id="centre" orientation="vertical" panelIds={['editor', 'panel']}>
      <SplitPanel id="editor" minSize={120} defaultSize="52%">
        <EditorArea />
      </SplitPanel>
      <SplitSeparator label={t('panel.resize')} />
      <SplitPanel id="panel" minSize={140} defaultSize="48%">
        <RunPanel />
      </SplitPanel>
    </Split>
  )
}

function Workbench(): ReactNode {
  const { t } = useTranslation()
  const sideBarOpen = useLayout((layout) => layout.sideBarOpen)
  const panelIds = sideBarOpen ? ['side-bar', 'centre'] : ['centre']
  return (
    <Split id="workbench" orientation="horizontal" panelIds={panelIds}>
      {sideBarOpen && (
        <SplitPanel id="side-bar" minSize={180} maxSize="45%" defaultSize={264} groupResizeBehavior="preserve-pixel-size">
          <SideBar />
        </SplitPanel>
      )}
      {sideBarOpen && <SplitSeparator label={t('sideBar.resize')} />}
      <SplitPanel id="centre" minSize={360}>
        <Centre />
      </SplitPanel>
    </Split>
  )
}

export function App(): ReactNode {
  const isLoaded = useEngineMirror((mirror) => mirror.loaded)
  const hasWorkspace = useEngineMirror((mirror) => mirror.workspace?.workspace != null)
  return (
    <TipProvider delayDuration={450}>
      <div className="window">
        <TopBar />
        <Banners />
        <OperationStrip />
        <div className="window-body">{hasWorkspace ? <Workbench /> : isLoaded && <WelcomePage />}</div>
      </div>
      <Palette />
      <QuestionDialog />
      <SecretDialog />
      <GitDialog />
      <RunWithDialog />
      <PushDialog />
      <TrustDialog />
      <RemoteDialogs />
      <PromptDialog />
      <NoticeList />
    </TipProvider>
  )
}
