/** Which requirements file a run takes: the lock beside requirements.txt wins, a lock alone is ignored (FASTFLOW.md §1 rule 10). */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export type RequirementsFile = 'requirements.txt' | 'requirements.txt.lock'

export function chooseRequirements(pipelineDir: string): RequirementsFile | null {
  if (!isFile(join(pipelineDir, 'requirements.txt'))) return null
  return isFile(join(pipelineDir, 'requirements.txt.lock')) ? 'requirements.txt.lock' : 'requirements.txt'
}

/** Names the content a run would install from, included files too; null without requirements or when one cannot be read. */
export function requirementsFingerprint(pipelineDir: string): string | null {
  const file = chooseRequirements(pipelineDir)
  if (file === null) return null
  try {
    const hash = createHash('sha256').update(file)
    for (const content of withIncludes(join(pipelineDir, file))) hash.update('\0').update(content)
    return hash.digest('hex')
  } catch {
    return null
  }
}

const maxFileBytes = 1_048_576
const include = /^\s*(?:-r|-c|--requirements?|--constraints?)(?:\s+|=)(\S+)/

/** The file and those that it names by `-r` and `-c`, each once; uv resolves their paths from the file that names them. */
function withIncludes(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return []
  seen.add(file)
  // The workspace is not trusted: a pipe or a device named here would be read for ever.
  const stats = statSync(file)
  if (!stats.isFile() || stats.size > maxFileBytes) throw new Error(`${file} is no requirements file`)
  const text = readFileSync(file, 'utf8')
  const included = text.split('\n').flatMap((line) => include.exec(line)?.[1] ?? [])
  // What is fetched from elsewhere cannot be looked at here; its address is part of the text.
  const local = included.filter((path) => !path.includes('://'))
  return [text, ...local.flatMap((path) => withIncludes(resolve(dirname(file), path), seen))]
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
