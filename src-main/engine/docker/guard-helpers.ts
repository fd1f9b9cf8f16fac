/**
 * The containers besides runs that we start, each with one fixed body. The guard compares a helper's body as a whole
 * with what these functions build, so whoever starts a helper builds it here.
 */
import type { ContainerSpec } from './client'
import { labels } from './labels'

const helperMemoryBytes = 268_435_456

/** A fresh named volume belongs to root and uv, as the run user, cannot lock it: root with nothing but CHOWN repairs that. */
export function volumeOwnerSpec(input: {
  image: string
  owner: string
  uid: number
  gid: number
  cacheVolume: string
  pythonVolume: string
  /** With all that is in them, for when somebody else wrote there. Links are never followed. */
  isWhole?: boolean
}): ContainerSpec {
  return helperSpec({
    image: input.image,
    labels: { [labels.owner]: input.owner, [labels.helper]: 'volume-owner' },
    command: ['chown', ...(input.isWhole ? ['-Rh'] : []), `${input.uid}:${input.gid}`, '/cache/uv', '/cache/uv_python'],
    user: '0:0',
    addedCapabilities: ['CHOWN'],
    mounts: [
      { Type: 'volume', Source: input.cacheVolume, Target: '/cache/uv', ReadOnly: false },
      { Type: 'volume', Source: input.pythonVolume, Target: '/cache/uv_python', ReadOnly: false },
    ],
  })
}

/** Asks an image for the version of its uv; proves as well that the image can run at all. */
export function uvVersionSpec(input: { image: string; owner: string }): ContainerSpec {
  return helperSpec({
    image: input.image,
    labels: { [labels.owner]: input.owner, [labels.helper]: 'uv-version' },
    command: ['uv', '--version'],
    user: '1001:1001',
    addedCapabilities: null,
    mounts: [],
  })
}

/** Puts the notebook runner into its volume, each file at one stroke: another app of the profile may do the same now. `files`: `name:base64` of each, compressed, separated by blanks: one variable may have 131,071 bytes. */
export function runnerFilesSpec(input: { image: string; owner: string; volume: string; files: string }): ContainerSpec {
  return helperSpec({
    image: input.image,
    labels: { [labels.owner]: input.owner, [labels.helper]: 'runner-files' },
    command: ['sh', '-c', 'set -e; for file in $FILES; do new=$(mktemp /runner/.XXXXXX); printf %s "${file#*:}" | base64 -d | gzip -d > "$new"; chmod 444 "$new"; mv -f "$new" "/runner/${file%%:*}"; done'],
    env: [`FILES=${input.files}`],
    user: '0:0',
    addedCapabilities: null,
    mounts: [{ Type: 'volume', Source: input.volume, Target: '/runner', ReadOnly: false }],
  })
}

function helperSpec(input: {
  image: string
  labels: Record<string, string>
  command: string[]
  env?: string[]
  user: string
  addedCapabilities: ['CHOWN'] | null
  mounts: ContainerSpec['HostConfig']['Mounts']
}): ContainerSpec {
  return {
    Image: input.image,
    Cmd: input.command,
    Env: input.env ?? [],
    User: input.user,
    Labels: input.labels,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: 'none',
      Memory: helperMemoryBytes,
      MemorySwap: helperMemoryBytes,
      PidsLimit: 64,
      CapDrop: ['ALL'],
      ...(input.addedCapabilities === null ? {} : { CapAdd: input.addedCapabilities }),
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Init: true,
      Tmpfs: { '/tmp': 'size=64m' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
      Mounts: input.mounts,
    },
  }
}
