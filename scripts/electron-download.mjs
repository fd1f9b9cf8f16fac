// @ts-check
/** Where the official Electron is downloaded from, by the rules of electron's own installer, and whether that place answers. */
import { request as httpRequest } from 'node:http'

const probeLimitMs = 4000

/**
 * @param {{ version: string, repository: string, platform: string, arch: string, env: NodeJS.ProcessEnv }} target
 */
export function electronDownloadUrl({ version, repository, platform, arch, env }) {
  const base = mirrorVariable('mirror', env) || `${repository}/releases/download/`
  const folder = (mirrorVariable('custom_dir', env) || `v${version}`).replace('{{ version }}', version)
  const file = mirrorVariable('custom_filename', env) || `electron-v${version}-${platform}-${arch}.zip`
  return `${base}${folder}/${file}`
}

/**
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 */
function mirrorVariable(name, env) {
  const upper = name.toUpperCase()
  return (
    env[`npm_config_electron_${name.replaceAll('_', '')}`] ||
    env[`NPM_CONFIG_ELECTRON_${upper}`] ||
    env[`npm_config_electron_${name}`] ||
    env[`npm_package_config_electron_${name}`] ||
    env[`ELECTRON_${upper}`]
  )
}

/**
 * @param {string} url
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string | null>} null when it answers, else why not, in a few words
 */
export async function whyUnreachable(url, env) {
  const proxy = proxyFor(new URL(url), env)
  try {
    return proxy ? await tunnelProblem(new URL(url), new URL(proxy)) : await headProblem(url)
  } catch (error) {
    return shortReason(error)
  }
}

/** @param {string} url */
async function headProblem(url) {
  const answer = await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(probeLimitMs) })
  return answer.status >= 200 && answer.status < 400 ? null : `the server answered ${answer.status}`
}

/**
 * fetch knows nothing of proxies on Node 20: asking the proxy for a way to the server tells enough.
 * @param {URL} target
 * @param {URL} proxy
 * @returns {Promise<string | null>}
 */
function tunnelProblem(target, proxy) {
  return new Promise((resolve, reject) => {
    const authority = `${target.hostname}:${target.port || (target.protocol === 'https:' ? 443 : 80)}`
    const credentials = proxy.username && `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
    const outgoing = httpRequest({
      host: proxy.hostname,
      port: proxy.port || 80,
      method: 'CONNECT',
      path: authority,
      headers: credentials ? { 'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}` } : {},
      signal: AbortSignal.timeout(probeLimitMs),
    })
    outgoing.once('connect', (answer, socket) => {
      socket.destroy()
      resolve(answer.statusCode === 200 ? null : `the proxy answered ${answer.statusCode}`)
    })
    outgoing.once('error', reject)
    outgoing.end()
  })
}

/**
 * @param {URL} target
 * @param {NodeJS.ProcessEnv} env
 */
export function proxyFor(target, env) {
  const exceptions = (env['NO_PROXY'] || env['no_proxy'] || '').split(/[\s,]+/).filter(Boolean)
  const isDirect = exceptions.some((entry) => {
    const suffix = entry.replace(/^\*?\.?/, '').replace(/:\d+$/, '')
    return entry === '*' || target.hostname === suffix || target.hostname.endsWith(`.${suffix}`)
  })
  if (isDirect) return null
  if (target.protocol === 'https:') return env['HTTPS_PROXY'] || env['https_proxy'] || null
  return env['HTTP_PROXY'] || env['http_proxy'] || null
}

/** @param {unknown} error */
function shortReason(error) {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return `no answer within ${probeLimitMs / 1000} s`
  const cause = /** @type {{ code?: string } | undefined} */ (error.cause ?? error)
  return cause?.code ?? error.message
}
