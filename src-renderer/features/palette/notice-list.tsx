/** The notices, bottom right. Errors stay until they are closed; what only confirms goes by itself. */
import { CircleCheck, CircleX, Info, TriangleAlert, X } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { type Notice, dismissNotice, useNotices } from '../../state/notices'
import { Button, IconButton } from '../../ui/button'
import { runAction } from './actions'

const shownMs: Record<Notice['severity'], number | null> = { error: null, warning: 12_000, information: 7_000, success: 3_000 }

function NoticeIcon({ severity }: { severity: Notice['severity'] }): ReactNode {
  switch (severity) {
    case 'error':
      return <CircleX size={16} className="tone-danger" aria-hidden />
    case 'warning':
      return <TriangleAlert size={16} className="tone-warn" aria-hidden />
    case 'information':
      return <Info size={16} className="tone-info" aria-hidden />
    case 'success':
      return <CircleCheck size={16} className="tone-ok" aria-hidden />
  }
}

function NoticeView({ notice }: { notice: Notice }): ReactNode {
  const { t } = useTranslation()
  const { id, severity, titleKey, hintKey, values, detail, action } = notice
  useEffect(() => {
    const duration = shownMs[severity]
    if (duration === null) return
    const timer = setTimeout(() => dismissNotice(id), duration)
    return () => clearTimeout(timer)
  }, [id, severity])
  return (
    <li className="notice" role={severity === 'error' ? 'alert' : 'status'}>
      <NoticeIcon severity={severity} />
      <div className="notice-text">
        <p className="notice-title">{t(titleKey, values)}</p>
        {detail !== null && <p className="muted selectable">{detail}</p>}
        {hintKey !== null && <p>{t(hintKey, values)}</p>}
        {action !== null && (
          <Button
            small
            className="notice-action"
            onClick={() => {
              dismissNotice(id)
              runAction(action)
            }}
          >
            {t(`action.${action}`)}
          </Button>
        )}
      </div>
      <IconButton label={t('dismiss')} icon={<X size={14} />} onClick={() => dismissNotice(id)} />
    </li>
  )
}

export function NoticeList(): ReactNode {
  const { t } = useTranslation()
  const notices = useNotices((state) => state.notices)
  return (
    <ul className="notices" aria-label={t('notices')}>
      {notices.map((notice) => (
        <NoticeView key={notice.id} notice={notice} />
      ))}
    </ul>
  )
}
