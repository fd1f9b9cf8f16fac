/** Ctrl+Shift+P: every action. Ctrl+P: go to a pipeline or one of its files. */
import { Command } from 'cmdk'
import { FileCode, Folder } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from 'radix-ui'
import type { FileEntry } from '@shared/contract/files'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { selectPipeline, useLayout } from '../../state/layout'
import { openFile } from '../editor/document-actions'
import { actions } from './actions'
import { keysText } from './keys'
import { closePalette, usePalette } from './palette-state'

const listedPipelines = 300

function ActionList(): ReactNode {
  const { t } = useTranslation()
  return actions
    .filter(({ id, isEnabled }) => id !== 'palette.open' && isEnabled())
    .map(({ id, titleKey, keys, run }) => (
      <Command.Item
        key={id}
        value={t(titleKey)}
        onSelect={() => {
          closePalette()
          // The dialog gives the focus back first; an action may move it on.
          requestAnimationFrame(run)
        }}
      >
        <span className="truncate">{t(titleKey)}</span>
        {keys[0] !== undefined && <kbd>{keysText(keys[0])}</kbd>}
      </Command.Item>
    ))
}

/** Files of the selected pipeline only: listing all would read every folder. */
function useFiles(pipeline: string | null): readonly FileEntry[] {
  const [files, setFiles] = useState<readonly FileEntry[]>([])
  useEffect(() => {
    let isCurrent = true
    if (pipeline === null) return
    api.call('files.list', { pipeline }).then(
      ({ entries }) => isCurrent && setFiles(entries.filter(({ kind }) => kind === 'file')),
      () => isCurrent && setFiles([]),
    )
    return () => {
      isCurrent = false
    }
  }, [pipeline])
  return files
}

function GoToList({ search }: { search: string }): ReactNode {
  const { t } = useTranslation()
  const pipelines = useEngineMirror((mirror) => mirror.catalog?.pipelines ?? null) ?? []
  const selected = useLayout((layout) => layout.selectedPipeline)
  const files = useFiles(selected)
  // The list itself filters; beyond this many, cutting first keeps ten thousand pipelines quick.
  const shown = pipelines.filter(({ name }) => pipelines.length <= listedPipelines || name.toLowerCase().includes(search.toLowerCase())).slice(0, listedPipelines)
  const go = (use: () => void) => (): void => {
    closePalette()
    requestAnimationFrame(use)
  }
  return (
    <>
      {selected !== null && (
        <Command.Group heading={t('palette.files', { pipeline: selected })}>
          {files.map(({ path }) => (
            <Command.Item key={path} value={`${selected}/${path}`} onSelect={go(() => openFile(selected, path))}>
              <FileCode size={14} aria-hidden />
              <span className="truncate">{path}</span>
            </Command.Item>
          ))}
        </Command.Group>
      )}
      <Command.Group heading={t('pipelines.title')}>
        {shown.map(({ name, entryPoint, description }) => (
          <Command.Item key={name} value={name} onSelect={go(() => { selectPipeline(name); openFile(name, entryPoint) })}>
            <Folder size={14} aria-hidden />
            <span className="truncate">{name}</span>
            <span className="muted truncate">{description}</span>
          </Command.Item>
        ))}
      </Command.Group>
    </>
  )
}

export function Palette(): ReactNode {
  const { t } = useTranslation()
  const mode = usePalette((state) => state.mode)
  const [search, setSearch] = useState('')
  useEffect(() => setSearch(''), [mode])
  if (mode === null) return null
  const label = t(mode === 'actions' ? 'action.palette.open' : 'action.palette.goTo')
  return (
    <Dialog.Root open onOpenChange={(open) => !open && closePalette()}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-overlay clear" />
        <Dialog.Content className="palette" aria-describedby={undefined}>
          <Dialog.Title className="visually-hidden">{label}</Dialog.Title>
          <Command label={label} loop>
            <Command.Input value={search} onValueChange={setSearch} placeholder={t(mode === 'actions' ? 'palette.actionPlaceholder' : 'palette.goToPlaceholder')} />
            <Command.List>
              <Command.Empty>{t('palette.nothing')}</Command.Empty>
              {mode === 'actions' ? <ActionList /> : <GoToList search={search} />}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
