/** A container engine of a test's own, that it may kill, stop and start again; with the worker image. Linux and root only. */
import { startPrivateEngine, type PrivateEngine } from '../../../scripts/private-engine.mjs'
import { createProgress } from '../../../scripts/progress.mjs'
import { ensureWorkerImage } from '../../../scripts/worker-image.mjs'

export const secondEnginePossible = process.platform === 'linux' && process.getuid?.() === 0

export type SecondEngine = PrivateEngine & { image: string }

export async function startSecondEngine(options: { liveRestore?: boolean; diskMegabytes?: number } = {}): Promise<SecondEngine> {
  const engine = await startPrivateEngine(options)
  try {
    return { ...engine, image: await ensureWorkerImage({ endpoint: engine.endpoint, progress: createProgress() }) }
  } catch (error) {
    await engine.stop()
    throw error
  }
}
