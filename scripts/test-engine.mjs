// @ts-check
/**
 * The container engine of the tests. On Linux as root it is a private one, started here and ended by `stop`; elsewhere the one that
 * answers (DOCKER_HOST, else the usual sockets), which is never stopped.
 *
 * `node scripts/test-engine.mjs [--folder DIR]` keeps one running, worker image included, until Ctrl-C, and prints the variables with
 * which single tests use it; they are also in DIR/env.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { answeringEngine } from './engine-api.mjs'
import { watchForOrphaning } from './orphan-watch.mjs'
import { startPrivateEngine } from './private-engine.mjs'
import { runScript } from './script-main.mjs'
import { requirePackages } from './system-packages.mjs'
import { ensureWorkerImage } from './worker-image.mjs'

/**
 * @typedef {{ endpoint: string, isPrivate: boolean, folder: string | null, stop: () => Promise<void> }} TestEngine
 */

/**
 * @param {{ progress: import('./progress.mjs').Progress, folder?: string }} options
 * @returns {Promise<TestEngine>}
 */
export async function startTestEngine({ progress, ...options }) {
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    await requirePackages(['docker.io', 'iptables', 'iproute2', 'openssl', 'openssh-server'], { why: 'for the tests that need a container engine or an SSH server', progress })
    const engine = await progress.step('Starting a private container engine', () => startPrivateEngine(options))
    return { ...engine, isPrivate: true }
  }
  const { endpoint } = await answeringEngine()
  return { endpoint, isPrivate: false, folder: null, stop: async () => {} }
}

/** @param {import('./progress.mjs').Progress} progress */
async function keepOneRunning(progress) {
  const folderAt = process.argv.indexOf('--folder')
  const folder = folderAt === -1 ? undefined : process.argv[folderAt + 1]
  const engine = await startTestEngine({ progress, ...(folder ? { folder } : {}) })
  const end = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve)
    watchForOrphaning(() => resolve(null))
  })
  try {
    const image = await ensureWorkerImage({ endpoint: engine.endpoint, progress })
    const lines = `export FFD_TEST_ENGINE=${engine.endpoint}\nexport FFD_TEST_IMAGE=${image}\n`
    process.stdout.write(lines)
    if (engine.folder) writeFileSync(join(engine.folder, 'env'), lines)
    if (!engine.isPrivate) return
    progress.line('The engine runs until Ctrl-C.')
    // A pending promise alone does not keep node alive.
    const keepAlive = setInterval(() => {}, 60_000)
    await end
    clearInterval(keepAlive)
  } finally {
    await engine.stop()
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runScript(keepOneRunning)
}
