// @ts-check
/**
 * npm starts scripts through a shell that does not pass signals on: who ends npm leaves its script behind, and with it a window, a
 * run or an engine. So a script that npm started watches whether that shell is still there.
 */

const pollMs = 300

/**
 * @param {() => void} onOrphaned called once
 * @returns {() => void} stops watching
 */
export function watchForOrphaning(onOrphaned) {
  const isStartedByNpm = process.env['npm_lifecycle_event'] !== undefined
  if (!isStartedByNpm || process.platform === 'win32') return () => {}
  const parentPid = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parentPid) return
    clearInterval(timer)
    onOrphaned()
  }, pollMs)
  timer.unref()
  return () => clearInterval(timer)
}
