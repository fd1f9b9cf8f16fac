// @ts-check
/**
 * `npm run bench [-- path …]`: prepares the same things as `npm test` and runs bench/*.bench.ts one after the other, as the vitest
 * project "bench" (one file at a time, no time limits to speak of). Their figures are what they print.
 */
import { join } from 'node:path'
import { setupError } from './child.mjs'
import { runInForeground } from './foreground.mjs'
import { packageCommand, projectNode, projectRoot } from './project.mjs'
import { runScript } from './script-main.mjs'
import { setUp } from './set-up.mjs'
import { createTestWorld } from './test-world.mjs'

await runScript(async (progress) => {
  await setUp({ progress })
  const world = createTestWorld({ progress })
  try {
    await world.prepareEngine()
    await world.prepareElectron()
    for (const notice of world.notices) progress.line(notice)
    const problem = world.engineProblem ?? world.electronProblem
    if (problem !== null) throw setupError(`The benchmarks cannot run here: ${problem}`)
    const vitest = packageCommand('vitest')
    return await runInForeground(projectNode(), [vitest, 'run', '--project', 'bench', '--reporter', 'verbose', ...process.argv.slice(2)], {
      cwd: projectRoot,
      env: { ...world.env, FFD_BENCH_RESULTS: join(projectRoot, 'test-results') },
    })
  } finally {
    await world.end()
  }
})
