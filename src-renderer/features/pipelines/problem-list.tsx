/** Problems with their severity; those that have a place lead to it. */
import { CircleX, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '@shared/contract/pipelines'
import { openFile } from '../editor/document-actions'

function ProblemIcon({ severity }: { severity: Problem['severity'] }): ReactNode {
  switch (severity) {
    case 'error':
      return <CircleX size={14} className="tone-danger" aria-hidden />
    case 'warning':
      return <TriangleAlert size={14} className="tone-warn" aria-hidden />
    case 'information':
      return <Info size={14} className="tone-info" aria-hidden />
  }
}

export function ProblemList({ pipeline, problems }: { pipeline: string; problems: readonly Problem[] }): ReactNode {
  const { t } = useTranslation()
  if (problems.length === 0) return null
  return (
    <ul className="problems">
      {problems.map((problem, index) => (
        <li key={index}>
          <ProblemIcon severity={problem.severity} />
          <span className="visually-hidden">{t(`pipelines.severity.${problem.severity}`)}</span>
          {problem.file === null ? (
            <span className="selectable">{problem.message}</span>
          ) : (
            <button type="button" className="link" onClick={() => openFile(pipeline, problem.file ?? '', { line: problem.line ?? 1, column: problem.column })}>
              <code>{`${problem.file}${problem.line === null ? '' : `:${problem.line}`}`}</code> {problem.message}
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}
