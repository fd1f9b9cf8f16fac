/** What is wrong with requirements before anything is fetched, at its line. */
import type { Problem } from '@shared/contract/pipelines'
import { relativePaths, relativePathWords } from '../uv/relative-paths'
import { chooseRequirements, requirementTexts } from '../uv/requirements'

/** Of the file that a run takes, and of those that it includes. */
export function problemsOfRequirements(pipelineDir: string): Problem[] {
  const file = chooseRequirements(pipelineDir)
  if (file === null) return []
  try {
    return requirementTexts(pipelineDir, file).flatMap(({ path, text }) =>
      path.startsWith('..') ? [] : relativePaths(path, text).map((found): Problem => ({ severity: 'warning', message: relativePathWords(found), file: path, line: found.line, column: null })),
    )
  } catch {
    // uv names what it cannot read when it is asked.
    return []
  }
}
