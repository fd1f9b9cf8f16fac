/** Names of branches and tags: git's own rules, and none that another command would read as something else. */
import { AppError } from '@shared/app-error'
import type { GitClient } from './git-client'

const mostBytes = 240

/** Throws git/invalid-name. */
export async function checkBranchName(client: GitClient, name: string): Promise<void> {
  // `@{-1}` is a name to git: that of the branch before. The answer must be the very name.
  await check(client, name, ['check-ref-format', '--branch', name], (answer) => answer === name)
}

/** Throws git/invalid-name. */
export async function checkTagName(client: GitClient, name: string): Promise<void> {
  await check(client, name, ['check-ref-format', `refs/tags/${name}`], () => true)
}

async function check(client: GitClient, name: string, argv: readonly string[], isMeant: (answer: string) => boolean): Promise<void> {
  const isOdd = name === '' || name === 'HEAD' || name === '@' || name.startsWith('-') || name.startsWith('refs/') || name.includes('\0') || Buffer.byteLength(name) > mostBytes || /[\uD800-\uDFFF]/u.test(name)
  const { exitCode, stdout } = isOdd ? { exitCode: 1, stdout: Buffer.alloc(0) } : await client.run(argv, { ok: [0, 1, 128, 129] })
  if (exitCode === 0 && isMeant(stdout.toString('utf8').trimEnd())) return
  throw new AppError('git/invalid-name', `${JSON.stringify(name.slice(0, 80))} cannot be the name of a branch or tag. Use letters, digits, ., - and /, and no space.`, { name: name.slice(0, 80) })
}
