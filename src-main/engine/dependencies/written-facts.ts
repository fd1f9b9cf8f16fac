/** What a pipeline's folder says of its packages, read without running anything: requirements, lock, and which code there is. */
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { askedRequirements, chooseRequirements, requirementsFingerprint, requirementTexts } from '../uv/requirements'
import type { WrittenFacts } from './dependency-report'
import { readLock } from './lock-text'

const mostEntries = 20_000
const unnamed = /^\s*(?:-e\b|--editable\b|\.{1,2}\/|\/|[a-z+]+:\/\/|[^#\s]+\.(?:whl|tar\.gz|zip)\s*$)/m

/** Throws where requirements cannot be read. */
export function readWritten(pipelineDir: string): Omit<WrittenFacts, 'imports'> {
  const chosen = chooseRequirements(pipelineDir)
  if (chosen === null) return { asked: [], hasUnnamed: false, locked: null }
  const texts = requirementTexts(pipelineDir, 'requirements.txt').filter(({ isConstraint }) => !isConstraint)
  return {
    asked: askedRequirements(pipelineDir),
    hasUnnamed: texts.some(({ text }) => unnamed.test(text)),
    locked: chosen === 'requirements.txt.lock' ? readLock(readFileSync(join(pipelineDir, chosen), 'utf8')) : null,
  }
}

/** Changes with requirements.txt, its includes and the lock. */
export function requirementsKey(pipelineDir: string): string {
  const lock = requirementsFingerprint(pipelineDir) ?? ''
  // Where there is a lock the fingerprint is of it alone.
  const asked = chooseRequirements(pipelineDir) === null ? [] : requirementTexts(pipelineDir, 'requirements.txt')
  return createHash('sha256').update(JSON.stringify([lock, asked])).digest('hex')
}

/** Changes with the code: name, size and time of each module and of the entry point, as far as that many entries reach. */
export function sourcesKey(pipelineDir: string, entryPoint: string): string {
  const hash = createHash('sha256')
  let left = mostEntries
  const walk = (folder: string): void => {
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
    if (entries.some(({ name }) => name === 'pyvenv.cfg')) return
    for (const entry of entries) {
      left -= 1
      if (entry.name.startsWith('.') || entry.name === '__pycache__' || entry.name === 'node_modules' || left <= 0) continue
      const path = join(folder, entry.name)
      if (entry.isDirectory()) walk(path)
      if (!entry.isFile() || !(entry.name.endsWith('.py') || path === join(pipelineDir, entryPoint))) continue
      const { size, mtimeMs } = lstatSync(path)
      hash.update(`${path}\0${size}\0${mtimeMs}\0`)
    }
  }
  walk(pipelineDir)
  return hash.digest('hex')
}
