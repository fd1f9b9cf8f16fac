/** Revert, undo, run what was; and where a file of a pipeline is in the repository. */
import { toWireError } from '@shared/app-error'
import type { Commit } from '@shared/contract/commits'
import type { GitOperation } from '@shared/contract/git'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { openCommits, useLayout } from '../../state/layout'
import { addNotice, reportError } from '../../state/notices'
import { ask } from '../../state/questions'
import { applyRuns } from '../../state/sync'
import { perform } from '../git/operations'
import { showRun } from '../runs/run-actions'
import { shortId } from './commits-tab-name'

/** `demo` + `main.py` -> `pipelines/demo/main.py`; null where the workspace is in no repository. */
export function repositoryPath(pipeline: string, path: string): string | null {
  const { git, workspace } = useEngineMirror.getState()
  const [root, dir] = [git?.repository?.root, workspace?.workspace?.pipelinesDir]
  if (root === undefined || dir === undefined) return null
  const below = dir.replaceAll('\\', '/').slice(root.length).replace(/^\//, '')
  return [below, pipeline, path].filter((part) => part !== '').join('/')
}

export const hasRepository = (): boolean => useEngineMirror.getState().git?.repository != null

/** Resolves when it is over; what went wrong is said. */
export async function follow(begin: () => Promise<GitOperation>): Promise<GitOperation | null> {
  const ended = await perform(begin)
  if (ended?.error != null && ended.error.code !== 'git/conflict') reportError(ended.error)
  return ended
}

/** Of a merge the line that is kept; undefined: thought better of it. */
async function askRevert(commit: Commit): Promise<number | null | undefined> {
  const values = { id: shortId(commit.id), subject: commit.subject }
  const isMerge = commit.parents.length > 1
  const answer = await ask({
    titleKey: 'commits.revert.title',
    bodyKey: isMerge ? 'commits.revert.mergeBody' : 'commits.revert.body',
    values,
    details: isMerge ? commit.parents.map((parent, index) => `${index + 1}: ${shortId(parent)}`) : [],
    choices: isMerge
      ? [{ answer: '2', labelKey: 'commits.revert.keepSecond', kind: 'plain' }, { answer: '1', labelKey: 'commits.revert.keepFirst', kind: 'primary' }]
      : [{ answer: '0', labelKey: 'commits.revert.do', kind: 'primary' }],
  })
  return answer === null ? undefined : answer === '0' ? null : Number(answer)
}

export async function revertCommit(commit: Commit): Promise<void> {
  const parent = await askRevert(commit)
  if (parent === undefined) return
  const ended = await follow(() => api.call('commits.revert', { commit: commit.id, parent }))
  if (ended?.error?.code === 'git/conflict') return openCommits({ name: 'conflicts' })
  if (ended?.state !== 'done') return
  const { head } = await api.call('commits.list', { scope: { kind: 'repository' }, from: null, skip: 0, limit: 1 })
  addNotice({ severity: 'success', titleKey: 'commits.revert.done', hintKey: 'commits.revert.doneHint', values: { id: shortId(commit.id) } })
  if (head !== null) openCommits({ name: 'commit', commit: head, pipeline: null })
}

export async function undoRevert(commit: Commit): Promise<boolean> {
  try {
    await api.call('commits.undo', { commit: commit.id })
    addNotice({ severity: 'success', titleKey: 'commits.undone' })
    return true
  } catch (error) {
    reportError(error)
    return false
  }
}

export async function runCommit(commit: string, pipeline: string, ignoreProblems = false): Promise<void> {
  try {
    const run = await api.call('commits.run', { commit, pipeline, ignoreProblems })
    applyRuns([run])
    useLayout.setState({ selectedPipeline: pipeline })
    showRun(run.id)
  } catch (error) {
    if (toWireError(error).code !== 'pipeline/invalid-config' || ignoreProblems) return reportError(error)
    const answer = await ask({ titleKey: 'run.invalidConfig.title', bodyKey: 'run.invalidConfig.body', values: { pipeline }, details: [toWireError(error).message], choices: [{ answer: 'anyway', labelKey: 'run.invalidConfig.runAnyway', kind: 'plain' }] })
    if (answer === 'anyway') await runCommit(commit, pipeline, true)
  }
}
