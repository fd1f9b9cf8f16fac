/**
 * Asks one endpoint whether a container engine answers there, and says in one sentence why not and what to do. Besides
 * proxy-check.ts, this is the only question that reaches an engine around the guard: `GET /_ping`.
 */
import { AppError } from '@shared/app-error'
import { parseEndpoint, withoutCredentials } from './endpoint-address'
import { createEngineDial, type EngineAccess } from './endpoint-dial'

/** null when an engine answers; else docker/unavailable, docker/permission-denied or docker/timeout. */
export async function probeEndpoint(access: EngineAccess, timeoutMs: number, platform: NodeJS.Platform = process.platform): Promise<AppError | null> {
  const { endpoint } = access
  const address = parseEndpoint(endpoint)
  const shown = withoutCredentials(endpoint)
  if (address.kind === 'unsupported') return new AppError('docker/unavailable', address.why, { endpoint: shown })
  return new Promise((resolve) => {
    let request: ReturnType<ReturnType<typeof createEngineDial>>
    try {
      request = createEngineDial(access)({ method: 'GET', path: '/_ping', headers: { Host: 'docker' } })
    } catch (error) {
      // Certificates that are none are noticed before anything is sent.
      return resolve(probeError(error instanceof Error ? error : new Error(String(error)), shown, platform))
    }
    const settle = (answer: AppError | null): void => {
      clearTimeout(timer)
      resolve(answer)
      request.destroy()
    }
    const timer = setTimeout(() => settle(timedOut(shown, timeoutMs, platform)), timeoutMs)
    request.on('error', (error) => settle(probeError(error, shown, platform)))
    request.on('response', (response) => {
      response.on('error', () => settle(wrongAnswer(shown)))
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body = (body + text).slice(0, 64)))
      response.on('end', () => {
        if (response.statusCode === 200 && (response.headers['api-version'] !== undefined || body.trim() === 'OK')) settle(null)
        else if (response.statusCode === 403)
          settle(
            new AppError('docker/unavailable', `The proxy at ${shown} forbids the ping of the engine. Allow it there (PING=1), then check again.`, {
              endpoint: shown,
            }),
          )
        else if (/HTTP request to an HTTPS server/i.test(body))
          settle(new AppError('docker/unavailable', `The engine at ${shown} wants TLS. Write https:// in its address, or set DOCKER_TLS_VERIFY=1.`, { endpoint: shown }))
        else settle(wrongAnswer(shown))
      })
    })
    request.end()
  })
}

/** `shown`: the endpoint without credentials. */
export function probeError(error: NodeJS.ErrnoException, shown: string, platform: NodeJS.Platform): AppError {
  const details = { endpoint: shown, code: error.code ?? null }
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return new AppError('docker/permission-denied', permissionDenied(shown, platform), details, { cause: error })
  if (error.code === 'ERR_SSH') return new AppError('docker/unavailable', error.message, details, { cause: error })
  const tls = tlsProblem(error, shown)
  if (tls !== null) return new AppError('docker/unavailable', tls, details, { cause: error })
  if (error.code?.startsWith('HPE_') || error.code?.startsWith('ERR_SSL') || error.code === 'EPROTO') return wrongAnswer(shown)
  if (error.code === 'ENOENT')
    return new AppError('docker/unavailable', `There is no container engine at ${shown}. ${startEngine(shown, platform)}`, details, { cause: error })
  return new AppError(
    'docker/unavailable',
    `No container engine answers at ${shown} (${error.code ?? error.message}). ${startEngine(shown, platform)}`,
    details,
    { cause: error },
  )
}

const untrusted = /^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_|ERR_TLS_CERT)/

function tlsProblem({ code = '', message }: NodeJS.ErrnoException, shown: string): string | null {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `The certificate of the engine at ${shown} is for another name (${message}). Use the name that it was made for.`
  if (untrusted.test(code))
    return `The certificate of the engine at ${shown} is not trusted (${code}). Put the ca.pem of its authority into ~/.docker, or into the folder that DOCKER_CERT_PATH names.`
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN/i.test(code))
    return `The engine at ${shown} does not accept this computer's certificate (${code}). Put cert.pem and key.pem for it into ~/.docker, or into the folder that DOCKER_CERT_PATH names.`
  if (/^ERR_(OSSL|CRYPTO)/.test(code)) return `The certificates for ${shown} cannot be read (${message}). Check ca.pem, cert.pem and key.pem.`
  return null
}

function permissionDenied(shown: string, platform: NodeJS.Platform): string {
  const start = `This user may not use the container engine at ${shown}.`
  if (shown.includes('podman')) return `${start} Start the one of this user: systemctl --user enable --now podman.socket`
  switch (platform) {
    case 'linux':
      return `${start} Run: sudo usermod -aG docker "$USER" and log out and in again.`
    case 'win32':
      return `${start} Run in an administrator's PowerShell: net localgroup docker-users "%USERNAME%" /add and log out and in again.`
    default:
      return `${start} Run: sudo chown "$USER" "${shown.replace(/^unix:\/\//, '')}" or start Docker Desktop as this user.`
  }
}

/** The command or app that starts what would listen there. */
export function startEngine(shown: string, platform: NodeJS.Platform): string {
  if (shown.startsWith('ssh:')) return 'Start the container engine on that computer.'
  if (/^(tcp|https?):/.test(shown)) return 'Check the address and that the engine or its proxy runs there.'
  if (shown.includes('podman'))
    return platform === 'linux' ? 'To use Podman run: systemctl --user enable --now podman.socket' : 'To use Podman run: podman machine start'
  if (shown.includes('.colima') || shown.includes('/colima/')) return 'To use Colima run: colima start'
  if (shown.includes('.orbstack')) return 'To use OrbStack, start it.'
  if (shown.includes('/.rd/')) return 'To use Rancher Desktop, start it.'
  if (platform === 'linux' && !shown.includes('/.docker/'))
    return shown.includes('/run/user/')
      ? 'To use rootless Docker run: systemctl --user start docker'
      : 'To start Docker run: sudo systemctl start docker'
  return 'Start Docker Desktop, or install it.'
}

function timedOut(shown: string, timeoutMs: number, platform: NodeJS.Platform): AppError {
  const remedy = platform === 'linux' && shown.startsWith('unix:') ? 'Restart it: sudo systemctl restart docker' : 'Restart it.'
  return new AppError(
    'docker/timeout',
    `The container engine at ${shown} accepts connections, but did not answer within ${timeoutMs / 1000} s. ${remedy}`,
    { endpoint: shown, timeoutMs },
  )
}

function wrongAnswer(shown: string): AppError {
  return new AppError(
    'docker/unavailable',
    `What answers at ${shown} is not a container engine, or speaks TLS only at an https:// address. Set the address of the engine in the settings.`,
    { endpoint: shown },
  )
}
