/** One Monaco model for each open document, kept in step with the document store in both directions. */
import type { Problem } from '@shared/contract/pipelines'
import { type OpenDocument, editDocument, useDocuments } from '../../state/documents'
import { useEngineMirror } from '../../state/engine-mirror'
import { languageOf, monaco } from './monaco'

const models = new Map<string, monaco.editor.ITextModel>()
const viewStates = new Map<string, monaco.editor.ICodeEditorViewState | null>()
const problemsOwner = 'pipeline'

function textOf(model: monaco.editor.ITextModel): string {
  return model.getValue(monaco.editor.EndOfLinePreference.TextDefined, true)
}

function markerSeverity(severity: Problem['severity']): monaco.MarkerSeverity {
  switch (severity) {
    case 'error':
      return monaco.MarkerSeverity.Error
    case 'warning':
      return monaco.MarkerSeverity.Warning
    case 'information':
      return monaco.MarkerSeverity.Info
  }
}

function showProblems(pipeline: string, path: string, model: monaco.editor.ITextModel): void {
  const problems = useEngineMirror.getState().catalog?.pipelines.find(({ name }) => name === pipeline)?.problems ?? []
  const markers = problems
    .filter((problem) => problem.file === path)
    .map((problem) => {
      const line = Math.min(problem.line ?? 1, model.getLineCount())
      const column = problem.column ?? Math.max(1, model.getLineContent(line).search(/\S/) + 1)
      return {
        severity: markerSeverity(problem.severity), message: problem.message, source: 'Fast-Flow',
        startLineNumber: line, endLineNumber: line, startColumn: column, endColumn: model.getLineMaxColumn(line),
      }
    })
  monaco.editor.setModelMarkers(model, problemsOwner, markers)
}

/** The model of a document, made on first use. */
export function modelOf(document: OpenDocument): monaco.editor.ITextModel {
  const known = models.get(document.id)
  if (known !== undefined) return known
  const uri = monaco.Uri.from({ scheme: 'inmemory', path: `/${document.id}` })
  const model = monaco.editor.createModel(document.text, languageOf(document.path), uri)
  models.set(document.id, model)
  model.onDidChangeContent(() => editDocument(document.id, textOf(model)))
  showProblems(document.pipeline, document.path, model)
  return model
}

export function saveViewState(id: string, editor: monaco.editor.IStandaloneCodeEditor): void {
  if (models.has(id)) viewStates.set(id, editor.saveViewState())
}

export function viewStateOf(id: string): monaco.editor.ICodeEditorViewState | null {
  return viewStates.get(id) ?? null
}

/** The text on disk won: replaced as one edit, so that undo still knows the old one. */
function replaceText(model: monaco.editor.ITextModel, text: string): void {
  if (textOf(model) === text) return
  model.pushEditOperations([], [{ range: model.getFullModelRange(), text }], () => null)
  // Line endings of the new text may differ from those of the model, which an edit does not change.
  if (textOf(model) !== text) model.setValue(text)
}

useDocuments.subscribe(({ documents }, before) => {
  for (const [id, model] of models) {
    const document = documents[id]
    if (document === undefined) {
      models.delete(id)
      viewStates.delete(id)
      model.dispose()
    } else if (document !== before.documents[id]) replaceText(model, document.text)
  }
})

useEngineMirror.subscribe(({ catalog }, before) => {
  if (catalog === before.catalog) return
  for (const [id, model] of models) {
    const document = useDocuments.getState().documents[id]
    if (document !== undefined) showProblems(document.pipeline, document.path, model)
  }
})
