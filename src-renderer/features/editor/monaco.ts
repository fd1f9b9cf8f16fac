/**
 * The one place that loads Monaco: only the languages a pipeline has, workers from our own files, our theme. Imported
 * lazily, so that the window is usable before the editor is there.
 */
import * as monaco from 'monaco-editor/editor'
import 'monaco-editor/features/register.all'
import 'monaco-editor/languages/definitions/ini/register'
import 'monaco-editor/languages/definitions/markdown/register'
import 'monaco-editor/languages/definitions/python/register'
import 'monaco-editor/languages/definitions/shell/register'
import 'monaco-editor/languages/definitions/sql/register'
import 'monaco-editor/languages/definitions/xml/register'
import 'monaco-editor/languages/definitions/yaml/register'
import 'monaco-editor/languages/features/json/register'
import EditorWorker from 'monaco-editor/editor/editor.worker?worker'
import JsonWorker from 'monaco-editor/languages/features/json/json.worker?worker'
import { token, useTheme } from '../../ui/theme'

self.MonacoEnvironment = {
  getWorker: (_moduleId: string, label: string) => (label === 'json' ? new JsonWorker() : new EditorWorker()),
}

const languageByExtension: Record<string, string> = {
  py: 'python', pyi: 'python', json: 'json', ipynb: 'json', md: 'markdown', toml: 'ini', ini: 'ini', cfg: 'ini', lock: 'ini', txt: 'plaintext', yaml: 'yaml', yml: 'yaml',
  sh: 'shell', sql: 'sql', xml: 'xml', html: 'xml',
}

export function languageOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (/^requirements.*\.(txt|in|lock)$/.test(name)) return 'ini'
  return languageByExtension[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? 'plaintext'
}

const themeName = 'tokens'

function defineTheme(): void {
  const { name, highContrast } = useTheme.getState()
  const base = highContrast ? (name === 'dark' ? 'hc-black' : 'hc-light') : name === 'dark' ? 'vs-dark' : 'vs'
  const colour = (id: string): string => token(id).slice(1)
  monaco.editor.defineTheme(themeName, {
    base,
    inherit: true,
    rules: [
      { token: '', foreground: colour('fg') },
      { token: 'keyword', foreground: colour('syntax-keyword') },
      { token: 'string', foreground: colour('syntax-string') },
      // Python's grammar calls the quotes escapes.
      { token: 'string.escape', foreground: colour('syntax-string') },
      { token: 'number', foreground: colour('syntax-number') },
      { token: 'comment', foreground: colour('syntax-comment'), fontStyle: 'italic' },
      { token: 'type', foreground: colour('syntax-type') },
      { token: 'tag', foreground: colour('syntax-type') },
      { token: 'string.key.json', foreground: colour('syntax-key') },
      { token: 'string.value.json', foreground: colour('syntax-string') },
      { token: 'keyword.json', foreground: colour('syntax-keyword') },
    ],
    colors: {
      'editor.background': token('bg'),
      'editor.foreground': token('fg'),
      'editorLineNumber.foreground': token('fg-faint'),
      'editorLineNumber.activeForeground': token('fg'),
      'editor.lineHighlightBackground': token('bg-raised'),
      'editor.lineHighlightBorder': '#00000000',
      'editor.selectionBackground': token('bg-selected'),
      'editorCursor.foreground': token('accent'),
      'editorIndentGuide.background1': token('border'),
      'editorIndentGuide.activeBackground1': token('border-strong'),
      'editorWidget.background': token('bg-raised'),
      'editorWidget.border': token('border-strong'),
      'editorGutter.background': token('bg'),
      'editorOverviewRuler.border': '#00000000',
      'editor.findMatchBackground': token('find-active'),
      'editor.findMatchHighlightBackground': token('find'),
      'input.background': token('bg'),
      'input.border': token('border-strong'),
      focusBorder: token('focus'),
      'scrollbar.shadow': '#00000000',
      'minimap.background': token('bg'),
      'diffEditor.insertedTextBackground': `${token('ok')}33`,
      'diffEditor.removedTextBackground': `${token('danger')}33`,
    },
  })
  monaco.editor.setTheme(themeName)
}

defineTheme()
// The tokens change with the attribute that ui/theme.ts sets just before it tells its readers.
useTheme.subscribe(defineTheme)

export const editorOptions: monaco.editor.IStandaloneEditorConstructionOptions = {
  theme: themeName,
  automaticLayout: true,
  fontSize: 13,
  lineHeight: 20,
  fontFamily: token('font-mono'),
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  smoothScrolling: false,
  renderLineHighlight: 'line',
  renderWhitespace: 'selection',
  padding: { top: 8, bottom: 8 },
  stickyScroll: { enabled: false },
  overviewRulerLanes: 2,
  fixedOverflowWidgets: true,
  accessibilitySupport: 'auto',
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
  unicodeHighlight: { ambiguousCharacters: false },
  links: false,
  contextmenu: true,
  occurrencesHighlight: 'singleFile',
}

export { monaco }
