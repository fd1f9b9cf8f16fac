/**
 * The only importer of simple-git: one call of the system's git, its exit code and its bytes. While its workspace is not trusted
 * a repository is hostile: merely asking for its status would execute programs that its configuration names (RELIABILITY.md
 * F31), so each call switches those off. Trusted, git runs as in the user's terminal: their hooks, filters, signing, helpers.
 */
import { devNull } from 'node:os'
import { GitError, GitPluginError, simpleGit } from 'simple-git'
import { AppError } from '@shared/app-error'
import { gitFailure } from './git-errors'
import { endTree, treeOf, type ProcessEntry } from './process-tree'

export type GitResult = { exitCode: number; stdout: Buffer; stderr: string }

type Setting = readonly [key: string, value: string]

export type GitCall = {
  /** Exit codes that are an answer; any other throws. Default: 0 alone. */
  ok?: readonly number[]
  /** Standard input. */
  input?: string | Buffer
  signal?: AbortSignal
  /** Variables on top of what every call has. */
  env?: Record<string, string>
  /** Settings on top of what every call has. */
  config?: readonly Setting[]
  /** What git says while it works, as it comes. */
  onStderr?: (text: string) => void
  /** Ends a git that was silent for so long; default 60 s, null: never. */
  silentMs?: number | null
}

export type GitClient = {
  /** Throws git/…, tool/missing. */
  run(argv: readonly string[], call?: GitCall): Promise<GitResult>
  /** Standard output as text. */
  read(argv: readonly string[], call?: GitCall): Promise<string>
}

export type GitClientOptions = {
  folder: string
  environment: NodeJS.ProcessEnv
  isTrusted: boolean
  /** Names of filter drivers that the repository defines: without trust each is emptied, since even `status` may run them. */
  filters?: readonly string[]
}

const defaultSilentMs = 60_000

const always: Setting[] = [['core.quotePath', 'true'], ['color.ui', 'false'], ['core.pager', 'cat'], ['log.showSignature', 'false'], ['column.ui', 'never'], ['advice.detachedHead', 'false'], ['advice.addEmbeddedRepo', 'false']]
const safe: Setting[] = [['core.fsmonitor', 'false'], ['core.hooksPath', devNull], ['core.sshCommand', ''], ['core.askPass', ''], ['commit.gpgSign', 'false'], ['protocol.ext.allow', 'never'], ['submodule.recurse', 'false'], ['safe.bareRepository', 'explicit']]

/** All argv are built by this folder from checked values; simple-git is told that what it takes for dangerous is meant. */
const meant = {
  allowUnsafeAskPass: true, allowUnsafeConfigPaths: true, allowUnsafeCredentialHelper: true, allowUnsafeEditor: true, allowUnsafeFilter: true, allowUnsafeFsMonitor: true,
  allowUnsafeHooksPath: true, allowUnsafePager: true, allowUnsafeProtocolOverride: true, allowUnsafeSshCommand: true, allowUnsafeSubmodule: true, allowUnsafeDiffExternal: true,
  allowUnsafeDiffTextConv: true, allowUnsafeGpgProgram: true, allowUnsafeTemplateDir: true, allowUnsafeConfigEnvCount: true, allowUnsafeMergeDriver: true,
}

export function createGitClient({ folder, environment, isTrusted, filters = [] }: GitClientOptions): GitClient {
  const withoutFilters = filters.flatMap((name): Setting[] => [...['clean', 'smudge', 'process'].map((key) => [`filter.${name}.${key}`, ''] as const), [`filter.${name}.required`, 'false']])
  const settings = isTrusted ? always : [...always, ...safe, ...withoutFilters]

  const run: GitClient['run'] = async (argv, { ok = [0], input, signal, env = {}, config: more = [], onStderr, silentMs = defaultSilentMs } = {}) => {
    if (signal?.aborted) throw cancelled(argv)
    let ended: GitResult | null = null
    let tree: ProcessEntry[] = []
    // Before simple-git ends the one process that it knows: what that started would no longer be found.
    const onAbort = (): void => void (tree = treeOf(argv))
    signal?.addEventListener('abort', onAbort)
    const variables = { ...gitEnvironment(environment, isTrusted), ...settingVariables([...settings, ...more]), ...env }
    const git = simpleGit({
      baseDir: folder,
      allowEnvironment: Object.keys(variables),
      unsafe: meant,
      ...(silentMs === null ? {} : { timeout: { block: silentMs } }),
      ...(signal === undefined ? {} : { abort: signal }),
      ...(input === undefined ? {} : { input: () => input }),
      errors(error, { exitCode, stdOut, stdErr }) {
        // That it ended with another code than 0 is an answer; that it was not found, fell silent or was cancelled is none.
        if (error instanceof GitPluginError || (error instanceof Error && !(error instanceof GitError))) return error
        ended = { exitCode, stdout: Buffer.concat(stdOut), stderr: Buffer.concat(stdErr).toString('utf8') }
        return undefined
      },
    }).env(variables)
    if (onStderr) git.outputHandler((_command, _stdout, stderr) => void stderr.on('data', (chunk: Buffer) => onStderr(chunk.toString('utf8'))))
    try {
      await git.raw([...argv])
    } catch (error) {
      if (signal?.aborted) {
        await endTree(tree)
        throw cancelled(argv)
      }
      throw fromSimpleGit(error, folder, argv, silentMs)
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
    const result = ended as GitResult | null
    if (result === null) throw new AppError('internal', `git ${argv[0] ?? ''} ended without an answer.`)
    if (/\bspawn git (?:ENOENT|EACCES)/.test(result.stderr)) throw new AppError('tool/missing', 'git was not found on this computer. Install it, then try again.', { tool: 'git' })
    if (!ok.includes(result.exitCode)) throw gitFailure(argv, result)
    return result
  }
  return { run, read: async (argv, call) => (await run(argv, call)).stdout.toString('utf8') }
}

/** Not by `-c key=value`: that ends the key at its first equals sign, so that a filter with one in its name would stay in force. */
function settingVariables(settings: readonly Setting[]): Record<string, string> {
  const entries = settings.flatMap(([key, value], number) => [[`GIT_CONFIG_KEY_${number}`, key], [`GIT_CONFIG_VALUE_${number}`, value]])
  return { ...Object.fromEntries(entries) as Record<string, string>, GIT_CONFIG_COUNT: String(settings.length) }
}

function cancelled(argv: readonly string[]): AppError {
  return new AppError('git/cancelled', `git ${argv[0] ?? ''} was cancelled.`)
}

function fromSimpleGit(error: unknown, folder: string, argv: readonly string[], silentMs: number | null): unknown {
  if (error instanceof GitPluginError && error.plugin === 'timeout') {
    return new AppError('git/timeout', `git ${argv[0] ?? ''} said nothing for ${Math.round((silentMs ?? 0) / 1000)} s and was ended. Check the network, or try it in a terminal in ${folder}.`, {}, { cause: error })
  }
  return error
}

/** Without trust only what git needs to be found and to find the repository; else the user's, as in a terminal. */
const needed = new Set(['PATH', 'HOME', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'SYSTEMROOT', 'TMPDIR', 'TEMP', 'TMP', 'XDG_CONFIG_HOME'])
/** Would lead into another repository, to another config, or open an editor that nobody sees. */
const notInherited = /^(?:GIT_(?!SSH$|SSH_COMMAND$|SSH_VARIANT$|SSL_|AUTHOR_|COMMITTER_|CONFIG_GLOBAL$|CONFIG_SYSTEM$|CONFIG_NOSYSTEM$)\w*|EDITOR|VISUAL|PAGER|LC_ALL|LC_MESSAGES|LANGUAGE|PREFIX|ELECTRON_\w+|NODE_OPTIONS)$/i

function gitEnvironment(environment: NodeJS.ProcessEnv, isTrusted: boolean): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && (isTrusted ? !notInherited.test(name) : needed.has(name.toUpperCase()))) result[name] = value
  }
  return {
    ...result,
    // What git says is read here.
    LC_MESSAGES: 'C',
    GIT_TERMINAL_PROMPT: '0',
    // Names are names, whatever they look like.
    GIT_LITERAL_PATHSPECS: '1',
    // Messages come by standard input or stay as they are.
    GIT_EDITOR: ':',
    ...(isTrusted ? {} : { GIT_OPTIONAL_LOCKS: '0', GIT_ALLOW_PROTOCOL: 'https:ssh' }),
  }
}
