/** What is shown when drawing the window failed: what happened, and a reload that brings open files and runs back. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from './ui/button'

export function CrashPage({ error }: { error: unknown }): ReactNode {
  const { t } = useTranslation()
  return (
    <main className="crash-page" role="alert">
      <h1>{t('crash.title')}</h1>
      <p>{t('crash.hint')}</p>
      <Button kind="primary" onClick={() => location.reload()}>
        {t('crash.reload')}
      </Button>
      <pre>{error instanceof Error ? (error.stack ?? error.message) : String(error)}</pre>
    </main>
  )
}
