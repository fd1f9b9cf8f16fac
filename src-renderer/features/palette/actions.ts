/** Everything the window can do, as one list: the palette shows it, the keyboard and the buttons use it. */
import type { ChangedFile } from '@shared/contract/git'
import { api } from '../../api'
import { isDirty, documentId, getDocument } from '../../state/documents'
import { useEngineMirror } from '../../state/engine-mirror'
import { reportError } from '../../state/notices'
import { type Tab, openCommits, openPage, showPipeline, tabId, useLayout } from '../../state/layout'
import { cancelPreheat, preheat, preheatAll } from '../cache/cache-actions'
import { checkCache } from '../cache/check-actions'
import { checkDependencies, openDependencies, proposeLock } from '../dependencies/dependency-actions'
import { exportCache, importCache, showWhatCanGo } from '../cache/upkeep-actions'
import { hasRepository, repositoryPath } from '../commits/commit-actions'
import { toggleBlame } from '../editor/blame-shown'
import { closeTabAsking, saveAll, saveDocument } from '../editor/document-actions'
import { openPush } from '../gate/gate-actions'
import { undoDelete, useUndo } from '../git/branch-actions'
import { discard, initRepository, openChange, stage, undoDiscard, unstage, useLastDiscarded } from '../git/change-actions'
import { commit, undoCommit, useCommitDraft } from '../git/commit-actions'
import { diffOnScreen } from '../git/diff-on-screen'
import { openGitDialog } from '../git/git-dialog-state'
import { goToError } from '../runs/go-to-error'
import { logOnScreen } from '../runs/log-commands'
import { isLive } from '../git/operations'
import { fetchRemote, pull, sync } from '../remote/remote-actions'
import { openRemoteDialog } from '../remote/remote-dialog-state'
import { isStoppable } from '../runs/phase-timeline'
import { activeRunOf, copyText, revealLog, runAgain, startRun, stopRun, usePendingStart } from '../runs/run-actions'
import { openRunWith } from '../runs/run-with-state'
import { cancelPull, checkTools, pullImage, recheckEngine } from '../tools/tool-actions'
import { ensureTrusted } from '../trust/trust-actions'
import { openFolder, openSamples, revealInFileManager, revealWorkspace } from '../workspace/workspace-actions'
import { openSecretDialog } from '../secrets/secret-dialog-state'
import { saveSetting } from '../settings/setting-actions'
import { findHere } from './find-here'
import { cycleRegion, focusRegion } from './regions'
import { openPalette } from './palette-state'

export type ActionId =
  | 'run.start' | 'run.stop' | 'run.again' | 'run.with' | 'run.onHost' | 'run.goToError' | 'run.copyCommand' | 'run.revealLog' | 'run.focusLog'
  | 'palette.open' | 'palette.goTo' | 'find.here'
  | 'file.save' | 'file.saveAll' | 'file.close'
  | 'view.toggleSideBar' | 'view.togglePanel' | 'view.maximizePanel' | 'view.nextRegion' | 'view.previousRegion' | 'view.focusTree' | 'view.overview'
  | 'view.doctor' | 'view.settings' | 'view.secrets' | 'view.schedule' | 'view.cache' | 'view.git'
  | 'workspace.trust'
  | 'git.commit' | 'git.undoCommit' | 'git.stageAll' | 'git.unstageAll' | 'git.discardAll' | 'git.undoDiscard' | 'git.undoDelete' | 'git.newBranch' | 'git.newTag' | 'git.stash' | 'git.refresh' | 'git.nextChange' | 'git.previousChange' | 'git.diffFile' | 'git.init'
  | 'remote.sync' | 'remote.pull' | 'remote.push' | 'remote.fetch' | 'remote.clone' | 'remote.publish'
  | 'cache.preheat' | 'cache.preheatAll' | 'cache.cancel' | 'cache.check' | 'cache.cleanUp' | 'cache.export' | 'cache.import'
  | 'view.dependencies' | 'dependencies.check' | 'dependencies.writeLock' | 'dependencies.upgradeLock'
  | 'commits.history' | 'commits.pipelineHistory' | 'commits.fileHistory' | 'commits.conflicts' | 'commits.blame'
  | 'secret.add' | 'secret.encrypt' | 'secret.encryptionKey'
  | 'theme.system' | 'theme.light' | 'theme.dark' | 'language.en' | 'language.de'
  | 'workspace.open' | 'workspace.openSamples' | 'workspace.reveal' | 'pipeline.reveal'
  | 'engine.recheck' | 'image.pull' | 'image.cancel'

export type Action = { id: ActionId; titleKey: string; keys: readonly string[]; isEnabled: () => boolean; run: () => void }

const layout = () => useLayout.getState()
const mirror = () => useEngineMirror.getState()
const always = (): boolean => true
const selected = (): string | null => layout().selectedPipeline
const isPipelineSelected = (): boolean => mirror().catalog?.pipelines.some(({ name }) => name === selected()) ?? false

function activeTab(): Tab | undefined {
  return layout().tabs.find((tab) => tabId(tab) === layout().activeTab)
}

function activeDocumentId(): string | null {
  const tab = activeTab()
  return tab?.kind === 'file' ? documentId(tab.pipeline, tab.path) : null
}

function activeRepositoryPath(): string | null {
  const tab = activeTab()
  return tab?.kind === 'file' ? repositoryPath(tab.pipeline, tab.path) : null
}

function stoppableRun() {
  const chosen = layout().selectedRunId
  const shown = chosen === null ? undefined : mirror().runs[chosen]
  const run = shown !== undefined && isStoppable(shown.phase) ? shown : selected() === null ? undefined : activeRunOf(selected() ?? '')
  return run !== undefined && isStoppable(run.phase) ? run : undefined
}

function withPipeline(use: (pipeline: string) => unknown): () => void {
  return () => {
    const pipeline = selected()
    if (pipeline !== null) void use(pipeline)
  }
}

function shownRun() {
  const chosen = layout().selectedRunId
  return chosen === null ? undefined : mirror().runs[chosen]
}

function action(id: ActionId, keys: readonly string[], run: () => unknown, isEnabled: () => boolean = always): Action {
  return { id, titleKey: `action.${id}`, keys, isEnabled, run: () => void run() }
}

const hasWorkspace = (): boolean => mirror().workspace?.workspace != null
const changedFiles = (): readonly ChangedFile[] => mirror().git?.repository?.files ?? []
const hasChanges = (): boolean => changedFiles().length > 0

/** The file in front, when git calls it changed. */
function changeOfActiveFile(): ChangedFile | undefined {
  const tab = activeTab()
  return tab?.kind === 'file' ? changedFiles().find(({ path, pipeline }) => pipeline === tab.pipeline && `/${path}`.endsWith(`/${tab.pipeline}/${tab.path}`)) : undefined
}

const isPreheating = (): boolean => mirror().preheat?.isRunning === true
const hasRequirements = (): boolean => mirror().catalog?.pipelines.find(({ name }) => name === selected())?.hasRequirements ?? false
const isTransferring = (): boolean => mirror().upkeep?.transfer?.state === 'working'
const canTalk = (): boolean => (mirror().git?.repository?.remotes.length ?? 0) > 0 && !Object.values(mirror().gitOperations).some(isLive)
const canStart = (): boolean => isPipelineSelected() && usePendingStart.getState().pipeline === null

export const actions: readonly Action[] = [
  action('run.start', ['F5'], withPipeline((pipeline) => startRun(pipeline)), canStart),
  action('run.stop', ['Shift+F5'], () => { const run = stoppableRun(); if (run !== undefined) void stopRun(run.id) }, () => stoppableRun() !== undefined),
  action('run.again', ['Mod+F5'], withPipeline((pipeline) => runAgain(pipeline)), canStart),
  action('run.with', ['Mod+Shift+F5'], withPipeline(openRunWith), canStart),
  action('run.onHost', [], withPipeline((pipeline) => startRun(pipeline, { runner: 'host' })), canStart),
  action('run.goToError', ['F8'], goToError, () => logOnScreen() !== null),
  action('run.focusLog', [], () => logOnScreen()?.focus(), () => logOnScreen() !== null),
  action('run.copyCommand', [], () => copyText(shownRun()?.commandLine ?? ''), () => shownRun()?.commandLine != null),
  action('run.revealLog', [], () => revealLog(shownRun()?.id ?? ''), () => shownRun() !== undefined),
  action('palette.open', ['Mod+Shift+P', 'F1'], () => openPalette('actions')),
  action('palette.goTo', ['Mod+P'], () => openPalette('go-to'), hasWorkspace),
  action('find.here', ['Mod+F'], findHere),
  action('file.save', ['Mod+S'], () => saveDocument(activeDocumentId() ?? ''), () => { const document = getDocument(activeDocumentId() ?? ''); return document !== undefined && (isDirty(document) || document.outside === 'gone') }),
  action('file.saveAll', ['Mod+Alt+S'], () => saveAll(null)),
  action('file.close', ['Mod+W'], () => closeTabAsking(layout().activeTab ?? ''), () => activeTab() !== undefined),
  action('view.toggleSideBar', ['Mod+B'], () => useLayout.setState({ sideBarOpen: !layout().sideBarOpen })),
  action('view.togglePanel', ['Mod+J'], () => useLayout.setState({ panelOpen: !layout().panelOpen, panelMaximized: false })),
  action('view.maximizePanel', [], () => useLayout.setState({ panelOpen: true, panelMaximized: !layout().panelMaximized })),
  action('view.nextRegion', ['F6'], () => cycleRegion(1)),
  action('view.previousRegion', ['Shift+F6'], () => cycleRegion(-1)),
  action('view.focusTree', [], () => focusRegion('tree'), hasWorkspace),
  action('view.overview', [], withPipeline(showPipeline), isPipelineSelected),
  action('view.doctor', [], () => { openPage('doctor'); void checkTools() }),
  action('view.settings', ['Mod+,'], () => openPage('settings')),
  action('view.secrets', [], () => openPage('secrets'), hasWorkspace),
  action('view.schedule', [], () => openPage('schedule'), hasWorkspace),
  action('view.cache', [], () => openPage('cache'), hasWorkspace),
  action('view.git', ['Mod+Shift+G'], () => openPage('git'), hasWorkspace),
  action('workspace.trust', [], () => ensureTrusted('none'), () => mirror().workspace?.workspace?.isTrusted === false),
  action('git.commit', [], () => { openPage('git'); void commit() }, hasRepository),
  action('git.undoCommit', [], undoCommit, () => { const { last } = useCommitDraft.getState(); return hasRepository() && last !== null && !last.isPushed && !last.isMerge }),
  action('git.stageAll', [], () => stage(null), hasChanges),
  action('git.unstageAll', [], () => unstage(null), () => changedFiles().some(({ staged }) => staged !== null)),
  action('git.discardAll', [], () => discard(changedFiles().filter(({ conflict }) => conflict === null)), hasChanges),
  action('git.undoDiscard', [], () => undoDiscard(useLastDiscarded.getState().id), () => useLastDiscarded.getState().id !== null),
  action('git.undoDelete', [], undoDelete, () => useUndo.getState().undo !== null),
  action('git.newBranch', [], () => openGitDialog({ kind: 'new-branch', from: null }), hasRepository),
  action('git.newTag', [], () => openGitDialog({ kind: 'new-tag' }), hasRepository),
  action('git.stash', [], () => openGitDialog({ kind: 'stash' }), hasChanges),
  action('git.refresh', [], () => api.call('git.refresh', {}).catch(reportError), hasWorkspace),
  action('git.nextChange', ['F7'], () => diffOnScreen()?.goTo('next'), () => diffOnScreen() !== null),
  action('git.previousChange', ['Shift+F7'], () => diffOnScreen()?.goTo('previous'), () => diffOnScreen() !== null),
  action('git.diffFile', [], () => { const file = changeOfActiveFile(); if (file !== undefined) openChange(file) }, () => changeOfActiveFile() !== undefined),
  action('git.init', [], initRepository, () => hasWorkspace() && mirror().git !== null && !hasRepository()),
  action('commits.history', [], () => openCommits({ name: 'history', scope: { kind: 'repository' } }), hasRepository),
  action('commits.pipelineHistory', [], withPipeline((name) => openCommits({ name: 'history', scope: { kind: 'pipeline', name } })), () => isPipelineSelected() && hasRepository()),
  action('commits.fileHistory', [], () => { const path = activeRepositoryPath(); if (path !== null) openCommits({ name: 'history', scope: { kind: 'file', path } }) }, () => activeRepositoryPath() !== null),
  action('commits.conflicts', [], () => openCommits({ name: 'conflicts' }), hasRepository),
  action('commits.blame', [], () => toggleBlame(), () => activeRepositoryPath() !== null),
  action('cache.preheat', [], withPipeline((pipeline) => preheat([pipeline])), () => isPipelineSelected() && !isPreheating()),
  action('cache.preheatAll', [], preheatAll, () => hasWorkspace() && !isPreheating()),
  action('cache.cancel', [], cancelPreheat, isPreheating),
  action('cache.check', [], () => checkCache(true), hasWorkspace),
  action('view.dependencies', [], withPipeline(openDependencies), isPipelineSelected),
  action('dependencies.check', [], withPipeline((pipeline) => { openDependencies(pipeline); return checkDependencies(pipeline) }), hasRequirements),
  action('dependencies.writeLock', [], withPipeline((pipeline) => proposeLock(pipeline, false)), hasRequirements),
  action('dependencies.upgradeLock', [], withPipeline((pipeline) => proposeLock(pipeline, true)), hasRequirements),
  action('cache.cleanUp', [], showWhatCanGo, hasWorkspace),
  action('cache.export', [], exportCache, () => hasWorkspace() && !isTransferring()),
  action('cache.import', [], importCache, () => hasWorkspace() && !isTransferring()),
  action('remote.sync', [], sync, () => canTalk() && mirror().git?.repository?.upstream != null),
  action('remote.pull', [], () => pull(), () => canTalk() && mirror().git?.repository?.upstream != null),
  action('remote.push', ['Mod+Shift+K'], () => openPush(), canTalk),
  action('remote.fetch', [], () => fetchRemote(), canTalk),
  action('remote.clone', [], () => openRemoteDialog({ kind: 'clone' })),
  action('remote.publish', [], () => openRemoteDialog({ kind: 'publish' }), () => hasWorkspace() && (mirror().git?.repository?.remotes.length ?? 0) === 0),
  action('secret.add', [], () => { openPage('secrets'); openSecretDialog({ kind: 'set', name: null }) }, hasWorkspace),
  action('secret.encrypt', [], () => openSecretDialog({ kind: 'encrypt' }), hasWorkspace),
  action('secret.encryptionKey', [], () => { openPage('secrets'); openSecretDialog({ kind: 'key' }) }, hasWorkspace),
  action('theme.system', [], () => saveSetting({ theme: 'system' })),
  action('theme.light', [], () => saveSetting({ theme: 'light' })),
  action('theme.dark', [], () => saveSetting({ theme: 'dark' })),
  action('language.en', [], () => saveSetting({ language: 'en' })),
  action('language.de', [], () => saveSetting({ language: 'de' })),
  action('workspace.open', ['Mod+O'], openFolder),
  action('workspace.openSamples', [], openSamples),
  action('workspace.reveal', [], revealWorkspace, hasWorkspace),
  action('pipeline.reveal', [], withPipeline((pipeline) => revealInFileManager(pipeline, null)), isPipelineSelected),
  action('engine.recheck', [], recheckEngine),
  action('image.pull', [], pullImage, () => mirror().image?.state !== 'pulling' && mirror().engine?.state === 'ready'),
  action('image.cancel', [], cancelPull, () => mirror().image?.state === 'pulling'),
]

const byId = new Map(actions.map((known) => [known.id, known]))

export function actionKeys(id: ActionId): string | undefined {
  return byId.get(id)?.keys[0]
}

export function runAction(id: ActionId): void {
  const known = byId.get(id)
  if (known?.isEnabled() === true) known.run()
}
