/**
 * A proxy that the user put before the engine answers what it forbids with 403, in words of its own. Says which call that was
 * and which switches of the usual socket proxies allow it (RELIABILITY.md C1): one for each resource, and POST for every call
 * that is not a mere question.
 */
const switchByResource: Record<string, string> = {
  _ping: 'PING',
  version: 'VERSION',
  info: 'INFO',
  events: 'EVENTS',
  containers: 'CONTAINERS',
  images: 'IMAGES',
  volumes: 'VOLUMES',
  system: 'SYSTEM',
}

/** `path` with or without version and query. For example: CONTAINERS=1 POST=1. */
export function proxySwitches(method: string, path: string): string {
  const resource = switchByResource[/^(?:\/v[\d.]+)?\/([^/?]+)/.exec(path)?.[1] ?? '']
  const needsPost = method !== 'GET' && method !== 'HEAD'
  return [...(resource === undefined ? [] : [`${resource}=1`]), ...(needsPost ? ['POST=1'] : [])].join(' ')
}

/** The call as people know it from Docker's documentation: without version, query and the ids of today. */
export function callName(method: string, path: string): string {
  const plain = path.replace(/^\/v[\d.]+(?=\/)/, '').replace(/\?.*$/, '')
  const named = plain
    .replace(/^\/containers\/(?!create$|json$)[^/]+/, '/containers/{id}')
    .replace(/^\/volumes\/(?!create$|prune$)[^/]+/, '/volumes/{name}')
    .replace(/^\/images\/(?!create$).+\/json$/, '/images/{name}/json')
  return `${method} ${named}`
}

/** `words`: what the proxy, or a plug-in of the engine, said itself; '' when that was only a page. */
export function blockedMessage(method: string, path: string, words: string): string {
  const said = words === '' ? '' : ` (${words.replace(/[.\s]+$/, '')})`
  return `The proxy before the container engine forbids ${callName(method, path)}${said}. Set ${proxySwitches(method, path)} there, then try again.`
}
