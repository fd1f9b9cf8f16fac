/** Makes the workspace's folder a repository. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@shared/app-error'
import { hasErrorCode } from '../platform/error-code'
import { createGitClient } from './git-client'
import { openRepository } from './open-repository'

/** What no pipeline needs on a server: what Python, its tools and this app make beside the code. */
const ignored = ['__pycache__/', '*.pyc', '.venv/', 'venv/', '.env', '.ipynb_checkpoints/', '.pytest_cache/', '.ruff_cache/', '.mypy_cache/', '.DS_Store', '']

/** Throws git/exists when it is in one already. */
export async function initRepository({ folder, environment, withIgnoreFile }: { folder: string; environment: NodeJS.ProcessEnv; withIgnoreFile: boolean }): Promise<void> {
  if (await openRepository({ folder, environment, isTrusted: false })) throw new AppError('git/exists', 'This folder is in a git repository already.')
  await createGitClient({ folder, environment, isTrusted: false }).run(['init', '--quiet', '--initial-branch=main'])
  if (!withIgnoreFile) return
  await writeFile(join(folder, '.gitignore'), ignored.join('\n'), { flag: 'wx' }).catch((error: unknown) => {
    // One that is there is the user's own.
    if (!hasErrorCode(error, 'EEXIST')) throw error
  })
}
