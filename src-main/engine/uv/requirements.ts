/** Which requirements file a run takes: the lock beside requirements.txt wins, a lock alone is ignored (FASTFLOW.md §1 rule 10). */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export type RequirementsFile = 'requirements.txt' | 'requirements.txt.lock'

export function chooseRequirements(pipelineDir: string): RequirementsFile | null {
  if (!isFile(join(pipelineDir, 'requirements.txt'))) return null
  return isFile(join(pipelineDir, 'requirements.txt.lock')) ? 'requirements.txt.lock' : 'requirements.txt'
}

/** Names the content a run would install from; null without requirements or when the file cannot be read. */
export function requirementsFingerprint(pipelineDir: string): string | null {
  const file = chooseRequirements(pipelineDir)
  if (file === null) return null
  try {
    return createHash('sha256').update(file).update('\0').update(readFileSync(join(pipelineDir, file))).digest('hex')
  } catch {
    return null
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
