/**
 * What of this computer may appear inside a container: a pipeline's folder, three kinds of files of the app's own run
 * directory, and our own volumes. Paths are resolved here and the resolved path is what is mounted, so
 * that the engine, which follows links and `..`, gets nothing else than what was looked at.
 */
import { lstat, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, resolve, sep } from 'node:path'
import type { ContainerSpec } from './client'
import { deny } from './guard-denial'
import { cacheVolumePattern, pythonVolumePattern, runnerVolumePattern, type GuardPolicy } from './guard-policy'
import { boolean, matching, oneOf, shape, type Rule } from './guard-shape'

type Mount = ContainerSpec['HostConfig']['Mounts'][number]

const mountShape = shape(
  {
    Type: oneOf(['bind', 'volume'], 'mount'),
    Source: matching(/^[^\0]{1,4096}$/, 'mount'),
    Target: oneOf(['/app', '/runner', '/tmp/.fastflow_route', '/run/fastflow/ca-certificates.pem', '/run/fastflow/cache.tar', '/cache/uv', '/cache/uv_python'], 'mount'),
  },
  { ReadOnly: boolean('mount') },
)

type CheckedMount = ReturnType<typeof mountShape>

const volumePatterns: Record<string, RegExp> = { '/cache/uv': cacheVolumePattern, '/cache/uv_python': pythonVolumePattern, '/runner': runnerVolumePattern }

/** All that can be said without the file system. */
export const mountRule: Rule<CheckedMount> = (value, path) => {
  const mount = mountShape(value, path)
  const pattern = volumePatterns[mount.Target] ?? null
  if (mount.Type === 'volume' && !(pattern?.test(mount.Source) ?? false))
    deny('volume', `The volume ${mount.Source.slice(0, 200)} is not one of ours for ${mount.Target}.`)
  if (mount.Type === 'bind' && pattern !== null) deny(mount.Target === '/runner' ? 'bind' : 'mount', `${mount.Target} takes a volume.`)
  return mount
}

export async function checkMounts(mounts: CheckedMount[], policy: GuardPolicy): Promise<Mount[]> {
  if (new Set(mounts.map((mount) => mount.Target)).size !== mounts.length) deny('mount', 'Two mounts have the same target.')
  return Promise.all(
    mounts.map(async ({ Type, Source, Target, ReadOnly = false }) => ({
      Type,
      Source: Type === 'bind' ? await checkBind(Source, Target, ReadOnly, policy) : checkVolume(Source, Target, ReadOnly, policy),
      Target,
      ReadOnly,
    })),
  )
}

function checkVolume(source: string, target: CheckedMount['Target'], readOnly: boolean, policy: GuardPolicy): string {
  if (target === '/runner' && (source !== policy.runner.volume || !readOnly)) deny('volume', 'Only the volume with the runner of the app may be /runner, and read-only.')
  return source
}

/** Answers the real path to mount. */
async function checkBind(source: string, target: CheckedMount['Target'], readOnly: boolean, policy: GuardPolicy): Promise<string> {
  if (!isAbsolute(source) || resolve(source) !== source) deny('bind', `The path ${source} is not in its plain form.`)
  switch (target) {
    case '/app':
      return checkPipelineFolder(source, policy)
    case '/tmp/.fastflow_route':
      if (!source.endsWith('.route')) deny('bind', 'A route file ends in .route.')
      return checkRunFile(source, policy)
    case '/run/fastflow/ca-certificates.pem':
      if (!readOnly) deny('bind', 'Certificate authorities are mounted read-only.')
      return checkRunFile(source, policy)
    case '/run/fastflow/cache.tar':
      if (!readOnly) deny('bind', 'A file with a cache is mounted read-only.')
      if (!source.endsWith('.cache')) deny('bind', 'A file with a cache ends in .cache.')
      return checkRunFile(source, policy)
    case '/runner':
    case '/cache/uv':
    case '/cache/uv_python':
      return deny('bind', `${target} takes a volume.`)
  }
}

/**
 * A direct child of a registered root. A link is fine only where it ends in such a child, and a root counts only by its own
 * real path: a repository can contain links, and its `pipelines` can be one.
 */
async function checkPipelineFolder(source: string, policy: GuardPolicy): Promise<string> {
  const real = await checkKind(await resolved(source), 'directory')
  const isInRoot = await Promise.all(policy.pipelinesRoots.map(async (root) => dirname(real) === root && real !== root && (await isReal(root))))
  if (!isInRoot.includes(true)) deny('bind', `${source} is not a pipeline of an open workspace.`)
  if (basename(real).startsWith('.')) deny('bind', `${source} is hidden.`)
  if (await exists(resolve(real, '.git')))
    deny('bind', `${source} contains .git: a run could change what git executes on this computer. Move the repository's root above it.`)
  return real
}

async function checkRunFile(source: string, policy: GuardPolicy): Promise<string> {
  const [real, runDir] = await Promise.all([resolved(source), resolved(policy.runDir)])
  if (!real.startsWith(runDir + sep) || !(await lstat(source)).isFile()) deny('bind', `${source} is not a file of the app's run directory.`)
  return checkKind(real, 'file')
}

async function checkKind(real: string, kind: 'file' | 'directory'): Promise<string> {
  const found = await lstat(real)
  if (kind === 'file' ? !found.isFile() : !found.isDirectory()) deny('bind', `${real} is not a ${kind}.`)
  return real
}

async function resolved(path: string): Promise<string> {
  return realpath(path).catch(() => deny('bind', `${path} does not exist or cannot be reached.`))
}

async function isReal(path: string): Promise<boolean> {
  return realpath(path).then(
    (real) => real === path,
    () => false,
  )
}

/** What cannot be looked at counts as there. */
async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  )
}
