/**
 * Ends a git with everything it started: what it talks through (ssh, remote-https), hooks, and what those started. On Windows git's
 * helpers end by themselves when git is gone.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'

/** `began` in the system's words: an id is given anew, an id of that time is not. */
export type ProcessEntry = { id: number; parent: number; began: string; argv: string }

/** Of the processes of this computer, those that can be seen; empty on Windows. */
export function processTable(): ProcessEntry[] {
  if (process.platform === 'win32') return []
  if (process.platform === 'linux') return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? entryOf(Number(name)) : []))
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,lstart=,args='], { encoding: 'utf8' }).split('\n')
  return lines.flatMap((line) => {
    const [, id, parent, began = '', argv = ''] = /^\s*(\d+)\s+(\d+)\s+((?:\S+\s+){4}\d{4})\s+(.*)$/.exec(line) ?? []
    return id === undefined ? [] : [{ id: Number(id), parent: Number(parent), began, argv }]
  })
}

function entryOf(id: number): ProcessEntry[] {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? [] : [{ id, parent: Number(fields[1]), began: fields[19] ?? '', argv: readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }]
  } catch {
    return []
  }
}

/** null: cannot be told. */
export function folderOfProcess(id: number): string | null {
  try {
    return readlinkSync(`/proc/${id}/cwd`)
  } catch {
    return null
  }
}

/** Those that this process started by these arguments, and all below them. */
export function treeOf(argv: readonly string[], table: readonly ProcessEntry[] = processTable()): ProcessEntry[] {
  const wanted = ['git', ...argv].join(' ').trim()
  const found = table.filter(({ parent, argv: own }) => parent === process.pid && own === wanted)
  for (const one of found) for (const child of table) if (child.parent === one.id && !found.includes(child)) found.push(child)
  return found
}

const politeMs = 3000
const lookMs = 30

/** First asked, so that git removes its lock files; then not asked. Resolves when none is left. */
export async function endTree(tree: readonly ProcessEntry[]): Promise<void> {
  const left = (): ProcessEntry[] => {
    const now = new Map((tree.length === 0 ? [] : processTable()).map((entry) => [entry.id, entry]))
    return tree.filter((one) => now.get(one.id)?.began === one.began)
  }
  tell(tree, 'SIGTERM')
  const until = Date.now() + politeMs
  let isAsked = true
  for (let alive = left(); alive.length > 0; alive = left()) {
    if (isAsked && Date.now() > until) {
      isAsked = false
      tell(alive, 'SIGKILL')
    }
    if (Date.now() > until + politeMs) return
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  }
}

function tell(tree: readonly ProcessEntry[], signal: NodeJS.Signals): void {
  for (const { id } of tree) {
    try {
      process.kill(id, signal)
    } catch {
      // It has ended meanwhile.
    }
  }
}
