/** Every tool the app needs: its state, what that means, and one button that helps. */
import { CircleCheck, CircleX, LoaderCircle, TriangleAlert } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { ToolHealth } from '@shared/contract/tools'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { ImageProgress } from './image-progress'
import { checkTools, repair, useDoctor } from './tool-actions'

function StateIcon({ state }: { state: ToolHealth['state'] }): ReactNode {
  switch (state) {
    case 'ok':
      return <CircleCheck size={16} className="tone-ok" aria-hidden />
    case 'warning':
      return <TriangleAlert size={16} className="tone-warn" aria-hidden />
    case 'missing':
      return <CircleX size={16} className="tone-danger" aria-hidden />
  }
}

function ToolLine({ tool }: { tool: ToolHealth }): ReactNode {
  const { t } = useTranslation()
  const isPulling = useEngineMirror((mirror) => mirror.image?.state === 'pulling')
  const isFetchingUv = useDoctor((doctor) => doctor.isFetchingUv)
  const isBusy = (tool.action === 'pull-image' && isPulling) || (tool.action === 'fetch-uv' && isFetchingUv)
  const { action } = tool
  return (
    <li className="doctor-line">
      <StateIcon state={tool.state} />
      <div className="doctor-text">
        <p>
          <strong>{t(`doctor.tool.${tool.id}`)}</strong>
          <span className="visually-hidden">{`, ${t(`doctor.state.${tool.state}`)}`}</span>
        </p>
        <p className="muted selectable">{tool.detail}</p>
        {tool.hint !== null && <p className="selectable">{tool.hint}</p>}
        {tool.id === 'worker-image' && isPulling && <ImageProgress />}
      </div>
      {action !== null && !(tool.id === 'worker-image' && isPulling) && (
        <Button small disabled={isBusy} icon={isBusy ? <LoaderCircle size={13} className="spin" /> : undefined} onClick={() => repair(action)}>
          {t(`doctor.action.${action}`)}
        </Button>
      )}
    </li>
  )
}

export function DoctorCard(): ReactNode {
  const { t } = useTranslation()
  const tools = useDoctor((doctor) => doctor.tools)
  const engineState = useEngineMirror((mirror) => mirror.engine?.state)
  const imageState = useEngineMirror((mirror) => mirror.image?.state)
  const settingsRev = useEngineMirror((mirror) => mirror.settings?.rev)
  useEffect(() => {
    void checkTools()
  }, [engineState, imageState, settingsRev])
  return (
    <section className="card doctor-card" aria-label={t('doctor.region')}>
      {tools === null ? (
        <p className="muted doctor-wait" role="status">
          <LoaderCircle size={14} className="spin" aria-hidden /> {t('doctor.checking')}
        </p>
      ) : (
        <ul>
          {tools.map((tool) => (
            <ToolLine key={tool.id} tool={tool} />
          ))}
        </ul>
      )}
    </section>
  )
}
