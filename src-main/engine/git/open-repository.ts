/** Finds the repository that a folder is in, and what its own configuration would execute, before anything of it is in force. */
import { access, constants, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@shared/app-error'
import type { Repository } from '@shared/contract/git'
import { createGitClient, type GitClient } from './git-client'

export type OpenRepository = {
  /** Absolute path of the working tree. */
  root: string
  /** Of this working tree: HEAD, index and what git is in the middle of are here. */
  gitDir: string
  /** Of all its working trees: branches, objects and configuration are here. */
  commonDir: string
  isTrusted: boolean
  executes: Repository['executes']
  /** Works in `folder`. */
  client: GitClient
}

/** null: the folder is in none. Throws git/layout, git/dubious-ownership, git/corrupt, tool/missing. */
export async function openRepository({ folder, environment, isTrusted }: { folder: string; environment: NodeJS.ProcessEnv; isTrusted: boolean }): Promise<OpenRepository | null> {
  const bare = createGitClient({ folder, environment, isTrusted: false })
  const found = await bare.run(['rev-parse', '--path-format=absolute', '--show-toplevel', '--git-dir', '--git-common-dir'], { ok: [0, 128] })
  if (found.exitCode !== 0) {
    if (/not a git repository|must be run in a work tree/.test(found.stderr)) return null
    await bare.run(['rev-parse', '--git-dir'])
    return null
  }
  const [root = '', gitDir = '', commonDir = ''] = found.stdout.toString('utf8').split('\n')
  const settings = await ownSettings(bare)
  const elsewhere = settings.find(({ key }) => key === 'core.worktree')
  if (!isTrusted && elsewhere && !(await hasGit(root))) {
    throw new AppError('git/layout', `The repository says that its files are in ${root}, which holds no .git (core.worktree): nothing is looked at there. Trust the folder only if you set that yourself.`, { path: root })
  }
  return {
    root,
    gitDir,
    commonDir,
    isTrusted,
    executes: [...settings.filter(({ key }) => executing.test(key)), ...(await hooksOf(commonDir))],
    client: createGitClient({ folder, environment, isTrusted, filters: filtersOf(settings) }),
  }
}

/** A repository that names another folder as its own would have all of that looked through. */
function hasGit(root: string): Promise<boolean> {
  return access(join(root, '.git')).then(() => true, () => false)
}

type OwnSetting = Repository['executes'][number]

/** Of RELIABILITY.md F31 and E5 96: what makes git start a program, or lets it talk to somebody else than it says. */
const executing =
  /^(?:core\.(?:fsmonitor|hookspath|sshcommand|askpass|editor|pager|gitproxy|worktree)|sequence\.editor|filter\..+\.(?:clean|smudge|process)|diff\.external|diff\..+\.(?:command|textconv)|merge\..+\.driver|gpg\.(?:program|.+\.program)|credential\.(?:.+\.)?helper|url\..+\.(?:insteadof|pushinsteadof)|http\.(?:.+\.)?proxy|remote\..+\.(?:uploadpack|receivepack|proxy|vcs)|protocol\.(?:.+\.)?allow|alias\..+|pager\..+|interactive\.difffilter|include\.path|includeif\..+\.path)$/

/** Defined by the repository itself, in included files too; the user's own (git-lfs and the like) are not among them. */
async function ownSettings(client: GitClient): Promise<OwnSetting[]> {
  const { stdout } = await client.run(['config', '--show-scope', '--includes', '--list', '-z'])
  const fields = stdout.toString('utf8').split('\0')
  const settings: OwnSetting[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    if (fields[at] !== 'local' && fields[at] !== 'worktree') continue
    const entry = fields[at + 1] ?? ''
    const end = entry.indexOf('\n')
    settings.push({ key: end < 0 ? entry : entry.slice(0, end), value: end < 0 ? '' : entry.slice(end + 1, end + 300) })
  }
  return settings
}

function filtersOf(settings: readonly OwnSetting[]): string[] {
  return [...new Set(settings.flatMap(({ key }) => /^filter\.(.+)\.(?:clean|smudge|process)$/s.exec(key)?.[1] ?? []))]
}

async function hooksOf(commonDir: string): Promise<OwnSetting[]> {
  const folder = join(commonDir, 'hooks')
  const names = await readdir(folder).catch(() => [])
  const runnable = await Promise.all(names.filter((name) => !name.endsWith('.sample')).map((name) => access(join(folder, name), constants.X_OK).then(() => [name], () => [])))
  return runnable.flat().map((name) => ({ key: 'hook', value: name }))
}
