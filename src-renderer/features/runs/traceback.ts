/** Finds places in the user's own code in the text of a log: `File "/app/main.py", line 12`. Pure. */
export type CodePlace = { path: string; line: number }
export type FoundPlace = CodePlace & { from: number; to: number }

const frame = /File "([^"\n]+)", line (\d+)/g

/** Path relative to the pipeline's folder; null when the file is not the pipeline's own. */
function ownPath(file: string, pipelineFolder: string): string | null {
  const normal = file.replaceAll('\\', '/')
  // In the container the folder is /app (FASTFLOW.md §3.3), on the host it is where it is.
  for (const root of ['/app', pipelineFolder.replaceAll('\\', '/')]) {
    if (normal.startsWith(`${root}/`)) return normal.slice(root.length + 1)
  }
  return null
}

export function findPlaces(text: string, pipelineFolder: string): FoundPlace[] {
  return [...text.matchAll(frame)].flatMap((match) => {
    const path = ownPath(match[1] ?? '', pipelineFolder)
    return path === null ? [] : [{ path, line: Number(match[2]), from: match.index, to: match.index + match[0].length }]
  })
}

/** The innermost own frame of the last traceback: where one starts to look. */
export function lastPlace(text: string, pipelineFolder: string): CodePlace | null {
  const start = text.lastIndexOf('Traceback (most recent call last)')
  const place = findPlaces(start < 0 ? text : text.slice(start), pipelineFolder).at(-1)
  return place === undefined ? null : { path: place.path, line: place.line }
}
