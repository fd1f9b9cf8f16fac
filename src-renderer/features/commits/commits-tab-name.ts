/** What a tab of history is called. */
import type { TFunction } from 'i18next'
import type { CommitsView } from '../../state/layout'

export const shortId = (commit: string): string => commit.slice(0, 8)
export const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export function commitsTabName(view: CommitsView, t: TFunction): string {
  switch (view.name) {
    case 'history':
      return view.scope.kind === 'repository' ? t('commits.history') : t('commits.historyOf', { name: view.scope.kind === 'file' ? fileName(view.scope.path) : view.scope.name })
    case 'commit':
      return t('commits.commit', { id: shortId(view.commit) })
    case 'file':
      return t('commits.fileAt', { name: fileName(view.path), id: shortId(view.commit) })
    case 'conflicts':
      return t('conflicts.title')
  }
}
