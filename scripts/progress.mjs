// @ts-check
/**
 * Tells a person at a terminal what the scripts are doing: one line per step that takes longer than a second, with the seconds
 * that passed. Always on stderr, so that stdout stays free for what was asked for (a log, a JSON line).
 */

/**
 * @typedef {object} Progress
 * @property {(text: string) => void} line
 * @property {<T>(label: string, work: (report: (detail: string) => void) => Promise<T>) => Promise<T>} step
 */

const quietMs = 1000
const plainRepeatMs = 15_000

/**
 * @param {{ stream?: NodeJS.WritableStream & { isTTY?: boolean, columns?: number }, now?: () => number }} [options]
 * @returns {Progress}
 */
export function createProgress({ stream = process.stderr, now = () => performance.now() } = {}) {
  const isTerminal = Boolean(stream.isTTY)
  const clearLine = isTerminal ? '\r\x1b[K' : ''

  return {
    line(text) {
      stream.write(`${clearLine}${text}\n`)
    },

    async step(label, work) {
      const startedAt = now()
      let detail = ''
      let shownAt = 0
      const tick = () => {
        const elapsedMs = now() - startedAt
        if (elapsedMs < quietMs) return
        const text = `${label}${detail && ` (${detail})`} … ${seconds(elapsedMs)}`
        if (isTerminal) stream.write(clearLine + text.slice(0, (stream.columns ?? 80) - 1))
        else if (shownAt === 0 || elapsedMs - shownAt >= plainRepeatMs) {
          stream.write(`${text}\n`)
          shownAt = elapsedMs
        }
      }
      const timer = setInterval(tick, 250)
      timer.unref()
      try {
        const result = await work((text) => (detail = text))
        const elapsedMs = now() - startedAt
        if (elapsedMs >= quietMs) stream.write(`${clearLine}${label}: done in ${seconds(elapsedMs)}\n`)
        return result
      } catch (error) {
        stream.write(`${clearLine}${label}: failed after ${seconds(now() - startedAt)}\n`)
        throw error
      } finally {
        clearInterval(timer)
      }
    },
  }
}

/** @param {number} elapsedMs */
export function seconds(elapsedMs) {
  const whole = Math.round(elapsedMs / 1000)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
