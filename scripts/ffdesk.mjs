// @ts-check
/** `npm run -s ffdesk -- …`: the command line of the product, from a fresh clone too. Set-up speaks on stderr only. */
import { join } from 'node:path'
import { runInForeground } from './foreground.mjs'
import { prepareHostRuns } from './host-python.mjs'
import { projectNode, projectRoot } from './project.mjs'
import { runScript } from './script-main.mjs'
import { setUp } from './set-up.mjs'

await runScript(async (progress) => {
  await setUp({ progress })
  await prepareHostRuns({ progress })
  // npm works in this folder; its caller means the one that they are in.
  return runInForeground(projectNode(), [join(projectRoot, 'out', 'main', 'cli.js'), ...process.argv.slice(2)], { cwd: process.env.INIT_CWD ?? process.cwd() })
})
