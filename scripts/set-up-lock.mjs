// @ts-check
/** Two commands at once must not install or build over each other: the second waits until the first is done. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { setupError } from './child.mjs'

const pollMs = 200

/**
 * @template T
 * @param {string} lockFile
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(lockFile, work) {
  while (!tryLock(lockFile)) {
    if (isAbandoned(lockFile)) rmSync(lockFile, { force: true })
    else await sleep(pollMs)
  }
  try {
    return await work()
  } finally {
    rmSync(lockFile, { force: true })
  }
}

/** @param {string} lockFile */
function tryLock(lockFile) {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error)
    if (code === 'EEXIST') return false
    if (code === 'EACCES' || code === 'EROFS') throw setupError(`Something has to be installed or built, but this folder cannot be written: ${message}`)
    throw error
  }
}

/** @param {string} lockFile */
function isAbandoned(lockFile) {
  try {
    const ownerPid = Number(readFileSync(lockFile, 'utf8'))
    // An empty file: its owner is between making and filling it.
    if (ownerPid === 0) return false
    process.kill(ownerPid, 0)
    return false
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH'
  }
}
