/**
 * The one error class of the product and the closed list of what can go wrong. A pipeline that exits with 1 is an outcome
 * of a run, not an error. The renderer turns a code into words (state/error-text.ts); `message` is for logs and the CLI.
 */
export const errorCodes = [
  'cache/busy',
  'cache/foreign-owner',
  'cache/file-refused',
  'cache/in-use',
  'cache/preview-outdated',
  'cache/unreadable',
  'cache/volume-foreign',
  'docker/image-missing',
  'docker/image-pull-failed',
  'docker/image-unusable',
  'docker/permission-denied',
  'docker/rejected',
  'docker/timeout',
  'docker/unavailable',
  'file/binary',
  'file/changed-on-disk',
  'file/disk-full',
  'file/not-found',
  'file/not-regular',
  'file/outside-workspace',
  'file/permission-denied',
  'file/too-large',
  'git/auth-failed',
  'git/busy',
  'git/cancelled',
  'git/certificate',
  'git/conflict',
  'git/corrupt',
  'git/detached-head',
  'git/dubious-ownership',
  'git/exists',
  'git/failed',
  'git/forbidden',
  'git/hook-declined',
  'git/hook-failed',
  'git/host-key-changed',
  'git/host-key-unknown',
  'git/identity-unknown',
  'git/invalid-name',
  'git/layout',
  'git/locked',
  'git/nested-repository',
  'git/network',
  'git/no-repository',
  'git/no-upstream',
  'git/non-fast-forward',
  'git/not-found',
  'git/not-merged',
  'git/nothing-to-commit',
  'git/protected-branch',
  'git/rejected',
  'git/remote-missing',
  'git/signing-failed',
  'git/timeout',
  'git/too-large',
  'git/unfinished',
  'git/unsafe-url',
  'git/would-overwrite',
  'input/invalid',
  'internal',
  'ipc/sender',
  'pipeline/disabled',
  'pipeline/entry-missing',
  'pipeline/invalid-config',
  'pipeline/no-webhook',
  'pipeline/not-found',
  'run/already-running',
  'run/not-found',
  'run/unknown-config',
  'secret/no-key',
  'secret/unavailable',
  'store/unavailable',
  'tool/missing',
  'uv/fetch-failed',
  'uv/resolve-failed',
  'workspace/none-open',
  'workspace/not-a-folder',
  'workspace/unreadable',
  'workspace/untrusted',
  'workspace/vanished',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** Facts that fill the placeholders of an error's text. Plain values only: they travel over IPC. */
export type ErrorDetails = Record<string, string | number | boolean | null>

export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  /** `message` is one English sentence that names the thing and what to do; never a secret, never a stack. */
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.details = details
  }
}

/** What crosses a process border in place of an AppError. */
export type WireError = { code: ErrorCode; message: string; details: ErrorDetails }

/** Anything thrown becomes a WireError; what is not ours is `internal` and keeps its message. */
export function toWireError(error: unknown): WireError {
  if (error instanceof AppError) return { code: error.code, message: error.message, details: error.details }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error), details: {} }
}

export function fromWireError(wire: WireError): AppError {
  return new AppError(wire.code, wire.message, wire.details)
}
