/** One open file: the editor, or a page that says why there is none, and the bar for what happened on disk. */
import { FileLock2, FileX2, TriangleAlert } from 'lucide-react'
import { type ReactNode, Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { WireError } from '@shared/app-error'
import type { OpenDocument } from '../../state/documents'
import { errorText } from '../../state/error-text'
import { Button } from '../../ui/button'
import { revealInFileManager } from '../workspace/workspace-actions'
import { closeTabAsking, keepUnsaved, reloadFromDisk, retryDocument, saveDocument } from './document-actions'

const CodeEditor = lazy(() => import('./code-editor').then((module) => ({ default: module.CodeEditor })))
const CompareEditor = lazy(() => import('./compare-editor').then((module) => ({ default: module.CompareEditor })))

function FailedDocument({ document, error }: { document: OpenDocument; error: WireError }): ReactNode {
  const { t } = useTranslation()
  const text = errorText(error.code)
  return (
    <div className="page-message" role="alert">
      <FileX2 size={36} strokeWidth={1.4} aria-hidden />
      <h2>{t(text.titleKey, error.details)}</h2>
      <p className="muted selectable">{error.message}</p>
      <p>{t(text.hintKey, error.details)}</p>
      <div className="page-message-actions">
        <Button onClick={() => retryDocument(document.id)}>{t('editor.tryAgain')}</Button>
        <Button onClick={() => void revealInFileManager(document.pipeline, document.path)}>{t('workspace.reveal')}</Button>
      </div>
    </div>
  )
}

function OutsideBar({ document, comparing, onCompare }: { document: OpenDocument; comparing: boolean; onCompare: () => void }): ReactNode {
  const { t } = useTranslation()
  const gone = document.outside === 'gone'
  return (
    <div className="editor-bar warn" role="alert">
      <TriangleAlert size={15} aria-hidden />
      <span className="editor-bar-text">{t(gone ? 'editor.gone' : 'editor.changedOnDisk', { path: document.path })}</span>
      {gone ? (
        <>
          <Button small onClick={() => void saveDocument(document.id)}>{t('editor.writeAgain')}</Button>
          <Button small onClick={() => void closeTabAsking(`file:${document.id}`)}>{t('editor.close')}</Button>
        </>
      ) : (
        <>
          <Button small onClick={() => void reloadFromDisk(document.id)}>{t('editor.reload')}</Button>
          <Button small onClick={() => void keepUnsaved(document.id)}>{t('editor.keepMine')}</Button>
          <Button small aria-pressed={comparing} onClick={onCompare}>{t('editor.compare')}</Button>
        </>
      )}
    </div>
  )
}

export function DocumentPage({ document }: { document: OpenDocument }): ReactNode {
  const { t } = useTranslation()
  const [comparing, setComparing] = useState(false)
  const showComparison = comparing && document.outside === 'changed'
  if (document.status === 'failed' && document.error !== null) return <FailedDocument document={document} error={document.error} />
  return (
    <div className="document-page">
      {document.outside !== 'none' && <OutsideBar document={document} comparing={showComparison} onCompare={() => setComparing(!comparing)} />}
      {document.readOnly && (
        <div className="editor-bar" role="status">
          <FileLock2 size={15} aria-hidden />
          <span className="editor-bar-text">{t('editor.readOnly')}</span>
        </div>
      )}
      <Suspense fallback={<div className="editor-loading" />}>
        {document.status === 'ready' && (showComparison ? <CompareEditor documentId={document.id} /> : <CodeEditor document={document} />)}
      </Suspense>
    </div>
  )
}
