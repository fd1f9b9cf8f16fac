/** Of a notebook run: whether its cells or its log are shown. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useLayout } from '../../state/layout'

export function OutputTabs(): ReactNode {
  const { t } = useTranslation()
  const shown = useLayout((layout) => layout.notebookOutput)
  return (
    <div className="segmented" role="group" aria-label={t('cells.shown')}>
      {(['cells', 'log'] as const).map((value) => (
        <button key={value} type="button" aria-pressed={shown === value} onClick={() => useLayout.setState({ notebookOutput: value })}>
          {t(`${value}.title`)}
        </button>
      ))}
    </div>
  )
}
