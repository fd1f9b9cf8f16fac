/**
 * Local packages that requirements name by a relative path, pure. uv takes such a path from its working directory, which in a
 * container is `/` and not the pipeline's folder (seen with uv 0.13.9, and so on the server); only files named by -r and -c
 * count from the file that names them.
 */
import { posix } from 'node:path'

/** `fix`: the same as it has to be written; null where it leads out of the pipeline's folder. */
export type RelativePath = { /** 1-based. */ line: number; written: string; fix: string | null }

export function relativePaths(file: string, text: string): RelativePath[] {
  return text.split('\n').flatMap((whole, index) => {
    const written = relativePathIn(whole.replace(/(?:^|\s)#.*$/, '').trim())
    if (written === null) return []
    // People mean the folder of the file they write it in.
    const inApp = posix.join(posix.dirname(file.replaceAll('\\', '/')), written.replace(/\[[^\]]*\]$/, ''))
    return [{ line: index + 1, written, fix: inApp.startsWith('..') ? null : posix.join('/app', inApp).replace(/(.)\/$/, '$1') }]
  })
}

export function relativePathWords({ written, fix }: Pick<RelativePath, 'written' | 'fix'>): string {
  const why = `uv takes the path ${written} from its working directory /, not from the pipeline's folder, here and on the server.`
  return fix === null ? `${why} It leads out of the folder, too, and only the folder is there in a run: put what it means inside, and write /app/ before it.` : `${why} Write ${fix} instead.`
}

function relativePathIn(line: string): string | null {
  const editable = /^(?:-e|--editable)(?:\s+|=)(.+)$/.exec(line)?.[1]
  if (editable === undefined && line.startsWith('-')) return null
  const asked = (editable ?? line).replace(/\s+;.*$/, '').trim()
  const named = /^[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]]*\])?\s*@\s*(.+)$/.exec(asked)?.[1]
  const target = (named ?? asked).replace(/^file:(?!\/)/, './')
  if (target === '' || /^(?:[A-Za-z][A-Za-z0-9+.-]*:|\/|[A-Za-z]:\\|\$)/.test(target)) return null
  const isPath = editable !== undefined || named !== undefined || /^\.{1,2}(?:$|[/\\[])/.test(target) || /^[^\s=<>~!,;@]+\.(?:whl|zip|tar\.gz|tgz|tar\.bz2)$/.test(target)
  return isPath ? target.replace(/^\.\/\.\//, './') : null
}
