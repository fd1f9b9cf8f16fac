/** A tab about commits: one of four pages. */
import type { ReactNode } from 'react'
import type { CommitsView } from '../../state/layout'
import { ConflictsPage } from '../conflicts/conflicts-page'
import { CommitPage } from './commit-page'
import './commits.css'
import { HistoryPage } from './history-page'
import { RevisionPage } from './revision-page'

export function CommitsTab({ view }: { view: CommitsView }): ReactNode {
  switch (view.name) {
    case 'history':
      return <HistoryPage scope={view.scope} />
    case 'commit':
      return <CommitPage id={view.commit} pipeline={view.pipeline} />
    case 'file':
      return <RevisionPage commit={view.commit} path={view.path} />
    case 'conflicts':
      return <ConflictsPage />
  }
}
