/** What has to happen when another workspace is opened: its tabs and unsaved texts come, those of the last one are kept. */
import { closeAllDocuments } from '../../state/documents'
import { useEngineMirror } from '../../state/engine-mirror'
import { keepLayout, tabId, useLayout } from '../../state/layout'
import { addNotice } from '../../state/notices'
import { keepBackup, readBackup } from '../../state/unsaved-backup'

export function startWorkspaceSession(): void {
  let root: string | null | undefined
  let backup: ReturnType<typeof keepBackup> | null = null
  let stopLayout: (() => void) | null = null

  function enter(next: string | null): void {
    backup?.stop()
    stopLayout?.()
    backup = null
    closeAllDocuments()
    stopLayout = keepLayout(localStorage, next)
    if (next === null) return
    backup = keepBackup(localStorage, next, () => addNotice({ severity: 'warning', titleKey: 'editor.backupFailed.title', hintKey: 'editor.backupFailed.hint' }))
    for (const { pipeline, path } of Object.values(readBackup(localStorage, next))) {
      const tab = { kind: 'file', pipeline, path } as const
      useLayout.setState(({ tabs }) => ({ tabs: tabs.some((open) => tabId(open) === tabId(tab)) ? tabs : [...tabs, tab] }))
    }
  }

  function follow(): void {
    const { workspace } = useEngineMirror.getState()
    if (workspace === null) return
    const next = workspace.workspace?.root ?? null
    if (next === root) return
    root = next
    enter(next)
  }

  useEngineMirror.subscribe(follow)
  window.addEventListener('pagehide', () => backup?.flush())
}
