/** Somebody else at a workspace's cache: a command as root, in a container of its own, past the app. */
import { askEngine } from './direct-engine'

/** Names of the volumes that a profile made for caches and Pythons. */
export async function cacheVolumes(endpoint: string, owner: string): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`io.fastflow.desktop.owner=${owner}`] }))
  const { json } = await askEngine(endpoint, 'GET', `/volumes?filters=${filters}`)
  return ((json as { Volumes: { Name: string }[] | null }).Volumes ?? []).map(({ Name }) => Name).filter((name) => /^ffd-uv(?:cache|python)-/.test(name)).sort()
}

/** The cache is at /cache. Throws when the command fails. */
export async function inCache({ endpoint, image }: { endpoint: string; image: string }, owner: string, command: string): Promise<void> {
  const [cache] = await cacheVolumes(endpoint, owner)
  const { json } = await askEngine(endpoint, 'POST', '/containers/create', { Image: image, Cmd: ['sh', '-c', `set -e; cd /cache; ${command}`], User: '0:0', HostConfig: { Mounts: [{ Type: 'volume', Source: cache, Target: '/cache' }] } })
  const { Id } = json as { Id: string }
  await askEngine(endpoint, 'POST', `/containers/${Id}/start`)
  const { json: end } = await askEngine(endpoint, 'POST', `/containers/${Id}/wait`)
  await askEngine(endpoint, 'DELETE', `/containers/${Id}?force=1`)
  const { StatusCode } = end as { StatusCode: number }
  if (StatusCode !== 0) throw new Error(`"${command}" ended with ${StatusCode} in the cache`)
}
