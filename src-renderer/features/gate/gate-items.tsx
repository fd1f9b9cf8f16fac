/** What the gate found, the gravest first, each at its place. */
import { CircleAlert, Info, OctagonX } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { GateItem, GateReport, GateSeverity } from '@shared/contract/gate'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { openFile } from '../editor/document-actions'
import { closePush } from './gate-actions'

const icons: Record<GateSeverity, ReactNode> = {
  red: <OctagonX size={15} className="tone-danger" aria-hidden />,
  amber: <CircleAlert size={15} className="tone-warn" aria-hidden />,
  info: <Info size={15} className="tone-info" aria-hidden />,
}

function Place({ item }: { item: GateItem }): ReactNode {
  const { t } = useTranslation()
  const { pipeline, path, file, line } = item
  const isHere = useEngineMirror((mirror) => mirror.catalog?.pipelines.some(({ name }) => name === pipeline) ?? false)
  if (path === null) return null
  const text = `${path}${line === null ? '' : `:${line}`}`
  if (!isHere || pipeline === null || file === null) return <span className="mono gate-path">{text}</span>
  const open = (): void => {
    closePush()
    openFile(pipeline, file, { line: line ?? 1 })
  }
  return (
    <Button small kind="quiet" className="mono gate-path" aria-label={t('gate.open', { place: text })} onClick={open}>
      {text}
    </Button>
  )
}

function Item({ item }: { item: GateItem }): ReactNode {
  const { t } = useTranslation()
  return (
    <li className={`gate-item ${item.severity}`}>
      {icons[item.severity]}
      <div className="gate-item-text">
        <div className="gate-item-head">
          <strong>{t(`gate.kind.${item.kind}`)}</strong>
          <span className="visually-hidden">{t(`gate.severity.${item.severity}`)}</span>
          {item.isOld && <span className="tag">{t('gate.old')}</span>}
          <Place item={item} />
        </div>
        <p className="selectable">{item.message}</p>
      </div>
    </li>
  )
}

export function GateItems({ report }: { report: GateReport }): ReactNode {
  const { t } = useTranslation()
  const grave = report.items.filter(({ severity }) => severity !== 'info')
  const notes = report.items.filter(({ severity }) => severity === 'info')
  return (
    <>
      {grave.length > 0 && (
        <ul className="gate-items" aria-label={t('gate.items')}>
          {grave.map((item, at) => (
            <Item key={at} item={item} />
          ))}
        </ul>
      )}
      {report.omitted > 0 && <p className="muted">{t('gate.omitted', { count: report.omitted })}</p>}
      {notes.length > 0 && (
        <ul className="gate-items" aria-label={t('gate.notes')}>
          {notes.map((item, at) => (
            <Item key={at} item={item} />
          ))}
        </ul>
      )}
    </>
  )
}
