/** Before a push: would the server run this? After it: what the server will do now. */
import { LoaderCircle } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { WireError } from '@shared/app-error'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { closePush, openPush, pushNow, usePush, type PushState } from './gate-actions'
import { GateItems } from './gate-items'
import { ServerEffect } from './server-effect'
import './gate.css'

function Problem({ problem }: { problem: WireError }): ReactNode {
  const { t } = useTranslation()
  return (
    <div className="callout danger gate-problem" role="alert">
      <strong>{t(`errors.${problem.code}.title`, problem.details)}</strong>
      <p className="selectable">{problem.message}</p>
      <p>{t(`errors.${problem.code}.hint`, problem.details)}</p>
    </div>
  )
}

function Waiting({ text }: { text: string }): ReactNode {
  return (
    <p className="gate-waiting" role="status">
      <LoaderCircle size={15} className="spin" aria-hidden />
      {text}
    </p>
  )
}

function Gate({ input, report }: Extract<PushState, { step: 'gate' }>): ReactNode {
  const { t } = useTranslation()
  const hasUpstream = useEngineMirror((mirror) => mirror.git?.repository?.upstream != null)
  const hasNothing = report.commits === 0 && hasUpstream
  const body = hasNothing ? t('gate.nothing', { base: report.base?.name ?? '' }) : t(report.base === null ? 'gate.aheadOfNothing' : 'gate.ahead', { count: report.commits, base: report.base?.name ?? '' })
  const verdict = report.red > 0 ? t('gate.verdict.red', { count: report.red }) : report.amber > 0 ? t('gate.verdict.amber', { count: report.amber }) : t('gate.verdict.green')
  const actions = (
    <>
      <Button onClick={closePush}>{t('cancel')}</Button>
      <Button onClick={() => void openPush(input)}>{t('gate.again')}</Button>
      <Button autoFocus={report.red === 0} kind={report.red > 0 ? 'danger' : 'primary'} disabled={hasNothing} onClick={() => void pushNow(input, report)}>
        {t(report.red > 0 ? 'gate.pushAnyway' : 'gate.push')}
      </Button>
    </>
  )
  return (
    <Dialog isWide title={t('gate.title')} body={body} actions={actions} onClose={closePush}>
      <p className={`gate-verdict ${report.red > 0 ? 'tone-danger' : report.amber > 0 ? 'tone-warn' : 'tone-ok'}`} role="status">
        {verdict}
      </p>
      <GateItems report={report} />
    </Dialog>
  )
}

export function PushDialog(): ReactNode {
  const { t } = useTranslation()
  const push = usePush((state) => state.push)
  const close = <Button onClick={closePush}>{t('gate.close')}</Button>
  switch (push.step) {
    case 'closed':
      return null
    case 'checking':
      return (
        <Dialog isWide title={t('gate.title')} body={t('gate.explained')} actions={<Button onClick={closePush}>{t('cancel')}</Button>} onClose={closePush}>
          <Waiting text={t('gate.checking')} />
        </Dialog>
      )
    case 'unknown':
      return (
        <Dialog
          isWide
          title={t('gate.title')}
          body={t('gate.explained')}
          actions={
            <>
              {close}
              <Button kind="danger" onClick={() => void pushNow(push.input, null)}>{t('gate.pushAnyway')}</Button>
            </>
          }
          onClose={closePush}
        >
          <Problem problem={push.problem} />
        </Dialog>
      )
    case 'gate':
      return <Gate {...push} />
    case 'pushed':
      return (
        <Dialog isWide title={t('gate.pushed')} body={t('gate.pushedBody')} actions={close} onClose={closePush}>
          <ServerEffect report={push.report} />
        </Dialog>
      )
  }
}
