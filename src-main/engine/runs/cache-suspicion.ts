/** Whether a damaged cache could be why a run failed, pure. Only a reason to look: what is found there decides. */
import type { Run } from '@shared/contract/runs'

/** A frame, or a file, in what uv unpacked. */
const inCache = String.raw`[^"\n]*[\\/]archive-v\d+[\\/][^"\n]*`
const importFailed = /^(?:\w+\.)*(?:ImportError|ModuleNotFoundError)\b/m
/** What a module of a package does while it is imported stands in no function. */
const failedAtImport = new RegExp(String.raw`File "?${inCache}"?(?:, line |:)\d+, in <module>|File "?${inCache}"?(?:, line |:)\d+\n(?!.*, in )[^]*^(?:SyntaxError|IndentationError|TabError)\b`, 'm')
/** An emptied module has none of its names. */
const lacksName = /^AttributeError: (?:partially initialized )?module '/m
const fileOfPackage = new RegExp(String.raw`^(?:FileNotFoundError|PermissionError|UnicodeDecodeError|OSError|EOFError|SyntaxError|ValueError): .*(?:${inCache}|null bytes)`, 'm')
/** Signals that native code ends with when its file is cut off. */
const crashes: ReadonlySet<number | null> = new Set([132, 134, 135, 139])

/** `logEnd`: the last of what it wrote. */
export function couldBeCache(run: Pick<Run, 'outcome' | 'setupFault' | 'exitCode'>, logEnd: string): boolean {
  if (run.outcome === 'setup-failed') return run.setupFault === 'cache' || run.setupFault === 'unknown'
  if (run.outcome !== 'failed') return false
  if (crashes.has(run.exitCode)) return true
  const text = logEnd.replace(/\x1b\[[\d;]*m/g, '').replace(/\r\n?/g, '\n')
  const traceback = text.slice(Math.max(0, text.lastIndexOf('Traceback (most recent call last)')))
  return [importFailed, failedAtImport, lacksName, fileOfPackage].some((pattern) => pattern.test(traceback))
}
