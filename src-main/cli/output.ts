/**
 * Where the CLI writes: results on standard output, everything said about them on standard error. Waits for slow readers; a
 * reader that goes away (`| head`) is no error: what would come is for nobody.
 */

export type Output = {
  /** Result, as a line. */
  line(text: string): Promise<void>
  json(value: unknown): Promise<void>
  bytes(chunk: Uint8Array): Promise<void>
  /** About the result; goes to standard error. */
  say(text: string): void
}

export type OutputStreams = { stdout: NodeJS.WritableStream; stderr: NodeJS.WritableStream }

export function createOutput({ stdout, stderr }: OutputStreams): Output {
  let broken = false
  const say = (text: string): void => void stderr.write(`${text}\n`)
  const whenBroken = new Promise<void>((resolve) => {
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (!broken && error.code !== 'EPIPE') say(`Standard output cannot be written: ${error.message}`)
      broken = true
      resolve()
    })
  })
  const write = async (chunk: string | Uint8Array): Promise<void> => {
    if (broken || stdout.write(chunk)) return
    await Promise.race([new Promise<void>((resolve) => stdout.once('drain', resolve)), whenBroken])
  }
  return {
    line: (text) => write(`${text}\n`),
    json: (value) => write(`${JSON.stringify(value)}\n`),
    bytes: write,
    say,
  }
}

/** 840 ms, 3.2 s, 2 min 5 s. */
export function formatDuration(durationMs: number | null): string {
  if (durationMs === null) return '–'
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`
  if (durationMs < 59_950) return `${(durationMs / 1000).toFixed(1)} s`
  const seconds = Math.round(durationMs / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** Left-aligned columns, two blanks between. */
export function formatTable(rows: string[][]): string[] {
  const widths = rows.reduce<number[]>((known, row) => row.map((cell, column) => Math.max(known[column] ?? 0, cell.length)), [])
  return rows.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '))
}

/** For one line of a terminal: a name may hold line ends and control characters. */
export function printable(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
