/** Which requirements file a run takes: the lock beside requirements.txt wins, a lock alone is ignored (FASTFLOW.md §1 rule 10). */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { readRequirements, type Requirement } from './requirement-names'

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
    for (const { text } of requirementTexts(pipelineDir, file)) hash.update('\0').update(text)
    return hash.digest('hex')
  } catch {
    return null
  }
}

const maxFileBytes = 1_048_576
const include = /^\s*(-r|-c|--requirements?|--constraints?)(?:\s+|=)(\S+)/

/** Names in the requirements, included files too; empty where there are none or one cannot be read. */
export function requirementNames(pipelineDir: string): string[] {
  const file = chooseRequirements(pipelineDir)
  if (file === null) return []
  try {
    return [...new Set(requirementTexts(pipelineDir, file).flatMap(({ text }) => readRequirements(text).map(({ name }) => name)))]
  } catch {
    return []
  }
}

/** Whether a lock, which a run prefers, lacks what requirements.txt asks for by name or by an exact version. */
export function isLockOutdated(pipelineDir: string): boolean {
  if (chooseRequirements(pipelineDir) !== 'requirements.txt.lock') return false
  try {
    const locked = new Map(readRequirements(readFileSync(join(pipelineDir, 'requirements.txt.lock'), 'utf8')).map(({ name, specifier }) => [name, specifier]))
    return askedRequirements(pipelineDir).some(({ name, specifier }) => !locked.has(name) || (/^==[^*,]+$/.test(specifier) && specifier !== locked.get(name)))
  } catch {
    return false
  }
}

/** `file` as in the pipeline's folder, with forward slashes; `line` is 1-based, `text` the line as it is. */
export type AskedRequirement = Requirement & { file: string; line: number; text: string }

/** What requirements.txt and the files that it includes ask for; a constraint asks for nothing. Throws where one cannot be read. */
export function askedRequirements(pipelineDir: string): AskedRequirement[] {
  return requirementTexts(pipelineDir, 'requirements.txt')
    .filter(({ isConstraint }) => !isConstraint)
    .flatMap(({ path, text }) => text.split('\n').flatMap((line, index) => readRequirements(line).map((found) => ({ ...found, file: path.replaceAll('\\', '/'), line: index + 1, text: line.trim() }))))
}

/** The file and those that it includes; paths as in the pipeline's folder. Throws where one cannot be read. */
export function requirementTexts(pipelineDir: string, file: RequirementsFile): { path: string; text: string; isConstraint: boolean }[] {
  return withIncludes(join(pipelineDir, file)).map((found) => ({ ...found, path: relative(pipelineDir, found.path) }))
}

/** Whether they name something in the pipeline's folder, which is not there without the folder. */
export function needsFolder(texts: readonly { path: string; text: string }[]): boolean {
  return texts.some(({ path, text }) => path.startsWith('..') || text.split('\n').some(isLocalLine))
}

export function isLocalLine(line: string): boolean {
  return /^\s*(?:-e\b|--editable\b|\.{1,2}\/|\/|file:|-f\b|--find-links\b)|@\s*(?:file:|\.{0,2}\/)|^[^#\s]+\.(?:whl|tar\.gz|zip)\s*$/.test(line)
}

/** The file and those that it names by `-r` and `-c`, each once; uv resolves their paths from the file that names them. */
function withIncludes(file: string, isConstraint = false, seen = new Set<string>()): { path: string; text: string; isConstraint: boolean }[] {
  if (seen.has(file)) return []
  seen.add(file)
  // The workspace is not trusted: a pipe or a device named here would be read for ever.
  const stats = statSync(file)
  if (!stats.isFile() || stats.size > maxFileBytes) throw new Error(`${file} is no requirements file`)
  const text = readFileSync(file, 'utf8')
  const included = text.split('\n').flatMap((line) => {
    const [, option = '', path] = include.exec(line) ?? []
    return path === undefined ? [] : [{ path, isConstraint: isConstraint || /c/.test(option) }]
  })
  // What is fetched from elsewhere cannot be looked at here; its address is part of the text.
  const local = included.filter(({ path }) => !path.includes('://'))
  return [{ path: file, text, isConstraint }, ...local.flatMap((found) => withIncludes(resolve(dirname(file), found.path), found.isConstraint, seen))]
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
