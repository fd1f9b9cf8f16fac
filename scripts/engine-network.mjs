// @ts-check
/**
 * The network of the private test engine: an own bridge with own firewall rules, made before the engine and removed after it.
 *
 * The engine itself must not manage a bridge or rules: with `--bridge=none` it deletes the docker0 of another engine on the machine
 * (RELIABILITY.md F38), and with its own iptables handling it empties the chains that the other one shares with it.
 */
import { readFileSync } from 'node:fs'
import { run, setupError, tryRun } from './child.mjs'

/**
 * @typedef {object} EngineNetwork
 * @property {string} bridge at most 15 characters, as the kernel wants
 * @property {string} subnet
 * @property {string} gateway
 * @property {number} mtu
 */

/**
 * @param {string} id
 * @param {string} routes the output of `ip -4 route show table all`
 * @returns {{ bridge: string, subnet: string, gateway: string }}
 */
export function planNetwork(id, routes) {
  const start = Number.parseInt(id.slice(0, 2), 16)
  for (let offset = 0; offset < 256; offset++) {
    const prefix = `10.197.${(start + offset) % 256}.`
    if (!routes.includes(prefix)) return { bridge: `ffd-${id}`, subnet: `${prefix}0/24`, gateway: `${prefix}1` }
  }
  throw setupError('No free network below 10.197.0.0/16 for the test engine: left-over bridges are listed by `ip link show type bridge`')
}

/**
 * @param {string} id 8 hexadecimal characters
 * @returns {Promise<EngineNetwork>}
 */
export async function createNetwork(id) {
  const routes = await run('ip', ['-4', 'route', 'show', 'table', 'all'])
  const network = { ...planNetwork(id, routes), mtu: mtuOfDefaultRoute(routes) }
  await run('ip', ['link', 'add', network.bridge, 'type', 'bridge'])
  try {
    await run('ip', ['address', 'add', `${network.gateway}/24`, 'dev', network.bridge])
    await run('ip', ['link', 'set', network.bridge, 'up'])
    for (const rule of rulesOf(network)) await run('iptables', ['-w', ...rule.table, '-I', ...rule.match])
  } catch (error) {
    await removeNetwork(network)
    throw error
  }
  return network
}

/**
 * Never fails: what is gone already is what was wanted.
 * @param {{ bridge: string, subnet: string }} network
 */
export async function removeNetwork(network) {
  for (const rule of rulesOf(network)) await tryRun('iptables', ['-w', ...rule.table, '-D', ...rule.match]).catch(() => null)
  await tryRun('ip', ['link', 'delete', network.bridge]).catch(() => null)
}

/** @param {{ bridge: string, subnet: string }} network */
function rulesOf({ bridge, subnet }) {
  return [
    { table: ['-t', 'nat'], match: ['POSTROUTING', '-s', subnet, '!', '-o', bridge, '-j', 'MASQUERADE'] },
    { table: [], match: ['FORWARD', '-i', bridge, '-j', 'ACCEPT'] },
    { table: [], match: ['FORWARD', '-o', bridge, '-j', 'ACCEPT'] },
  ]
}

/**
 * A container that believes in larger packets than the way out carries loses answers without a sign.
 * @param {string} routes
 */
function mtuOfDefaultRoute(routes) {
  const device = /^default .*\bdev (\S+)/m.exec(routes)?.[1]
  if (!device) return 1500
  try {
    return Number(readFileSync(`/sys/class/net/${device}/mtu`, 'utf8'))
  } catch {
    return 1500
  }
}
