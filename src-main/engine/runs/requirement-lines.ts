/** Where a requirements file says what uv complains about: uv names packages and offsets, people look for lines. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { normalizedName } from '../uv/requirement-names'
import type { RequirementsFile } from '../uv/requirements'

/** The file that a run installs from, as it is written. */
export type RequirementsText = { file: RequirementsFile; text: string }

/** null without requirements and when they cannot be read any more. */
export function readRequirementsText(pipelineDir: string, file: RequirementsFile | null): RequirementsText | null {
  if (file === null) return null
  try {
    return { file, text: readFileSync(join(pipelineDir, file), 'utf8') }
  } catch {
    return null
  }
}

/** 1-based; null when no line asks for the package, for example because an included file does. */
export function lineOfPackage(requirements: RequirementsText | null, packageName: string): number | null {
  const wanted = normalizedName(packageName)
  const index = (requirements?.text ?? '').split(/\r?\n/).findIndex((line) => normalizedName(/^\s*([A-Za-z0-9][A-Za-z0-9._-]*)/.exec(line)?.[1] ?? '') === wanted)
  return index < 0 ? null : index + 1
}

/** 1-based; null when uv means another file than this one. */
export function lineAtOffset(requirements: RequirementsText | null, file: string, offsetBytes: number): number | null {
  if (requirements?.file !== file) return null
  return Buffer.from(requirements.text).subarray(0, offsetBytes).toString('latin1').split('\n').length
}
