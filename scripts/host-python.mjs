// @ts-check
/**
 * Where no container engine answers, pipelines run with uv on this computer: that needs a Python (uv downloads one only where it
 * reaches GitHub) and pip, which fetches uv.
 */
import { isSetupError } from './child.mjs'
import { answeringEngine } from './engine-api.mjs'
import { requirePackages } from './system-packages.mjs'

/**
 * Never fails: without a Python the app still opens, and says what is missing when a pipeline is run.
 * @param {{ progress: import('./progress.mjs').Progress }} options
 */
export async function prepareHostRuns({ progress }) {
  if (process.platform !== 'linux' || (await doesAnyEngineAnswer())) return
  try {
    await requirePackages(['python3', 'python3-pip'], { why: 'to run pipelines without a container engine', progress })
  } catch (error) {
    progress.line(isSetupError(error) ? error.message : String(error))
  }
}

async function doesAnyEngineAnswer() {
  return answeringEngine().then(
    () => true,
    () => false,
  )
}
