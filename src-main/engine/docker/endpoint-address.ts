/**
 * The one reading of an endpoint's text: a socket, a Windows pipe or a TCP address. `tcp://` means http here, as it does for
 * Docker's own tools. Says nothing about whether somebody answers there.
 */
export type EngineAddress =
  | { kind: 'socket'; socketPath: string }
  | { kind: 'tcp'; protocol: 'http:' | 'https:'; hostname: string; port: number }
  | { kind: 'unsupported'; why: string }

export function parseEndpoint(endpoint: string): EngineAddress {
  if (endpoint.startsWith('unix://')) {
    const socketPath = endpoint.slice('unix://'.length)
    return socketPath.startsWith('/')
      ? { kind: 'socket', socketPath }
      : unsupported(`${endpoint} is not an absolute path. Write unix:///path/to/docker.sock.`)
  }
  if (endpoint.startsWith('npipe://')) return { kind: 'socket', socketPath: `//${endpoint.slice('npipe://'.length).replace(/^\/+/, '')}` }
  if (endpoint.startsWith('ssh://'))
    return unsupported(
      'An engine over ssh is not supported. Forward its socket (ssh -L /tmp/engine.sock:/var/run/docker.sock host) and set unix:///tmp/engine.sock as the engine.',
    )
  const match = /^(tcp|https?):\/\/(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?\/?$/.exec(endpoint)
  if (match === null) return unsupported(`${withoutCredentials(endpoint)} is not an engine address. Write unix:///path or http://host:port.`)
  const [, scheme, hostname = '', port] = match
  const protocol = scheme === 'https' ? 'https:' : 'http:'
  return {
    kind: 'tcp',
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port === undefined ? (protocol === 'https:' ? 2376 : 2375) : Number(port),
  }
}

function unsupported(why: string): EngineAddress {
  return { kind: 'unsupported', why }
}

/** Endpoints are shown and logged; a password in one is not. */
export function withoutCredentials(endpoint: string): string {
  return endpoint.replace(/^([a-z]+:\/\/)[^/@]*@/, '$1')
}
