/**
 * The one reading of an endpoint's text: a socket, a Windows pipe, a TCP address or a computer reached by ssh. `tcp://` means
 * http here, as it does for Docker's own tools. Says nothing about whether somebody answers there.
 */
export type SshTarget = {
  host: string
  port: number | null
  user: string | null
  /** Of the engine there; null: where its own tools look. */
  socketPath: string | null
}

export type EngineAddress =
  | { kind: 'socket'; socketPath: string }
  | { kind: 'tcp'; protocol: 'http:' | 'https:'; hostname: string; port: number }
  | ({ kind: 'ssh' } & SshTarget)
  | { kind: 'unsupported'; why: string }

export function parseEndpoint(endpoint: string): EngineAddress {
  if (endpoint.startsWith('unix://')) {
    const socketPath = endpoint.slice('unix://'.length)
    return socketPath.startsWith('/')
      ? { kind: 'socket', socketPath }
      : unsupported(`${endpoint} is not an absolute path. Write unix:///path/to/docker.sock.`)
  }
  if (endpoint.startsWith('npipe://')) return { kind: 'socket', socketPath: pipePath(endpoint.slice('npipe://'.length)) }
  if (endpoint.startsWith('ssh://')) return parseSsh(endpoint)
  const match = /^(tcp|https?):\/\/(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?\/?$/.exec(endpoint)
  if (match === null)
    return unsupported(`${withoutCredentials(endpoint)} is not an engine address. Write unix:///path, tcp://host:port, http://host:port or ssh://user@host.`)
  const [, scheme, hostname = '', port] = match
  const protocol = scheme === 'https' ? 'https:' : 'http:'
  return {
    kind: 'tcp',
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port === undefined ? (protocol === 'https:' ? 2376 : 2375) : Number(port),
  }
}

/** `npipe:////./pipe/name`, `npipe://./pipe/name` and with backslashes: all are written. */
function pipePath(text: string): string {
  return `\\\\${text.replaceAll('/', '\\').replace(/^\\+/, '')}`
}

/** Names that ssh and the other side's shell take as they are: nothing here can be an option or a second command. */
function parseSsh(endpoint: string): EngineAddress {
  const match =
    /^ssh:\/\/(?:([A-Za-z0-9_][A-Za-z0-9._-]*)@)?(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*)(?::(\d{1,5}))?(\/[A-Za-z0-9._/-]*)?$/.exec(endpoint)
  if (match === null)
    return unsupported(
      `${withoutCredentials(endpoint)} is not an address for ssh. Write ssh://user@host:port, without a password: ssh takes its keys from the agent.`,
    )
  const [, user = null, host = '', port, path = '/'] = match
  return {
    kind: 'ssh',
    host: host.replace(/^\[|\]$/g, ''),
    port: port === undefined ? null : Number(port),
    user,
    socketPath: path === '/' ? null : path,
  }
}

function unsupported(why: string): EngineAddress {
  return { kind: 'unsupported', why }
}

/** Endpoints are shown and logged; a password in one is not. Who logs in by ssh is no secret and tells two accounts apart. */
export function withoutCredentials(endpoint: string): string {
  return endpoint.replace(/^ssh:\/\/([^/@:]*):[^/@]*@/, 'ssh://$1@').replace(/^((?!ssh:)[a-z]+:\/\/)[^/@]*@/, '$1')
}
