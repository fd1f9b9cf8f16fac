/**
 * Changes a JSON request at random, first its tree and then its text, as somebody would who looks for what the guard reads in
 * one way and an engine in another. The same seed makes the same changes.
 */
export type Random = { below(limit: number): number; pick<T>(items: readonly T[]): T; chance(probability: number): boolean }
export type Mutant = { text: Buffer; steps: string[] }

type Tree = Record<string, unknown>
type Place = { holder: Tree; key: string }

/** mulberry32: small, and the same on every computer. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    pick: <T>(items: readonly T[]) => items[below(items.length)] as T,
    chance: (probability) => next() < probability,
  }
}

/** What an attacker would like to have in a container, as keys with their values (RELIABILITY.md C4). */
const wishes: readonly (readonly [string, unknown])[] = [
  ['Privileged', true], ['Binds', ['/:/host']], ['VolumesFrom', ['other']], ['VolumeDriver', 'x'], ['PidMode', 'host'], ['IpcMode', 'host'],
  ['UTSMode', 'host'], ['UsernsMode', 'host'], ['CgroupnsMode', 'host'], ['Cgroup', 'x'], ['CgroupParent', '/'], ['NetworkMode', 'host'],
  ['NetworkMode', 'container:other'], ['CapAdd', ['SYS_ADMIN']], ['CapAdd', ['CHOWN']], ['CapDrop', []], ['Devices', [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/sda' }]],
  ['DeviceRequests', [{ Count: -1 }]], ['DeviceCgroupRules', ['a *:* rwm']], ['SecurityOpt', ['seccomp=unconfined']], ['MaskedPaths', []],
  ['ReadonlyPaths', []], ['Sysctls', { 'net.ipv4.ip_forward': '1' }], ['Runtime', 'x'], ['Isolation', 'x'], ['OomKillDisable', true], ['OomScoreAdj', -1000],
  ['GroupAdd', ['0']], ['Links', ['a:b']], ['ExtraHosts', ['a:1.2.3.4']], ['Dns', ['1.2.3.4']], ['PortBindings', { '80/tcp': [{ HostPort: '80' }] }],
  ['PublishAllPorts', true], ['RestartPolicy', { Name: 'always' }], ['AutoRemove', true], ['StorageOpt', { size: '1' }], ['Ulimits', [{ Name: 'core', Hard: -1 }]],
  ['BlkioWeight', 1], ['CpuRealtimeRuntime', 1], ['KernelMemory', 1], ['Annotations', { a: 'b' }], ['LogConfig', { Type: 'syslog', Config: {} }],
  ['Entrypoint', ['sh']], ['Healthcheck', { Test: ['CMD', 'sh'] }], ['Volumes', { '/x': {} }], ['ExposedPorts', {}], ['NetworkingConfig', {}],
  ['MacAddress', 'x'], ['Hostname', 'x'], ['Domainname', 'x'], ['OnBuild', ['RUN x']], ['Shell', ['sh']], ['ReadonlyRootfs', false], ['Init', false],
  ['PidsLimit', 0], ['PidsLimit', -1], ['Memory', 0], ['Memory', -1], ['MemorySwap', -1], ['Tmpfs', { '/etc': '' }], ['User', '0:0'], ['User', 'root'],
  ['Image', 'evil:1'], ['Cmd', ['sh']], ['Tty', true], ['OpenStdin', true], ['AttachStdin', true], ['StdinOnce', true], ['WorkingDir', '/'],
  ['BindOptions', { Propagation: 'rshared' }], ['VolumeOptions', { DriverConfig: { Name: 'local' } }], ['TmpfsOptions', {}], ['Consistency', 'x'],
  ['DriverOpts', { type: 'overlay', o: 'lowerdir=/etc:/opt' }], ['Driver', 'x'], ['ClusterVolumeSpec', {}], ['ReadOnly', false],
  ['Mounts', [{ Type: 'bind', Source: '/', Target: '/app' }]], ['HostConfig', { Privileged: true }], ['__proto__', { Privileged: true }], ['constructor', {}], ['', 1],
]

const values: readonly unknown[] = [
  null, true, false, 0, -1, 1, 16, 4096, 4097, 6_291_456, 2 ** 31, 2 ** 53, 1e30, 0.5, '', '/', '/etc', '..', '0', '0:0', 'root', '1001:0', '00:1', '1:1\n',
  'host', 'none', 'bridge', 'container:x', 'bind', 'volume', 'tmpfs', 'npipe', 'ALL', 'sh', 'uv', '/app', '/runner', '/cache/uv', '/cache/uv_python',
  '/var/run/docker.sock', '/tmp/.fastflow_route', '/run/fastflow/ca-certificates.pem', '/run/fastflow/cache.tar', 'size=64m,exec', 'size=64m,exec,suid', 'json-file', 'syslog',
  'ffd-uvcache-foreign00', 'ffd-uvcache-missing00', 'ffd-uvpython-abcdef0123', 'ffd-runner-0123456789abcdef', 'seccomp=unconfined', 'no-new-privileges',
  'LD_PRELOAD=/x', 'DOCKER_HOST=x', '=x', 'A=b', 'A', 'somebody-else', 'a\0b', [], {}, ['ALL'], ['ALL', 'x'], ['x'], [[]], { toString: 1 },
]

/** `more`: values that mean something where the request is sent to, for example paths that exist there. */
export function mutate(base: unknown, random: Random, more: readonly unknown[] = []): Mutant {
  const steps: string[] = []
  const tree = structuredClone(base) as Tree
  if (random.chance(0.85)) {
    for (let left = 1 + random.below(3); left > 0; left--) steps.push(changeTree(tree, random, [...values, ...more]))
  }
  let text: Buffer = Buffer.from(JSON.stringify(tree, null, random.below(2)))
  if (steps.length === 0 || random.chance(0.35)) {
    const [changed, step] = changeText(text, random)
    text = changed
    steps.push(step)
  }
  return { text, steps }
}

function changeTree(tree: Tree, random: Random, known: readonly unknown[]): string {
  const objects = holders(tree).filter((holder) => !Array.isArray(holder))
  const place = random.pick(places(tree))
  const [name, value] = random.pick(wishes)
  const host = tree['HostConfig']
  switch (random.below(10)) {
    case 0:
      return put(random.pick(objects), name, value, 'add')
    case 1:
      remove(place)
      return `remove ${place.key}`
    case 2:
      return put(place.holder, place.key, random.pick(known), 'replace')
    case 3:
      return put(place.holder, place.key, random.pick([[place.holder[place.key]], { value: place.holder[place.key] }, JSON.stringify(place.holder[place.key])]), 'wrap')
    case 4: {
      const [from, to] = isTree(host) && random.chance(0.7) ? [host, tree] : [tree, random.pick(objects)]
      const key = random.pick([...Object.keys(from), name])
      const moved = Object.hasOwn(from, key) ? from[key] : value
      if (random.chance(0.5)) remove({ holder: from, key })
      return put(to, key, moved, 'move')
    }
    case 5: {
      const other = random.pick(places(tree))
      const [mine, theirs] = [place.holder[place.key], other.holder[other.key]]
      if (contains(mine, other.holder) || contains(theirs, place.holder)) return 'swap nothing'
      put(other.holder, other.key, mine, '')
      return put(place.holder, place.key, theirs, `swap ${other.key} and`)
    }
    case 6: {
      const lists = holders(tree).filter((holder): holder is Tree & unknown[] => Array.isArray(holder))
      if (lists.length === 0) return 'lengthen nothing'
      const list = random.pick(lists)
      list.splice(random.below(list.length + 1), 0, list.length > 0 && random.chance(0.5) ? structuredClone(random.pick(list)) : random.pick(known))
      return 'lengthen a list'
    }
    case 7: {
      const renamed = lookalike(place.key, random)
      const held = place.holder[place.key]
      if (random.chance(0.5)) remove(place)
      return put(place.holder, renamed, random.chance(0.5) ? held : value, 'rename to')
    }
    case 8:
      return put(random.pick(objects), lookalike(name, random), value, 'add lookalike')
    default: {
      const mounts = isTree(host) && Array.isArray(host['Mounts']) ? (host['Mounts'] as unknown[]).filter(isTree) : []
      const [one, other] = mounts.length > 0 ? [random.pick(mounts), random.pick(mounts)] : [place.holder, place.holder]
      const field = random.pick(['Type', 'Source', 'Target', 'ReadOnly'])
      const [mine, theirs] = [one[field], other[field]]
      put(one, field, theirs, '')
      return put(other, field, mine, 'swap between mounts')
    }
  }
}

function changeText(text: Buffer, random: Random): [Buffer, string] {
  const source = text.toString('utf8')
  const [name, value] = random.pick(wishes)
  const keys = [...source.matchAll(/"([^"\\]*)":/g)]
  const key = keys.length === 0 ? null : random.pick(keys)
  const at = key?.index ?? 0
  const field = `${JSON.stringify(random.chance(0.4) ? (key?.[1] ?? name) : name)}:${JSON.stringify(random.chance(0.5) ? { [name]: value } : value)},`
  switch (random.below(9)) {
    case 0:
      return [Buffer.from(source.slice(0, at) + field + source.slice(at)), `insert ${field}`]
    case 1:
      return [Buffer.from(`${source.slice(0, source.lastIndexOf('}'))},${field.slice(0, -1)}}`), `append ${field}`]
    case 2:
      return [Buffer.from(`${source}${random.pick([source, '{"HostConfig":{"Privileged":true}}', ' x', '\0', '\n\n', ']', '//'])}`), 'trailing data']
    case 3:
      return [Buffer.from(`${random.pick(['\ufeff', '\0', ' ', '\n', '\u00a0', ',', '{}'])}${source}`), 'leading data']
    case 4:
      return [Buffer.from(key === null ? source : source.slice(0, at) + JSON.stringify(lookalike(key[1] ?? '', random)) + source.slice(at + key[0].length - 1)), 'lookalike in the text']
    case 5:
      return [Buffer.from(key === null ? source : source.slice(0, at + 1) + escaped(key[1] ?? '') + source.slice(at + key[0].length - 2)), 'escaped key']
    case 6: {
      const place = random.below(text.length)
      return [Buffer.concat([text.subarray(0, place), Buffer.from([random.below(256)]), text.subarray(place + random.below(2))]), `byte ${place}`]
    }
    case 7:
      return [text.subarray(0, random.below(text.length)), 'cut off']
    default:
      return [Buffer.from(source.replace(/[{,]/, (found) => `${found}${random.pick(['/**/', '\n', '\t', '\v', '"a":1e999,', '"":0,'])}`)), 'between tokens']
  }
}

/** Case, Unicode that folds to the same letter, blanks and what is not seen. */
function lookalike(key: string, random: Random): string {
  const place = random.below(key.length + 1)
  const insert = (text: string): string => key.slice(0, place) + text + key.slice(place)
  return random.pick([
    () => key.toLowerCase(),
    () => key.toUpperCase(),
    () => key.replace(/s/i, '\u017f'),
    () => key.replace(/k/i, '\u212a'),
    () => key.replace(/i/i, '\u0131'),
    () => key.replace(/o/i, '\u043e'),
    () => insert(' '),
    () => insert('\u200b'),
    () => insert('\0'),
    () => `${key.slice(0, 1).toLowerCase()}${key.slice(1)}`,
  ])()
}

function escaped(key: string): string {
  return [...key].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
}

function put(holder: Tree, key: string, value: unknown, step: string): string {
  // A plain assignment would change the prototype where the key is __proto__. What is put in is a copy: no cycles, nothing shared.
  Object.defineProperty(holder, key, { value: structuredClone(value), enumerable: true, configurable: true, writable: true })
  return `${step} ${key}`
}

function remove({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null
}

function holders(value: unknown): Tree[] {
  return isTree(value) ? [value, ...Object.values(value).flatMap(holders)] : []
}

function places(tree: Tree): Place[] {
  const found = holders(tree).flatMap((holder) => Object.keys(holder).map((key) => ({ holder, key })))
  return found.length > 0 ? found : [{ holder: tree, key: 'Image' }]
}

function contains(value: unknown, holder: Tree): boolean {
  return holders(value).includes(holder)
}
