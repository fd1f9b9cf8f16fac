/**
 * The only importer of simple-git. A repository is not trusted here: merely asking for its status would execute programs that
 * its configuration names (RELIABILITY.md F31), so every call switches those off and reads nothing of the user's global files.
 */
import { devNull } from 'node:os'
import { simpleGit } from 'simple-git'

export type GitClient = { read(argv: string[]): Promise<string> }

const timeoutMs = 10_000

const safeConfig = ['core.fsmonitor=false', `core.hooksPath=${devNull}`, 'core.pager=cat', 'protocol.ext.allow=never', 'submodule.recurse=false', 'safe.bareRepository=explicit']

/** `filters` names filter drivers of the repository; each is emptied, since `status` may run them. */
export function createGitClient(folder: string, environment: NodeJS.ProcessEnv, filters: string[] = []): GitClient {
  const withoutFilters = filters.flatMap((name) => ['clean', 'smudge', 'process'].map((key) => `filter.${name}.${key}=`).concat(`filter.${name}.required=false`))
  const git = simpleGit({
    baseDir: folder,
    config: [...safeConfig, ...withoutFilters],
    timeout: { block: timeoutMs },
    // simple-git refuses some of these settings unless told that they are meant: here they switch execution off.
    unsafe: { allowUnsafeFsMonitor: true, allowUnsafeHooksPath: true, allowUnsafePager: true, allowUnsafeProtocolOverride: true, allowUnsafeFilter: true },
  }).env(gitEnvironment(environment))
  return { read: (argv) => git.raw(argv) }
}

/** Only what git needs to be found and to find the repository: GIT_*, EDITOR and the like are left out. */
function gitEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const result: Record<string, string> = {}
  for (const name of ['PATH', 'HOME', 'USERPROFILE', 'SYSTEMROOT', 'TMPDIR', 'TEMP']) {
    const value = environment[name]
    if (value !== undefined) result[name] = value
  }
  return result
}
