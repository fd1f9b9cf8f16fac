/** A notebook file as it stands on disk (nbformat 4), read without changing anything of it. */

export type SourceCell = Record<string, unknown>

export type SourceNotebook = {
  /** All of the file, own keys in their order. */
  content: Record<string, unknown>
  cells: SourceCell[]
  /** Those that run, in order: index n here is cell n of a run. */
  codeCells: SourceCell[]
}

/** null for what is no notebook of nbformat 4. */
export function readNotebook(text: string): SourceNotebook | null {
  let content: unknown
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return null
  }
  if (!isObject(content) || content['nbformat'] !== 4 || !Array.isArray(content['cells'])) return null
  const cells: unknown[] = content['cells']
  if (!cells.every(isObject)) return null
  return { content, cells, codeCells: cells.filter((cell) => cell['cell_type'] === 'code') }
}

/** Source is one string or a list of lines. */
export function cellSource(cell: SourceCell | undefined): string {
  const source = cell?.['source']
  if (typeof source === 'string') return source
  return Array.isArray(source) ? source.filter((line) => typeof line === 'string').join('') : ''
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
