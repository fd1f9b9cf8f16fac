/** The rules of setup-fault.ts for what lies between uv and the package index: certificates, names, proxies, answers. */
import type { SetupFaultFinding, SetupFaultRule } from './setup-fault-rule'

export const networkRules: SetupFaultRule[] = [
  {
    // uv without a network: it knows the names, and of a wheel the address.
    pattern: /Because ([A-Za-z0-9][A-Za-z0-9._-]*) was not found in the cache|wasn't found in the cache for: `([^`]+)`/,
    find: ([, name, address], { words }) => {
      const others = [...words.matchAll(/\b([A-Za-z0-9][A-Za-z0-9._-]*) was not found in the cache/g)].map(([, other]) => other)
      const missing = [...new Set(name === undefined ? [address?.split('/').at(-1)] : others)].join(', ')
      return { fault: 'network', detail: missing, reason: `Not in the cache: ${missing}; and the package index cannot be reached, or was not to be asked. Connect to the network and run again, or preheat the pipeline while there is one.` }
    },
  },
  {
    pattern: /invalid peer certificate|UnknownIssuer|CERTIFICATE_VERIFY_FAILED|certificate verify failed|self.signed certificate|unable to get local issuer/i,
    find: (_match, { words }) => {
      const host = hostIn(words)
      return {
        fault: 'certificate',
        detail: host,
        reason: `The certificate of ${host ?? 'the package index'} is not trusted: probably this network replaces certificates by its own. Choose the file with its certificate authority in the settings, then run again.`,
      }
    },
  },
  {
    pattern: /HTTP status client error \(40[14]|HTTP status client error \(410/,
    find: (_match, { words }) => {
      const host = hostIn(words)
      return { fault: 'network', detail: host, reason: `${host ?? 'The server of a requirement'} does not give out the file that was asked for (${statusIn(words)}). Check the address and the credentials in the requirements.` }
    },
  },
  {
    pattern: /Failed to fetch|error sending request|error decoding response|dns error|tunnel error|operation timed out|connection reset|Request failed after|HTTP status (?:server|client) error|network (?:was|is) disabled|Failed to download `/i,
    find: (_match, { words }) => {
      const host = hostIn(words)
      const python = /Failed to download `[^`]*\/(?:cpython|pypy)-(\d+\.\d+(?:\.\d+)?)/.exec(words)?.[1]
      const what = python === undefined ? 'The packages could not be fetched' : `Python ${python} is not in the cache and could not be fetched`
      const advice = python === undefined ? 'Check the network, then run again; a pipeline whose packages are all in the cache runs without one.' : 'Check the network, then run again, or set python_version to one that was used before.'
      return { fault: 'network', detail: host, reason: `${what}: ${problemIn(words, host ?? 'the package index')}. ${advice}` }
    },
  },
  {
    pattern: /An index(?: URL)? \((\S+?)\) (?:could not be queried due to a lack of valid authentication|returned a 403 Forbidden)/,
    find: ([said = '', url = '']): SetupFaultFinding => {
      const host = hostOf(url)
      return { fault: 'network', detail: host, reason: `The package index ${host ?? ''} refuses to answer without valid credentials (${said.includes('403') ? '403 Forbidden' : '401 Unauthorized'}). Check its address and the name and password in it.` }
    },
  },
]

function problemIn(words: string, host: string): string {
  if (/tunnel error|proxy/i.test(words)) return `the proxy to ${host} does not answer (its address is in the settings)`
  if (/dns error|failed to lookup address|Name or service not known/i.test(words)) return `the name ${host} is not found, so there is no network or no DNS`
  if (/timed out|timeout/i.test(words)) return `${host} did not answer in time`
  if (/Connection refused/i.test(words)) return `${host} refuses the connection`
  if (/HTTP status/.test(words)) return `${host} answers ${statusIn(words)}`
  if (/network (?:was|is) disabled/.test(words)) return 'uv was told to stay offline (UV_OFFLINE)'
  return `the connection to ${host} broke`
}

function statusIn(words: string): string {
  return /HTTP status (?:client|server) error \((\d{3}[\w ]*)/.exec(words)?.[1] ?? 'with an error'
}

function hostIn(words: string): string | null {
  return hostOf(/https?:\/\/[^\s`)]+/.exec(words.slice(Math.max(0, words.search(/error:|×/))))?.[0] ?? '')
}

/** Never the whole address: it may carry a password. */
function hostOf(url: string): string | null {
  try {
    return new URL(url).host
  } catch {
    return null
  }
}
