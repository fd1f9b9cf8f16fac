/** Folders that uv needs on this computer. One that cannot be used is named, with what helps: uv's own words name a file deep inside. */
import { accessSync, constants, mkdirSync } from 'node:fs'
import { AppError } from '@shared/app-error'
import { hasErrorCode } from '../platform/error-code'
import { quoteCommand } from '../uv/command'

/** Throws cache/foreign-owner for one that cannot be made or written. */
export function makeHostFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      mkdirSync(folder, { recursive: true })
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    } catch (error) {
      if (hasErrorCode(error, 'ENOSPC')) throw error
      throw foreignFolder(folder, error)
    }
  }
}

export function foreignFolder(folder: string, cause?: unknown): AppError {
  const why = cause instanceof Error ? ` (${cause.message})` : ''
  const command = process.getuid === undefined ? null : quoteCommand(['sudo', 'chown', '-R', `${process.getuid()}:${process.getgid?.() ?? process.getuid()}`, folder])
  return new AppError('cache/foreign-owner', `The folder ${folder} cannot be written by you, wholly or in part${why}. ${command === null ? 'Make it yours, or delete it.' : `To make it yours: ${command}`}`, { folder }, cause === undefined ? undefined : { cause })
}
