/** Reads `git blame --porcelain`: which commit wrote each line last. Pure. */
import type { Blame } from '@shared/contract/commits'
import { readGitPath } from './git-path'

type BlamedCommit = Blame['commits'][number]

/** Each group of lines begins with `commit line-then line-now [count]`; what is told of a commit is told once; a tab begins the line itself. */
export function readBlame(output: Buffer): Blame {
  const commits: BlamedCommit[] = []
  const places = new Map<string, number>()
  const lines: Blame['lines'] = []
  let known: BlamedCommit | null = null
  for (const text of output.toString('utf8').split('\n')) {
    if (text.startsWith('\t')) continue
    const [, id, line] = /^([0-9a-f]{40}|[0-9a-f]{64}) \d+ (\d+)/.exec(text) ?? []
    if (id !== undefined) {
      let place = places.get(id)
      if (place === undefined) {
        place = commits.length
        places.set(id, place)
        commits.push({ id, author: { name: '', email: '' }, authoredAtMs: 0, subject: '', path: '.' })
      }
      known = commits[place] ?? null
      lines[Number(line) - 1] = /^0+$/.test(id) ? null : place
      continue
    }
    const end = text.indexOf(' ')
    if (known !== null && end > 0) tell(known, text.slice(0, end), text.slice(end + 1))
  }
  return { commits, lines }
}

function tell(commit: BlamedCommit, key: string, value: string): void {
  if (key === 'author') commit.author.name = value
  else if (key === 'author-mail') commit.author.email = value.replace(/^<|>$/g, '')
  else if (key === 'author-time') commit.authoredAtMs = Math.max(0, Number(value) || 0) * 1000
  else if (key === 'summary') commit.subject = value
  else if (key === 'filename') commit.path = readGitPath(value)
}
