/**
 * Which containers may be made (RELIABILITY.md C4). A run has a closed set of fields, each with its rule; a helper must
 * equal, as a whole, what guard-helpers.ts builds. Answers a new object with only what was checked.
 */
import { isDeepStrictEqual } from 'node:util'
import type { ContainerSpec } from './client'
import { deny } from './guard-denial'
import { runnerFilesSpec, uvVersionSpec, volumeOwnerSpec } from './guard-helpers'
import { checkMounts, mountRule } from './guard-mounts'
import { cacheVolumePattern, helperNamePattern, pythonVolumePattern, runNamePattern, type GuardPolicy } from './guard-policy'
import { boolean, exactly, integerBetween, isRecord, matching, oneOf, onlyWord, shape, strings, type Rule } from './guard-shape'
import { labels } from './labels'
import { commandAfterWaiting } from './waiting-command'

const leastMemoryBytes = 6_291_456
/** One `NAME=value` may be 131,071 bytes: the kernel's limit for a string in execve, less its end. */
const envRule = strings({ least: 0, most: 1024, eachBytes: 131_071, totalBytes: 1_572_864 }, 'env')
const commandRule = strings({ least: 1, most: 64, eachBytes: 32_768, totalBytes: 262_144 }, 'cmd')
const userRule = matching(/^[1-9]\d{0,9}:[1-9]\d{0,9}$/, 'user')
const refusedEnv = new Set(['DOCKER_HOST', 'LD_PRELOAD'])

export type CheckedContainer = { spec: ContainerSpec; volumes: string[] }

/** Denies, or answers the body to send and the volumes that must be ours. */
export async function checkContainer(body: unknown, name: string, owner: string, policy: GuardPolicy): Promise<CheckedContainer> {
  if (isRecord(body) && isRecord(body['Labels']) && Object.hasOwn(body['Labels'], labels.helper)) return checkHelper(body, name, owner, policy)
  if (!runNamePattern.test(name)) deny('query', 'A run needs a name like ffd-run-<uuid>.')
  const { HostConfig: host, ...rest } = runRule(owner, policy)(body, 'body')
  if (host.MemorySwap !== host.Memory) deny('swap', 'body.HostConfig.MemorySwap must equal Memory.')
  const mounts = await checkMounts(host.Mounts, policy)
  return {
    spec: { ...rest, HostConfig: { ...host, Mounts: mounts } },
    volumes: mounts.filter((mount) => mount.Type === 'volume').map((mount) => mount.Source),
  }
}

function runRule(owner: string, policy: GuardPolicy) {
  const most = Number.MAX_SAFE_INTEGER
  return shape(
    {
      Image: imageRule(policy),
      Cmd: uvCommand,
      Env: environment,
      User: userRule,
      Labels: shape(
        {
          [labels.owner]: exactly(owner, 'label'),
          [labels.runId]: matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'label'),
          [labels.pipeline]: matching(/^[A-Za-z0-9_.!~*'()%-]{1,2295}$/, 'label'),
        },
        {},
      ),
      AttachStdout: boolean('attach'),
      AttachStderr: boolean('attach'),
      HostConfig: shape(
        {
          NetworkMode: oneOf(['bridge', 'none'], 'network'),
          Memory: integerBetween(leastMemoryBytes, policy.memoryBytes ?? most),
          MemorySwap: swap,
          PidsLimit: integerBetween(16, 4096),
          CapDrop: onlyWord('ALL', 'capdrop'),
          SecurityOpt: onlyWord('no-new-privileges', 'secopt'),
          ReadonlyRootfs: exactly(true, 'rootfs'),
          Init: exactly(true, 'init'),
          Tmpfs: shape({ '/tmp': matching(/^size=\d{1,5}m(,exec)?$/, 'tmpfs') }, {}),
          LogConfig: logRule,
          Mounts: mountList,
        },
        { NanoCpus: integerBetween(10_000_000, policy.cpuCount === null ? most : policy.cpuCount * 1_000_000_000) },
      ),
    },
    { WorkingDir: exactly('/app', 'workdir'), Tty: exactly(false, 'tty'), OpenStdin: exactly(false, 'tty') },
  )
}

const logRule: Rule<ContainerSpec['HostConfig']['LogConfig']> = shape(
  {
    Type: exactly('json-file', 'log'),
    Config: shape({ 'max-size': matching(/^\d{1,4}m$/, 'log'), 'max-file': matching(/^[1-9]$/, 'log') }, {}),
  },
  {},
)

const swap: Rule<number> = (value, path) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : deny('swap', `${path} must equal Memory.`)

const mountList: Rule<ReturnType<typeof mountRule>[]> = (value, path) =>
  Array.isArray(value) && value.length <= 8
    ? value.map((mount: unknown) => mountRule(mount, `${path}[]`))
    : deny('mount', `${path} must be a list of at most 8 mounts.`)

function imageRule(policy: GuardPolicy): Rule<string> {
  return (value) =>
    policy.images.find((image) => image === value && image !== '') ??
    deny('image', `The image ${String(value).slice(0, 300)} is not the configured worker image.`)
}

const uvCommand: Rule<string[]> = (value, path) => {
  const command = commandRule(value, path)
  return commandAfterWaiting(command)[0] === 'uv' ? command : deny('cmd', `${path}[0] must be uv.`)
}

const environment: Rule<string[]> = (value, path) =>
  envRule(value, path).map((entry) => {
    const name = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(entry)?.[1]
    if (name === undefined || refusedEnv.has(name)) deny('env', `${path}: ${name ?? 'an entry without NAME='} is not allowed.`)
    return entry
  })

/** Rebuilds the helper from the few values that vary and compares the whole. */
function checkHelper(body: Record<string, unknown>, name: string, owner: string, policy: GuardPolicy): CheckedContainer {
  if (!helperNamePattern.test(name)) deny('query', 'A helper needs a name like ffd-help-<uuid>.')
  const image = imageRule(policy)(body['Image'], 'body.Image')
  const command = commandRule(body['Cmd'], 'body.Cmd')
  if (command[0] === 'sh') return sameHelper(body, runnerFilesSpec({ image, owner, ...policy.runner }), [policy.runner.volume])
  const isWhole = command[1] === '-Rh'
  const [uid = '', gid = ''] = userRule(command[0] === 'chown' ? command[isWhole ? 2 : 1] : '1001:1001', 'body.Cmd').split(':')
  const volumes = command[0] === 'chown' ? helperVolumes(body['HostConfig']) : []
  const [cacheVolume = '', pythonVolume = ''] = volumes
  const spec =
    command[0] === 'chown'
      ? volumeOwnerSpec({ image, owner, uid: Number(uid), gid: Number(gid), cacheVolume, pythonVolume, isWhole })
      : uvVersionSpec({ image, owner })
  return sameHelper(body, spec, volumes)
}

function sameHelper(body: Record<string, unknown>, spec: ContainerSpec, volumes: string[]): CheckedContainer {
  if (!isDeepStrictEqual(body, spec)) deny('helper', 'The container is neither a run nor one of the helpers.')
  return { spec, volumes }
}

function helperVolumes(host: unknown): string[] {
  const mounts: unknown = isRecord(host) ? host['Mounts'] : undefined
  const sources: unknown[] = Array.isArray(mounts) ? mounts.map((mount: unknown) => (isRecord(mount) ? mount['Source'] : undefined)) : []
  return [
    matching(cacheVolumePattern, 'volume')(sources[0], 'body.HostConfig.Mounts[0]'),
    matching(pythonVolumePattern, 'volume')(sources[1], 'body.HostConfig.Mounts[1]'),
  ]
}
