/** Who wrote each line, beside its number. Asked of git with the text as it is in the editor, so that it is right while one types. */
import i18next from 'i18next'
import { toWireError } from '@shared/app-error'
import type { Blame } from '@shared/contract/commits'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { openCommits } from '../../state/layout'
import { addNotice, reportError } from '../../state/notices'
import { repositoryPath } from '../commits/commit-actions'
import { useBlameShown } from './blame-shown'
import { monaco } from './monaco'

const askAfterMs = 400
const mostName = 14
const gutterCharacters = 34

/** Until the answer's end is called. */
export function showBlame(editor: monaco.editor.IStandaloneCodeEditor, pipeline: string, path: string): () => void {
  let blame: Blame | null = null
  let timer: ReturnType<typeof setTimeout> | null = null
  let asked = 0

  const commitAt = (line: number): Blame['commits'][number] | null => {
    const place = blame?.lines[line - 1] ?? null
    return place === null ? null : (blame?.commits[place] ?? null)
  }
  const label = (line: number): string => {
    // After the last line feed there is nothing that anybody could have written.
    if (blame === null || line > blame.lines.length) return String(line)
    const commit = commitAt(line)
    if (commit === null) return `${i18next.t('commits.blame.uncommitted')} ${line}`
    const { name } = commit.author
    return `${commit.id.slice(0, 7)} ${name.length > mostName ? `${name.slice(0, mostName - 1)}…` : name} ${new Date(commit.authoredAtMs).toISOString().slice(2, 10)} ${line}`
  }
  const look = async (): Promise<void> => {
    const mine = (asked += 1)
    const place = repositoryPath(pipeline, path)
    const text = editor.getModel()?.getValue(monaco.editor.EndOfLinePreference.TextDefined, true)
    if (place === null || text === undefined) return
    try {
      const found = await api.call('commits.blame', { path: place, text })
      if (mine !== asked) return
      blame = found
      editor.updateOptions({ lineNumbers: label, lineNumbersMinChars: gutterCharacters })
    } catch (error) {
      if (mine !== asked) return
      useBlameShown.setState({ isShown: false })
      if (toWireError(error).code === 'git/not-found') addNotice({ severity: 'information', titleKey: 'commits.blame.notInGit' })
      else reportError(error)
    }
  }
  const lookSoon = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => void look(), askAfterMs)
  }
  const ends = [
    editor.onDidChangeModelContent(lookSoon),
    editor.onMouseDown(({ target }) => {
      const commit = target.type === monaco.editor.MouseTargetType.GUTTER_LINE_NUMBERS && target.position ? commitAt(target.position.lineNumber) : null
      if (commit !== null) openCommits({ name: 'commit', commit: commit.id, pipeline })
    }),
    // The same by keyboard.
    editor.addAction({
      id: 'commit-of-line',
      label: i18next.t('commits.showCommit'),
      contextMenuGroupId: 'navigation',
      run() {
        const commit = commitAt(editor.getPosition()?.lineNumber ?? 0)
        if (commit !== null) openCommits({ name: 'commit', commit: commit.id, pipeline })
      },
    }),
  ]
  const unsubscribe = useEngineMirror.subscribe((now, before) => void (now.git?.repository?.head.commit !== before.git?.repository?.head.commit && lookSoon()))
  void look()
  return () => {
    asked += 1
    if (timer !== null) clearTimeout(timer)
    unsubscribe()
    for (const end of ends) end.dispose()
    editor.updateOptions({ lineNumbers: 'on', lineNumbersMinChars: 5 })
  }
}
