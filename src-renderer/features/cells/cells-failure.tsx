/** Says that cells could not be read, why, and lets the reader try again. */
import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button'

export function CellsFailure({ reason, onRetry }: { reason: string; onRetry: () => void }): ReactNode {
  const { t } = useTranslation()
  return (
    <div className="cells-failure" role="alert">
      <TriangleAlert size={14} aria-hidden />
      <span className="selectable">{t('cells.notRead', { reason })}</span>
      <Button small onClick={onRetry}>
        {t('cells.retry')}
      </Button>
    </div>
  )
}
