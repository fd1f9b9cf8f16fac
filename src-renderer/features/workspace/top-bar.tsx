/** The top bar: workspace, what is selected, Run and Stop, where runs happen. */
import { Box, Boxes, ChevronDown, CloudDownload, Command, FolderOpen, FolderSearch, LoaderCircle, Monitor, PanelBottom, PanelLeft, Play, Settings, SlidersHorizontal, Square, Stethoscope } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Run } from '@shared/contract/runs'
import { useEngineMirror } from '../../state/engine-mirror'
import { useLayout } from '../../state/layout'
import { Button, IconButton } from '../../ui/button'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../ui/menu'
import { Tip } from '../../ui/tooltip'
import { BranchMenu } from '../git/branch-menu'
import { type ActionId, actionKeys, runAction } from '../palette/actions'
import { keysText } from '../palette/keys'
import { isStoppable } from '../runs/phase-timeline'
import { usePendingStart } from '../runs/run-actions'
import { RunStatusIcon, runStatusText } from '../runs/run-status'
import { useRuns, useShownRun } from '../runs/use-shown-run'
import { openWorkspace } from './workspace-actions'

const keysOf = (id: ActionId): string | undefined => {
  const keys = actionKeys(id)
  return keys === undefined ? undefined : keysText(keys)
}

function WorkspaceMenu(): ReactNode {
  const { t } = useTranslation()
  const state = useEngineMirror((mirror) => mirror.workspace)
  const workspace = state?.workspace ?? null
  const recent = state?.recent.filter((path) => path !== workspace?.root) ?? []
  const trigger = (
    <button type="button" className="button quiet workspace-button" aria-label={t('workspace.menu', { name: workspace?.name ?? t('workspace.none') })} title={workspace?.root}>
      <FolderOpen size={15} aria-hidden />
      <span className="truncate">{workspace?.name ?? t('workspace.none')}</span>
      {workspace?.isSample === true && <span className="tag">{t('workspace.sample')}</span>}
      <ChevronDown size={13} aria-hidden />
    </button>
  )
  return (
    <Menu trigger={trigger}>
      <MenuItem icon={<FolderOpen size={14} />} keys={keysOf('workspace.open') ?? ''} onSelect={() => runAction('workspace.open')}>
        {t('action.workspace.open')}
      </MenuItem>
      <MenuItem icon={<CloudDownload size={14} />} onSelect={() => runAction('remote.clone')}>
        {t('action.remote.clone')}
      </MenuItem>
      <MenuItem icon={<Boxes size={14} />} onSelect={() => runAction('workspace.openSamples')}>
        {t('action.workspace.openSamples')}
      </MenuItem>
      <MenuItem icon={<FolderSearch size={14} />} disabled={workspace === null} onSelect={() => runAction('workspace.reveal')}>
        {t('action.workspace.reveal')}
      </MenuItem>
      {recent.length > 0 && <MenuSeparator />}
      {recent.length > 0 && <MenuLabel>{t('workspace.recent')}</MenuLabel>}
      {recent.slice(0, 10).map((path) => (
        <MenuItem key={path} onSelect={() => void openWorkspace(path)}>
          {path}
        </MenuItem>
      ))}
    </Menu>
  )
}

/** The run that Stop ends: the shown one, else any of the selected pipeline. */
function useStoppableRun(): Run | null {
  const shown = useShownRun()
  const pipeline = useLayout((layout) => layout.selectedPipeline)
  const runs = useRuns(pipeline)
  if (shown !== null && shown.phase !== 'finished') return shown
  return (pipeline === null ? undefined : runs.find((run) => run.phase !== 'finished')) ?? null
}

function RunButtons(): ReactNode {
  const { t } = useTranslation()
  const pipeline = useLayout((layout) => layout.selectedPipeline)
  const isKnown = useEngineMirror((mirror) => mirror.catalog?.pipelines.some(({ name }) => name === pipeline) ?? false)
  const pending = usePendingStart((state) => state.pipeline)
  const active = useStoppableRun()
  const isStarting = pending !== null
  return (
    <div className="run-controls">
      <Tip text={t('action.run.start')} keys={keysText('F5')}>
        <Button
          kind="primary"
          className="run-button"
          aria-label={t('run.button')}
          disabled={!isKnown || isStarting}
          icon={isStarting ? <LoaderCircle size={15} className="spin" /> : <Play size={14} fill="currentColor" />}
          onClick={() => runAction('run.start')}
        >
          {t(isStarting ? 'run.phase.starting' : 'run.button')}
        </Button>
      </Tip>
      <IconButton label={t('action.run.with')} keys={keysOf('run.with')} disabled={!isKnown || isStarting} icon={<SlidersHorizontal size={15} />} onClick={() => runAction('run.with')} />
      <Tip text={t('action.run.stop')} keys={keysText('Shift+F5')}>
        <Button
          kind={active !== null && isStoppable(active.phase) ? 'danger' : 'plain'}
          aria-label={t('run.stop')}
          disabled={active === null || !isStoppable(active.phase)}
          icon={active?.phase === 'stopping' ? <LoaderCircle size={14} className="spin" /> : <Square size={12} fill="currentColor" />}
          onClick={() => runAction('run.stop')}
        >
          {t(active?.phase === 'stopping' ? 'run.phase.stopping' : 'run.stop')}
        </Button>
      </Tip>
    </div>
  )
}

function SelectedPipeline(): ReactNode {
  const { t } = useTranslation()
  const pipeline = useLayout((layout) => layout.selectedPipeline)
  const [newest] = useRuns(pipeline)
  if (pipeline === null) return <div className="selected-pipeline" />
  return (
    <div className="selected-pipeline">
      <RunStatusIcon run={newest ?? null} size={15} />
      <span className="selected-name truncate">{pipeline}</span>
      <span className="muted truncate selected-status">{newest === undefined ? t('run.never') : runStatusText(newest, t)}</span>
    </div>
  )
}

function RunnerChip(): ReactNode {
  const { t } = useTranslation()
  const engine = useEngineMirror((mirror) => mirror.engine)
  const state = engine?.state ?? 'connecting'
  const isReady = state === 'ready'
  const icon = state === 'connecting' ? <LoaderCircle size={14} className="spin" /> : isReady ? <Box size={14} /> : <Monitor size={14} />
  const text = isReady ? t('runner.chipDocker', { version: /^\d+\.\d+/.exec(engine?.version ?? '')?.[0] ?? '' }) : t(state === 'connecting' ? 'runner.chipConnecting' : 'runner.chipHost')
  return (
    <Tip text={isReady ? t('runner.dockerExplained', { endpoint: engine?.endpoint ?? '', architecture: engine?.architecture ?? '' }) : t('runner.hostExplained')}>
      <button type="button" aria-label={text} className={`chip ${isReady ? 'ok' : state === 'unavailable' ? 'warn' : ''}`} onClick={() => runAction('view.doctor')}>
        {icon}
        <span className="truncate">{text}</span>
      </button>
    </Tip>
  )
}

export function TopBar(): ReactNode {
  const { t } = useTranslation()
  const sideBarOpen = useLayout((layout) => layout.sideBarOpen)
  const panelOpen = useLayout((layout) => layout.panelOpen)
  const hasWorkspace = useEngineMirror((mirror) => mirror.workspace?.workspace != null)
  const icon = (id: ActionId, element: ReactNode, pressed?: boolean): ReactNode => (
    <IconButton small={false} label={t(`action.${id}`)} keys={keysOf(id)} icon={element} aria-pressed={pressed} onClick={() => runAction(id)} />
  )
  return (
    <header className="top-bar">
      <WorkspaceMenu />
      {hasWorkspace && <BranchMenu />}
      {hasWorkspace ? <SelectedPipeline /> : <div className="selected-pipeline" />}
      {hasWorkspace && <RunButtons />}
      <div className="top-right">
        <RunnerChip />
        {hasWorkspace && icon('view.toggleSideBar', <PanelLeft size={16} />, sideBarOpen)}
        {hasWorkspace && icon('view.togglePanel', <PanelBottom size={16} />, panelOpen)}
        {icon('palette.open', <Command size={16} />)}
        {icon('view.doctor', <Stethoscope size={16} />)}
        {icon('view.settings', <Settings size={16} />)}
      </div>
    </header>
  )
}
