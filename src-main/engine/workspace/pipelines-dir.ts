/** Where in a workspace the pipelines are: the configured subfolder, else the root if it holds a pipeline, else its `pipelines` folder, else the root. */
import { realpath, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { AppError } from '@shared/app-error'
import { holdsPipeline } from '../pipelines/discovery'
import { isInside } from './workspace-paths'

/** `root` is a real path. A link or `..` out of the workspace is refused, as the server does. Errors: input/invalid. */
export async function choosePipelinesDir(root: string, configuredSubdir: string): Promise<string> {
  const subdir = configuredSubdir.trim().replace(/\\/g, '/').replace(/\/+$/, '')
  if (subdir !== '') return configuredDir(root, subdir)
  if (await holdsPipeline(root)) return root
  const usual = join(root, 'pipelines')
  const real = await realpath(usual).catch(() => null)
  const isFolder = real !== null && isInside(root, real) && (await stat(real).catch(() => null))?.isDirectory() === true
  return isFolder ? usual : root
}

async function configuredDir(root: string, subdir: string): Promise<string> {
  if (isAbsolute(subdir) || /^[A-Za-z]:/.test(subdir) || subdir.includes('\0') || subdir.split('/').includes('..')) throw refused(subdir)
  const path = join(root, subdir)
  // A folder that does not exist yet holds no pipelines; it is used as soon as it appears.
  const real = await realpath(path).catch(() => path)
  if (!isInside(root, real)) throw refused(subdir)
  return path
}

function refused(subdir: string): AppError {
  const message = `The pipelines' subfolder ${JSON.stringify(subdir)} leads out of the workspace. Set a path inside of it in the settings.`
  return new AppError('input/invalid', message, { subdir })
}
