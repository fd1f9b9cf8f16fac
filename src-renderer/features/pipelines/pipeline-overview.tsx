/** The selected pipeline at a glance, shown while no file is open: what it is, what is wrong with it, what to do. */
import { Boxes, Braces, FileCode, Flame, History } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Pipeline } from '@shared/contract/pipelines'
import { useEngineMirror } from '../../state/engine-mirror'
import { openCommits, useLayout } from '../../state/layout'
import { Button } from '../../ui/button'
import { preheat } from '../cache/cache-actions'
import { openDependencies } from '../dependencies/dependency-actions'
import { openFile } from '../editor/document-actions'
import { keysText } from '../palette/keys'
import { DownstreamList } from './downstream-list'
import { PipelineEnvironment } from './pipeline-environment'
import { PipelineFacts } from './pipeline-facts'
import { ProblemList } from './problem-list'
import { RunConfigList } from './run-config-list'

function Problems({ pipeline }: { pipeline: Pipeline }): ReactNode {
  const { t } = useTranslation()
  if (pipeline.problems.length === 0) return null
  return (
    <section aria-label={t('pipelines.problems')}>
      <h3>{t('pipelines.problems')}</h3>
      <ProblemList pipeline={pipeline.name} problems={pipeline.problems} />
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
  const { metadataFile } = pipeline
  const { state } = pipeline.cache
  const isInRepository = useEngineMirror((mirror) => mirror.git?.repository != null)
  const isPreheating = useEngineMirror((mirror) => mirror.preheat?.isRunning ?? false)
  return (
    <>
      <h1 className="selectable">{pipeline.name}</h1>
      {pipeline.description !== null && pipeline.description !== '' && <p className="overview-description selectable">{pipeline.description}</p>}
      <PipelineFacts pipeline={pipeline} />
      <Problems pipeline={pipeline} />
      <div className="overview-actions">
        <Button icon={<FileCode size={15} />} onClick={() => openFile(pipeline.name, pipeline.entryPoint)}>
          {t('pipelines.openEntry', { file: pipeline.entryPoint })}
        </Button>
        {metadataFile !== null && (
          <Button icon={<Braces size={15} />} onClick={() => openFile(pipeline.name, metadataFile)}>
            {t('pipelines.openEntry', { file: metadataFile })}
          </Button>
        )}
        <Button icon={<Boxes size={15} />} onClick={() => openDependencies(pipeline.name)}>
          {t('dependencies.title')}
        </Button>
        {isInRepository && (
          <Button icon={<History size={15} />} onClick={() => openCommits({ name: 'history', scope: { kind: 'pipeline', name: pipeline.name } })}>
            {t('commits.ofPipeline')}
          </Button>
        )}
        {state !== 'not-needed' && (
          <Button icon={<Flame size={15} />} disabled={isPreheating} onClick={() => void preheat([pipeline.name])}>
            {t(state === 'warm' ? 'cache.checkNewer' : 'cache.preheatOne')}
          </Button>
        )}
      </div>
      <RunConfigList pipeline={pipeline} />
      <DownstreamList pipeline={pipeline} />
      <PipelineEnvironment pipeline={pipeline} />
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
