// @ts-check
/** `npm run check`: the static checks. All of them run, so that one pass shows everything that is wrong. */
import { runInForeground } from './foreground.mjs'
import { packageCommand, projectNode, projectRoot } from './project.mjs'
import { seconds } from './progress.mjs'
import { runScript } from './script-main.mjs'
import { ensureDependencies } from './set-up.mjs'

const checks = [
  { name: 'types', command: () => [packageCommand('typescript', 'tsc'), '-b'] },
  { name: 'lint', command: () => [packageCommand('eslint'), '.', '--max-warnings=0'] },
  {
    name: 'imports',
    command: () => [packageCommand('dependency-cruiser', 'depcruise'), '--config', '.dependency-cruiser.cjs', 'src-shared', 'src-main', 'src-renderer', 'e2e', 'bench'],
  },
  { name: 'unused', command: () => [packageCommand('knip')] },
]

await runScript(async (progress) => {
  await ensureDependencies({ progress })
  const wanted = process.argv.slice(2)
  const failed = []
  for (const { name, command } of checks) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const startedAtMs = performance.now()
    const code = await runInForeground(projectNode(), command(), { cwd: projectRoot })
    console.log(`${name}: ${code === 0 ? 'ok' : 'FAILED'} in ${seconds(performance.now() - startedAtMs)}`)
    if (code !== 0) failed.push(name)
  }
  if (failed.length > 0) console.log(`Static checks failed: ${failed.join(', ')}`)
  return failed.length > 0 ? 1 : 0
})
