/** Why a folder is not a pipeline, in words for somebody who expected to see it in the tree. Continues "This folder ...". */
import type { Dirent } from 'node:fs'

export type SkippedContent = {
  type: 'script' | 'notebook'
  metadataFile: string | null
  metadataUsable: boolean
  content: ReadonlyMap<string, Dirent>
}

export function reasonForSkipping({ type, metadataFile, metadataUsable, content }: SkippedContent): string {
  const wanted = type === 'notebook' ? 'main.ipynb' : 'main.py'
  const found = content.get(wanted)
  if (found) return found.isSymbolicLink() ? `its ${wanted} is a link that leads to no file` : `its ${wanted} is ${kindOf(found)}, not a file`
  const misspelt = [...content.keys()].find((name) => name.toLowerCase() === wanted)
  if (misspelt !== undefined) return `has ${misspelt}, but the name must be ${wanted} exactly`
  if (type === 'notebook') {
    if (!content.has('main.py')) return 'has "type": "notebook", but no main.ipynb'
    return `has main.py, but ${metadataFile ?? 'its metadata'} says "type": "notebook", which needs main.ipynb`
  }
  if (content.has('main.ipynb')) return reasonForNotebook(metadataFile, metadataUsable)
  if (content.size === 0) return 'is empty'
  return metadataFile === null ? 'has no main.py' : `has ${metadataFile}, but no main.py`
}

function reasonForNotebook(metadataFile: string | null, metadataUsable: boolean): string {
  if (metadataFile === null) return 'has main.ipynb but no pipeline.json with "type": "notebook"'
  if (!metadataUsable) return `has main.ipynb, but its ${metadataFile} cannot be used, so it counts as a script without main.py; correct ${metadataFile}`
  return `has main.ipynb, but ${metadataFile} does not say "type": "notebook"`
}

function kindOf(entry: Dirent): string {
  if (entry.isDirectory()) return 'a folder'
  if (entry.isFIFO()) return 'a named pipe'
  if (entry.isSocket()) return 'a socket'
  return 'a special file'
}
