/** The selected pipeline at a glance, shown while no file is open: what it is, what is wrong with it, what to do. */
import { CircleX, FileCode, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Pipeline, Problem } from '@shared/contract/pipelines'
import { useEngineMirror } from '../../state/engine-mirror'
import { useLayout } from '../../state/layout'
import { Button } from '../../ui/button'
import { openFile } from '../editor/document-actions'
import { keysText } from '../palette/keys'

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

function Problems({ pipeline }: { pipeline: Pipeline }): ReactNode {
  const { t } = useTranslation()
  if (pipeline.problems.length === 0) return null
  return (
    <section aria-label={t('pipelines.problems')}>
      <h3>{t('pipelines.problems')}</h3>
      <ul className="problems">
        {pipeline.problems.map((problem, index) => (
          <li key={index}>
            <ProblemIcon severity={problem.severity} />
            <span className="visually-hidden">{t(`pipelines.severity.${problem.severity}`)}</span>
            {problem.file === null ? (
              <span className="selectable">{problem.message}</span>
            ) : (
              <button type="button" className="link" onClick={() => openFile(pipeline.name, problem.file ?? '', { line: problem.line ?? 1, column: problem.column })}>
                <code>{`${problem.file}${problem.line === null ? '' : `:${problem.line}`}`}</code> {problem.message}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

const shortcuts: readonly [keys: string, textKey: string][] = [
  ['F5', 'action.run.start'],
  ['Mod+P', 'action.palette.goTo'],
  ['Mod+Shift+P', 'action.palette.open'],
  ['Mod+J', 'action.view.togglePanel'],
]

function PipelineCard({ pipeline }: { pipeline: Pipeline }): ReactNode {
  const { t } = useTranslation()
  const requirements = pipeline.hasLock ? 'lock' : pipeline.hasRequirements ? 'plain' : 'none'
  return (
    <>
      <h1 className="selectable">{pipeline.name}</h1>
      {pipeline.description !== null && pipeline.description !== '' && <p className="overview-description selectable">{pipeline.description}</p>}
      <dl className="overview-facts">
        <dt>{t('pipelines.fact.type')}</dt>
        <dd>
          {t(`pipelines.type.${pipeline.type}`)} · <code>{pipeline.entryPoint}</code>
        </dd>
        <dt>{t('pipelines.fact.python')}</dt>
        <dd>{pipeline.pythonVersion}</dd>
        <dt>{t('pipelines.fact.packages')}</dt>
        <dd>{t(`pipelines.requirements.${requirements}`)}</dd>
        {pipeline.cache !== 'not-needed' && (
          <>
            <dt>{t('pipelines.fact.cache')}</dt>
            <dd>{t(`cache.${pipeline.cache}Explained`)}</dd>
          </>
        )}
        {!pipeline.enabled && (
          <>
            <dt>{t('pipelines.fact.state')}</dt>
            <dd className="tone-warn">{t('pipelines.disabledExplained')}</dd>
          </>
        )}
        {pipeline.tags.length > 0 && (
          <>
            <dt>{t('pipelines.fact.tags')}</dt>
            <dd>{pipeline.tags.join(', ')}</dd>
          </>
        )}
      </dl>
      <Problems pipeline={pipeline} />
      <div className="overview-actions">
        <Button icon={<FileCode size={15} />} onClick={() => openFile(pipeline.name, pipeline.entryPoint)}>
          {t('pipelines.openEntry', { file: pipeline.entryPoint })}
        </Button>
      </div>
    </>
  )
}

export function PipelineOverview(): ReactNode {
  const { t } = useTranslation()
  const catalog = useEngineMirror((mirror) => mirror.catalog)
  const selected = useLayout((layout) => layout.selectedPipeline)
  const pipeline = catalog?.pipelines.find(({ name }) => name === selected)
  if (catalog === null) return <div className="overview" />
  return (
    <div className="overview scroll" data-region="editor" tabIndex={-1}>
      <div className="overview-inner">
        {pipeline === undefined ? (
          <>
            <h1>{t('pipelines.none.title')}</h1>
            <p className="overview-description">{t('pipelines.none.explained')}</p>
          </>
        ) : (
          <PipelineCard pipeline={pipeline} />
        )}
        <dl className="shortcuts">
          {shortcuts.map(([keys, textKey]) => (
            <div key={keys}>
              <dt>{t(textKey)}</dt>
              <dd>
                <kbd>{keysText(keys)}</kbd>
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  )
}
