/**
 * Turns what an engine, the guard or the connection to it says into an AppError: the code for the program, one sentence that
 * names the thing, the engine's own words and the next step for people. The only place that reads engines' messages.
 */
import { AppError, type ErrorCode, type ErrorDetails } from '@shared/app-error'

/** What was being done, for the sentence: `doing` 'start', `about` 'the container 0123…'. */
export type EngineCall = { doing: string; about: string; timeoutMs: number | null }

/** An answer that is not a success. `reason` is set when the guard, not the engine, said no. */
export type EngineRefusal = { status: number; message: string; reason: string | null }

export function refusalError(refusal: EngineRefusal, call: EngineCall): AppError {
  const { code, message } = explain(refusal, call)
  return new AppError(code, message, { ...callDetails(call), status: refusal.status, engineMessage: refusal.message })
}

function explain({ message, reason }: EngineRefusal, call: EngineCall): { code: ErrorCode; message: string } {
  const what = `${call.doing} ${call.about}`
  const words = sentence(message)
  if (reason === 'unavailable') return { code: 'docker/unavailable', message: `${words} Start the container engine, then try again.` }
  if (reason === 'permission-denied')
    return {
      code: 'docker/permission-denied',
      message: `${words} Add this user to the group that may use it (on Linux: sudo usermod -aG docker "$USER"), then log in again.`,
    }
  if (reason === 'timeout') return { code: 'docker/timeout', message: `Could not ${what}: ${words} Restart the engine if this goes on.` }
  if (reason === 'blocked') return { code: 'docker/rejected', message: `Could not ${what}. ${words}` }
  if (reason === 'too-old') return { code: 'docker/rejected', message: words }
  if (reason === 'volume-foreign') return { code: 'cache/volume-foreign', message: words }
  if (reason === 'image') return { code: 'docker/image-unusable', message: `${words} Choose the worker image in the settings.` }
  if (reason !== null)
    return {
      code: 'docker/rejected',
      message: `The guard refused to ${what}: ${words} Nothing was sent to the engine; check the pipeline's folder and the settings.`,
    }
  if (/no such image|image .*not found|not known locally/i.test(message))
    return { code: 'docker/image-missing', message: `Could not ${what}: ${words} Pull the worker image, then try again.` }
  if (/executable file not found|exec format error|exec: .*(no such file|permission denied)|unable to start container process/i.test(message)) {
    return {
      code: 'docker/image-unusable',
      message: `Could not ${what}: ${words} The worker image has to contain uv for this engine's architecture; choose another image in the settings.`,
    }
  }
  return { code: 'docker/rejected', message: `The container engine could not ${what}: ${words} ${nextStep(message)}` }
}

function nextStep(message: string): string {
  if (/no space left|disk quota/i.test(message)) return 'Its disk is full: free space there, for example with docker system prune, then try again.'
  if (/could not find bridge|network .*not found|failed to create endpoint|iptables/i.test(message))
    return 'Its network is broken: restart the engine, then try again.'
  if (/mounts denied|not shared|bind source path does not exist|invalid mount/i.test(message))
    return 'Share the folder with the engine (Docker Desktop: Settings, Resources, File sharing), then try again.'
  if (/cgroup|memory limit|range of cpus/i.test(message)) return 'Lower the limits of the run or update the engine, then try again.'
  return 'Try again; if it happens again, restart the engine.'
}

/** The call never got an answer. */
export function connectionError(error: unknown, call: EngineCall): AppError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const details = { ...callDetails(call), code }
  if (code === 'EACCES' || code === 'EPERM') {
    return new AppError(
      'docker/permission-denied',
      `Could not ${call.doing} ${call.about}: this user may not use the connection to the container engine. Restart the app.`,
      details,
      { cause: error },
    )
  }
  const why = code === '' ? '' : ` (${code})`
  return new AppError(
    'docker/unavailable',
    `Could not ${call.doing} ${call.about}: the connection to the container engine is gone${why}. Start the engine, then try again.`,
    details,
    { cause: error },
  )
}

export function timeoutError(call: EngineCall): AppError {
  return new AppError(
    'docker/timeout',
    `The container engine did not ${call.doing} ${call.about} within ${(call.timeoutMs ?? 0) / 1000} s. It may be busy or hang: try again, and restart it if this goes on.`,
    callDetails(call),
  )
}

export function pullError(reference: string, engineMessage: string): AppError {
  return new AppError(
    'docker/image-pull-failed',
    `The image ${reference} could not be pulled: ${sentence(engineMessage)} ${pullNextStep(engineMessage)}`,
    { image: reference, engineMessage },
  )
}

export function pullCancelled(reference: string): AppError {
  return new AppError('docker/image-pull-failed', `The pull of ${reference} was cancelled. What was received is kept; pull again to go on.`, {
    image: reference,
    cancelled: true,
  })
}

function pullNextStep(message: string): string {
  if (/x509|certificate/i.test(message))
    return "The engine does not trust the registry's certificate: add the certificate authority to the engine's own settings and restart it."
  if (/manifest.*unknown|not found/i.test(message)) return 'Check the name and the tag of the image in the settings.'
  if (/unauthorized|denied|authentication|forbidden/i.test(message))
    return 'Check the name of the image; when it is private, pull it once with docker login and docker pull.'
  if (/toomanyrequests|rate limit/i.test(message)) return 'The registry limits anonymous pulls: wait, or run docker login and docker pull once.'
  if (/no space left/i.test(message)) return "The engine's disk is full: free space there, then try again."
  return "Check the network and the engine's proxy settings, or build the image on this computer (npm run worker-image)."
}

function callDetails(call: EngineCall): ErrorDetails {
  return { doing: call.doing, about: call.about }
}

/** Engines end their messages as they like; a text that goes on needs a full stop. */
function sentence(message: string): string {
  const trimmed = message.trim().replace(/\s+/g, ' ').slice(0, 1_000)
  return trimmed === '' ? 'it gave no reason.' : /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`
}
