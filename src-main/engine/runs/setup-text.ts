/** What uv said while it set up, as far as it is needed to find the cause of a failure: the end of each stream. */

export type SetupText = {
  add(stream: 'stdout' | 'stderr', chunk: Buffer): void
  clear(): void
  /** Standard output's end, then standard error's. */
  text(): string
}

/** uv names the package first and then shows what its build printed, which can be long. */
const keptBytes = { stdout: 8_192, stderr: 65_536 }

export function createSetupText(): SetupText {
  const ends: Record<'stdout' | 'stderr', { chunks: Buffer[]; bytes: number }> = { stdout: { chunks: [], bytes: 0 }, stderr: { chunks: [], bytes: 0 } }
  return {
    add(stream, chunk) {
      const end = ends[stream]
      end.chunks.push(chunk)
      end.bytes += chunk.length
      // Put together only when there is twice too much: a flood must cost no more than it has bytes.
      if (end.bytes < 2 * keptBytes[stream]) return
      end.chunks = [Buffer.from(Buffer.concat(end.chunks).subarray(-keptBytes[stream]))]
      end.bytes = keptBytes[stream]
    },
    clear() {
      for (const end of Object.values(ends)) {
        end.chunks = []
        end.bytes = 0
      }
    },
    text: () => (['stdout', 'stderr'] as const).map((stream) => Buffer.concat(ends[stream].chunks).subarray(-keptBytes[stream]).toString('utf8')).join('\n'),
  }
}
