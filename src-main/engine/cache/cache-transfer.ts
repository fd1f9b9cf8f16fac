/**
 * The cache as one file: written out for a colleague without a network, and taken over from such a file. A file that is written
 * is there as a whole or not at all; one that is read is looked through to its end before anything of it counts.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, link, lstat, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { CacheTransfer } from '@shared/contract/cache'
import { AppError, toWireError } from '@shared/app-error'
import { hasErrorCode } from '../platform/error-code'
import { createMessageReader } from './cache-work'
import type { CacheWorker } from './cache-worker'
import { inUseError, isInUse, type CacheUsers } from './cache-removal'
import { transferMessage, type TransferMessage } from './upkeep-messages'

export type CacheTransferDeps = {
  worker: () => Promise<CacheWorker>
  usedBy: () => Promise<CacheUsers>
  /** Which uv and image the cache was filled by, for people who look into the file. */
  installer: () => Promise<string | null>
  runDir: string
  onChanged: () => void
  /** Looks which pipelines are warm now. */
  onImported: () => Promise<unknown>
}

export type CacheTransferrer = {
  state(): CacheTransfer | null
  /** Throws cache/busy and cache/in-use; what goes wrong later is in the state. */
  exportTo(file: string): Promise<void>
  importFrom(file: string): Promise<void>
  cancel(): void
  /** Ends what is under way and forgets it. */
  reset(): void
  dispose(): Promise<void>
}

type Performed = { written: number | null; isImported: boolean }

const publishEveryMs = 100

export function createCacheTransferrer(deps: CacheTransferDeps): CacheTransferrer {
  let transfer: CacheTransfer | null = null
  let stop = new AbortController()
  let working: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null

  const publish = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    deps.onChanged()
  }

  const perform = async (worker: CacheWorker, work: Record<string, unknown>, call: Pick<Parameters<CacheWorker['perform']>[0], 'importFile' | 'stop'>, onBytes?: (chunk: Buffer) => Promise<void>): Promise<Performed> => {
    const performed: Performed = { written: null, isImported: false }
    let refusal: AppError | null = null
    const onTold = createMessageReader(transferMessage, (told: TransferMessage) => {
      if ('inUse' in told) refusal = inUseError(null)
      else if ('refused' in told) refusal = new AppError(told.refused === 'disk-full' ? 'file/disk-full' : 'cache/file-refused', told.message)
      else if ('written' in told) performed.written = told.written
      else if ('imported' in told) performed.isImported = true
      else if (transfer) {
        Object.assign(transfer, 'total' in told ? { totalBytes: told.total } : { doneBytes: told.done })
        timer ??= setTimeout(publish, publishEveryMs)
      }
    })
    const problem = await worker.perform({ program: 'cache_carry.py', work, isOffline: true, leavesCacheAlone: true, onStdout: onBytes ?? onTold, ...(onBytes && { onStderr: onTold }), ...call })
    if (refusal) throw refusal as AppError
    if (problem !== null) throw new AppError('cache/unreadable', `It did not work: ${problem}`)
    return performed
  }

  const doExport = async (file: string, signal: AbortSignal): Promise<void> => {
    const worker = await deps.worker()
    const part = join(dirname(file), `.ffdesk-${randomBytes(8).toString('hex')}.tmp`)
    let target: FileHandle | null = null
    try {
      target = await open(part, 'wx', 0o600)
      const handle = target
      let received = 0
      let problem: Error | null = null
      let writing = Promise.resolve()
      const { written } = await perform(worker, { action: 'export', kind: worker.kind, installer: await deps.installer(), createdAt: new Date().toISOString() }, { stop: signal }, (chunk) => {
        received += chunk.length
        // One after the other: what the engine sends at once can be several pieces.
        writing = writing.then(() => (problem === null ? handle.writeFile(chunk) : undefined)).catch((error: unknown) => {
          // Ends the export: what still comes is for nothing.
          problem = error instanceof Error ? error : new Error(String(error))
          stop.abort()
        })
        return writing
      })
      await writing
      if (problem !== null) throw problem as Error
      if (signal.aborted) return
      if (written !== received) throw new AppError('cache/unreadable', `The cache came incomplete: ${received} of ${written ?? 'an unknown number of'} bytes. Try again.`)
      await handle.chmod(0o644)
      await handle.sync()
      await handle.close()
      target = null
      await rename(part, file)
      if (transfer) transfer.fileBytes = received
    } catch (error) {
      throw fileError(error, file)
    } finally {
      await target?.close().catch(() => undefined)
      await rm(part, { force: true })
    }
  }

  const doImport = async (file: string, signal: AbortSignal): Promise<void> => {
    const worker = await deps.worker()
    await removeOldLoans(deps.runDir)
    const lent = join(deps.runDir, `${randomUUID()}.cache`)
    try {
      const source = worker.user === null ? file : await lend(file, lent, worker.user.uid, signal)
      if (signal.aborted) return
      await stat(source)
      const { isImported } = await perform(worker, { action: 'import', kind: worker.kind, file: worker.importFileAt(source) }, { importFile: source, stop: signal })
      if (isImported) await deps.onImported()
      else if (!signal.aborted) throw new AppError('cache/file-refused', 'The file was not taken over: it told nothing. Try again.')
    } catch (error) {
      throw fileError(error, file)
    } finally {
      await rm(lent, { force: true })
      // What was unpacked until then; nothing of it counts yet.
      if (signal.aborted) await perform(worker, { action: 'tidy' }, {}).catch(() => undefined)
    }
  }

  const begin = async (kind: CacheTransfer['kind'], file: string, act: (file: string, signal: AbortSignal) => Promise<void>): Promise<void> => {
    if (!isAbsolute(file)) throw new AppError('input/invalid', `${file} is not an absolute path.`)
    // One that was cancelled is over within a moment.
    if (working && stop.signal.aborted) await working
    if (working) throw new AppError('cache/busy', 'A cache is being written or read already. Wait until it is done, or cancel it.')
    const users = kind === 'import' ? await deps.usedBy() : null
    if (users && isInUse(users)) throw inUseError(users)
    stop = new AbortController()
    const { signal } = stop
    const own: CacheTransfer = { kind, file, state: 'working', doneBytes: 0, totalBytes: 0, fileBytes: null, error: null }
    transfer = own
    const isOver = (state: CacheTransfer['state'], error: CacheTransfer['error'] = null): void => void Object.assign(own, { state, error })
    working = act(file, signal)
      .then(
        () => isOver(signal.aborted ? 'cancelled' : 'done'),
        (error: unknown) => {
          const { code, message } = toWireError(error)
          isOver('failed', { code, message })
        },
      )
      .finally(() => {
        working = null
        publish()
      })
    publish()
  }

  return {
    state: () => (transfer ? { ...transfer } : null),
    exportTo: (file) => begin('export', file, doExport),
    importFrom: (file) => begin('import', file, doImport),
    cancel: () => stop.abort(),
    reset() {
      stop.abort()
      transfer = null
    },
    async dispose() {
      stop.abort()
      await working
      if (timer) clearTimeout(timer)
    },
  }
}

const loanMs = 24 * 3_600_000

/** Of an app that ended in the middle of an import. */
async function removeOldLoans(runDir: string): Promise<void> {
  for (const name of await readdir(runDir)) {
    if (!name.endsWith('.cache')) continue
    const found = await lstat(join(runDir, name)).catch(() => null)
    if (found && Date.now() - found.ctimeMs > loanMs) await rm(join(runDir, name), { force: true })
  }
}

/** Where a container can read it: under a second name, or where that is not possible, as a copy. */
async function lend(file: string, lent: string, uid: number, signal: AbortSignal): Promise<string> {
  const found = await stat(file)
  if (!found.isFile()) throw new AppError('file/not-regular', `${file} is not a regular file.`, { path: file })
  const isReadable = (found.mode & 0o004) !== 0 || (found.uid === uid && (found.mode & 0o400) !== 0)
  const isLinked = isReadable && (await link(file, lent).then(() => true, () => false))
  if (isLinked && (await stat(lent)).ino === found.ino) return lent
  try {
    await pipeline(createReadStream(file), createWriteStream(lent, { mode: 0o644 }), { signal })
    await chmod(lent, 0o644)
  } catch (error) {
    await rm(lent, { force: true })
    if (!signal.aborted) throw error
  }
  return lent
}

function fileError(error: unknown, file: string): unknown {
  if (hasErrorCode(error, 'ENOSPC', 'EDQUOT')) return new AppError('file/disk-full', `The disk is full: ${file} was not written. Free some space, then try again.`, { path: file }, { cause: error })
  if (hasErrorCode(error, 'EACCES', 'EPERM', 'EROFS')) return new AppError('file/permission-denied', `${file} cannot be opened: no permission.`, { path: file }, { cause: error })
  if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return new AppError('file/not-found', `${file} cannot be opened: it does not exist, or its folder does not.`, { path: file }, { cause: error })
  return error
}
