// @ts-check
/**
 * What tests and benchmarks run against: a container engine with the worker image, an Electron, a display. Each is prepared once and
 * ended by `end`; what cannot be had leaves its reason instead.
 *
 *   FFD_TEST_ENGINE    endpoint of the engine       FFD_TEST_IMAGE    tag of the worker image in it
 *   FFD_TEST_ELECTRON  the Electron executable      DISPLAY           of the private screen
 *
 * An engine named by FFD_TEST_ENGINE from outside is used as it is (`node scripts/test-engine.mjs` keeps one running).
 */
import { isSetupError, setupError } from './child.mjs'
import { resolveElectron } from './electron-runtime.mjs'
import { whyEngineIsSilent } from './engine-api.mjs'
import { isOnPath, requireElectronLibraries } from './system-packages.mjs'
import { startTestEngine } from './test-engine.mjs'
import { startVirtualDisplay } from './virtual-display.mjs'
import { ensureWorkerImage, pullDefaultImage } from './worker-image.mjs'

/**
 * @typedef {object} TestWorld
 * @property {NodeJS.ProcessEnv} env for the process that runs the tests
 * @property {string | null} engineProblem why there is no engine with a worker image
 * @property {string | null} electronProblem why there is no Electron with a display
 * @property {string[]} notices
 * @property {() => Promise<void>} end in any state, also while `prepare` is still at work
 */

/**
 * @param {{ progress: import('./progress.mjs').Progress }} options
 * @returns {TestWorld & { prepareEngine: () => Promise<void>, prepareElectron: () => Promise<void> }}
 */
export function createTestWorld({ progress }) {
  /** @type {(() => Promise<void>)[]} */
  const endings = []
  let isEnded = false

  /** @param {() => Promise<void>} ending */
  async function endLater(ending) {
    if (isEnded) await ending()
    else endings.push(ending)
  }

  /** @type {Promise<void> | null} */
  let engineReady = null
  const prepareEngineOnce = async () => {
    world.engineProblem = await problemOf(async () => {
      const given = process.env['FFD_TEST_ENGINE']
      const engine = given ? await givenEngine(given) : await startTestEngine({ progress })
      await endLater(engine.stop)
      world.env['FFD_TEST_ENGINE'] = engine.endpoint
      world.env['FFD_TEST_IMAGE'] = process.env['FFD_TEST_IMAGE'] || (await workerImage(engine.endpoint, progress))
    })
  }

  /** @type {ReturnType<typeof createTestWorld>} */
  const world = {
    env: { ...process.env },
    engineProblem: 'no engine was prepared',
    electronProblem: 'no Electron was prepared',
    notices: [],

    prepareEngine() {
      engineReady ??= prepareEngineOnce()
      return engineReady
    },

    async prepareElectron() {
      world.electronProblem = await problemOf(async () => {
        const electron = await resolveElectron({ progress })
        const wantsVirtualDisplay = process.platform === 'linux' && (!process.env['DISPLAY'] || isOnPath('Xvfb') || process.getuid?.() === 0)
        await requireElectronLibraries(electron.executable, { why: 'for the tests in a window', withVirtualDisplay: wantsVirtualDisplay, progress })
        if (wantsVirtualDisplay) {
          const screen = await progress.step('Starting a virtual display', startVirtualDisplay)
          await endLater(screen.stop)
          world.env['DISPLAY'] = screen.display
          delete world.env['WAYLAND_DISPLAY']
        }
        world.env['FFD_TEST_ELECTRON'] = electron.executable
        if (electron.notice) world.notices.push(electron.notice)
      })
    },

    async end() {
      isEnded = true
      while (endings.length > 0) await endings.pop()?.()
    },
  }
  return world
}

/**
 * Only what a machine lacks is a reason to skip; a fault of ours is not.
 * @param {() => Promise<void>} prepare
 */
async function problemOf(prepare) {
  try {
    await prepare()
    return null
  } catch (error) {
    if (isSetupError(error)) return error.message
    throw error
  }
}

/** @param {string} endpoint */
async function givenEngine(endpoint) {
  const reason = await whyEngineIsSilent(endpoint)
  if (reason !== null) throw setupError(`FFD_TEST_ENGINE is set, but the engine does not answer: ${reason}`)
  return { endpoint, stop: async () => {} }
}

/**
 * @param {string} endpoint
 * @param {import('./progress.mjs').Progress} progress
 */
async function workerImage(endpoint, progress) {
  try {
    return await ensureWorkerImage({ endpoint, progress })
  } catch (error) {
    if (!isSetupError(error)) throw error
    return await pullDefaultImage({ endpoint, progress, insteadOf: error.message })
  }
}
