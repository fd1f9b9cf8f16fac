/** One output of a cell. */
import { type ReactNode, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { CellOutput } from '@shared/contract/runs'
import { byteText } from '../../ui/format'
import { token, useTheme } from '../../ui/theme'
import { contentOf } from './output-content'

const lineHeight = 23
const mostFrameHeight = 380
/** The frame has the page's policy too; this one stands even where that one were weaker. */
const framePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"

/** A frame without any right: no scripts, no forms, no origin, and by the page's own policy no request to anywhere. */
function HtmlFrame({ html, lines }: { html: string; lines: number }): ReactNode {
  const { t } = useTranslation()
  const theme = useTheme((state) => state.name)
  const page = useMemo(() => {
    const style = `:root{color-scheme:${theme};color:${token('fg')};background:${token('bg-sunken')};font:13px system-ui,sans-serif}body{margin:2px}table{border-collapse:collapse}th,td{padding:2px 8px;border:1px solid ${token('border')};text-align:right}`
    return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${framePolicy}"><style>${style}</style>${html}`
  }, [html, theme])
  return <iframe className="cell-html" sandbox="" referrerPolicy="no-referrer" title={t('cells.html')} srcDoc={page} style={{ height: Math.min(mostFrameHeight, lines * lineHeight + 14) }} />
}

export function OutputView({ output }: { output: CellOutput }): ReactNode {
  const { t, i18n } = useTranslation()
  const content = useMemo(() => contentOf(output), [output])
  const omitted = output.omittedBytes > 0 && <p className="cell-note muted">{t('cells.omitted', { size: byteText(output.omittedBytes, i18n.language) })}</p>
  if (content === null) return omitted || <p className="cell-note muted">{t('cells.notShown', { types: Object.keys(output.data).join(', ') })}</p>
  switch (content.kind) {
    case 'image':
      return (
        <>
          <img className="cell-image" src={content.source} alt={content.alternative} />
          {omitted}
        </>
      )
    case 'html':
      return (
        <>
          <HtmlFrame html={content.html} lines={content.lines} />
          {omitted}
        </>
      )
    case 'text':
      return (
        <>
          {content.omittedChars > 0 && <p className="cell-note muted">{t('cells.endOnly', { count: content.omittedChars })}</p>}
          <pre className={`cell-text selectable ${output.kind}`}>{content.text}</pre>
          {omitted}
        </>
      )
  }
}
