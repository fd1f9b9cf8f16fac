/** The find bar over a log. */
import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../../ui/button'
import { type LogView, markedMatches } from './log-view'

type LogSearchProps = { view: LogView; found: { current: number; count: number }; onClose: () => void }

export function LogSearch({ view, found, onClose }: LogSearchProps): ReactNode {
  const { t } = useTranslation()
  const [term, setTerm] = useState('')

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') onClose()
    else if (event.key === 'Enter') view.find(term, event.shiftKey ? 'previous' : 'next', false)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div className="log-search" role="search" aria-label={t('log.find')} onKeyDown={onKeyDown}>
      <input
        className="input small"
        type="search"
        autoFocus
        aria-label={t('log.findText')}
        placeholder={t('log.findText')}
        value={term}
        onChange={(event) => {
          setTerm(event.target.value)
          view.find(event.target.value, 'next', true)
        }}
      />
      <span className="log-search-count" role="status">
        {term !== '' && t('log.found', { current: found.current, total: found.count < markedMatches ? found.count : `${markedMatches}+` })}
      </span>
      <IconButton label={t('log.previous')} keys="Shift+Enter" icon={<ChevronUp size={15} />} onClick={() => view.find(term, 'previous', false)} />
      <IconButton label={t('log.next')} keys="Enter" icon={<ChevronDown size={15} />} onClick={() => view.find(term, 'next', false)} />
      <IconButton label={t('log.closeFind')} keys="Esc" icon={<X size={15} />} onClick={onClose} />
    </div>
  )
}
