/** How the parts of a conflict look in Monaco: a ground, a stripe of its own kind, and the name beside the mark, so that none is told by its colour alone. */
import { monaco } from '../editor/monaco'
import { token } from '../../ui/theme'
import type { ConflictPlace, Lines } from './conflict-text'

export type PartOfConflict = 'ours' | 'base' | 'theirs'
type Decoration = monaco.editor.IModelDeltaDecoration

const rulerColours = { ours: 'info', base: 'fg-faint', theirs: 'ok' } as const

export function partDecorations(part: PartOfConflict, { first, count }: Lines): Decoration[] {
  if (count === 0) return []
  const { Full } = monaco.editor.OverviewRulerLane
  return [{ range: new monaco.Range(first, 1, first + count - 1, 1), options: { isWholeLine: true, className: `conflict-part ${part}`, linesDecorationsClassName: `conflict-stripe ${part}`, overviewRuler: { color: token(rulerColours[part]), position: Full } } }]
}

/** Where a part is that has no lines: between two. */
export function gapDecorations(part: PartOfConflict, { first, count }: Lines, lineCount: number): Decoration[] {
  if (count > 0) return partDecorations(part, { first, count })
  const line = Math.min(first, lineCount)
  return [{ range: new monaco.Range(line, 1, line, 1), options: { isWholeLine: true, className: `conflict-gap ${part} ${first > lineCount ? 'below' : ''}` } }]
}

/** `names`: what the parts are called. */
export function conflictDecorations(place: ConflictPlace, isCurrent: boolean, model: monaco.editor.ITextModel, names: Record<PartOfConflict, string>): Decoration[] {
  const mark = (line: number, name: string): Decoration => ({
    range: new monaco.Range(line, model.getLineMaxColumn(line), line, model.getLineMaxColumn(line)),
    options: { isWholeLine: true, className: `conflict-mark ${isCurrent ? 'current' : ''}`, linesDecorationsClassName: isCurrent ? 'conflict-stripe mark' : null, showIfCollapsed: true, ...(name === '' ? {} : { after: { content: `  ${name}`, inlineClassName: 'conflict-name' } }) },
  })
  const { ours, base, theirs } = place
  return [
    mark(place.start, names.ours),
    ...partDecorations('ours', ours),
    ...(base === null ? [] : [mark(base.first - 1, names.base), ...partDecorations('base', base)]),
    mark(theirs.first - 1, names.theirs),
    ...partDecorations('theirs', theirs),
    mark(place.end, ''),
  ]
}
