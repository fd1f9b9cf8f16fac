/** Reads the command line, pure. What is wrong becomes a UsageProblem with a sentence; nothing is done by halves. */
import { parseArgs } from 'node:util'
import type { RunnerKind } from '@shared/contract/runs'
import { parseServerTime } from '@shared/iso-time'

export type CommonOptions = { json: boolean; workspace: string | null; userDataDir: string | null }

export type Invocation = CommonOptions &
  (
    | { command: 'help' }
    | { command: 'list' }
    | { command: 'run'; pipeline: string; runner: RunnerKind | null; runConfigId: string | null; env: Record<string, string>; force: boolean; trust: boolean }
    | { command: 'runs'; pipeline: string | null; limit: number }
    | { command: 'logs'; runId: string; follow: boolean; asServer: boolean }
    | { command: 'stop'; runId: string }
    | { command: 'schedule'; pipeline: string; count: number; fromAtMs: number | null }
    | { command: 'secrets'; action: 'list' | 'key' }
    | { command: 'secrets'; action: 'set' | 'rm'; name: string }
    | { command: 'encrypt' }
    | { command: 'preheat'; pipelines: string[]; trust: boolean }
    | { command: 'cache-check'; isFull: boolean; repairs: boolean }
    | { command: 'cache'; action: 'ls' }
    | { command: 'cache'; action: 'prune'; yes: boolean }
    | { command: 'cache'; action: 'export' | 'import'; file: string }
    | { command: 'status' }
    | { command: 'check'; base: string | null; prePush: boolean }
    | { command: 'push'; forceGate: boolean; trust: boolean }
    | { command: 'sync'; trust: boolean }
    | { command: 'doctor' }
  )

export type Parsed = { ok: true; invocation: Invocation } | { ok: false; problem: string }

export const usage = `Usage: ffdesk COMMAND [options]

  list                     pipelines of the workspace, with their cache state and problems
  run NAME                 run a pipeline; its log goes to standard output, all else to standard error
      --runner docker|host   container (default where an engine answers) or this computer, not isolated
      --config ID            with the overrides of this entry of schedules
      --env K=V              a variable for the run; may be given several times
      --force                run in spite of an invalid or disabling pipeline.json
      --trust                trust the workspace for good; asked for on a terminal, needed once elsewhere
  runs [NAME]              past runs, newest first
      --limit N              at most N (default 20)
  logs ID [-f]             the log of a run; -f follows a live one
      --as-server            cells of a notebook as the server would show them, and what it would lose
  stop ID                  stop a run, also one of the window
  schedule NAME            when the pipeline fires next, as the server computes it
      --next N               so many times of each schedule (default 10)
      --from ISO             counted from this time, for example 2026-01-31T09:00Z (default now)
  secrets list             secrets of the workspace: names, never values
  secrets set NAME         keep a secret; its value comes by standard input
  secrets rm NAME          remove a secret
  secrets key              keep the server's ENCRYPTION_KEY; it comes by standard input
  encrypt                  a token for encrypted_env from standard input
  preheat [NAME...]        fetch Python and packages ahead of runs (default: all that are not warm)
      --trust                as for run
  cache [ls]               what the cache holds: packages, Pythons, sizes, who uses them
  cache check              whether every file in it is as its package says; exit code 1 when one is not
      --quick                by sizes alone
      --repair               take out what is damaged; the next run or preheating fetches it
  cache prune              what no pipeline uses and what uv left behind; asks, then removes it
      --yes                  remove it without asking
  cache export FILE        the cache as one file (.tar.gz), for a computer without a network
  cache import FILE        take over from such a file; it holds code that runs: only from whom you trust
  status                   branch, ahead and behind, changed files by pipeline
  check                    would the server run what a push would send? exit code 1 when something is red
      --base REF             compared with REF, for example in CI (default: the upstream, else the server's branch)
      --pre-push             as git's pre-push hook, which tells by standard input what is pushed
  push                     check, then push; then what the server will do
      --force-gate           in spite of red items
      --trust                as for run
  sync                     fetch and fast-forward, as the server does it, where nothing would be lost
      --trust                as for run
  doctor                   what the app needs around it, and what to do about what is missing

Options for every command:
  --json                   one JSON object a line
  --workspace DIR          default: the workspace that was open last, else the samples; of status, check, push and sync the current folder
  --user-data-dir DIR      another profile: settings, history and logs of its own

Exit codes of run: the pipeline's own (of its last attempt, where it is retried); 124 when its timeout ended it; 130 when it
was stopped; 2 for wrong usage, an unknown or a refused pipeline, a workspace that is not trusted; 1 when it could not be run for another reason. The other
commands: 0, 2 for wrong usage, 1 when it did not work.

Secrets are kept with the key file secrets.key of the profile, or with ENCRYPTION_KEY where it is set.
`

const variable = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/

export function parseInvocation(argv: string[]): Parsed {
  let parsed
  try {
    parsed = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        json: { type: 'boolean' },
        workspace: { type: 'string' },
        'user-data-dir': { type: 'string' },
        runner: { type: 'string' },
        env: { type: 'string', multiple: true },
        force: { type: 'boolean' },
        trust: { type: 'boolean' },
        base: { type: 'string' },
        'pre-push': { type: 'boolean' },
        'force-gate': { type: 'boolean' },
        config: { type: 'string' },
        limit: { type: 'string' },
        next: { type: 'string' },
        from: { type: 'string' },
        follow: { type: 'boolean', short: 'f' },
        'as-server': { type: 'boolean' },
        quick: { type: 'boolean' },
        repair: { type: 'boolean' },
        yes: { type: 'boolean' },
      },
    })
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error))
  }
  const { values, positionals } = parsed
  const [command, argument, ...more] = positionals
  const common = { json: values.json ?? false, workspace: values.workspace ?? null, userDataDir: values['user-data-dir'] ?? null }
  if (values.help || command === undefined || command === 'help') return right({ ...common, command: 'help' })
  if (command !== 'preheat' && more.length > (takesMore(command, argument) ? 1 : 0)) return wrong(command === 'secrets' ? 'Too many arguments: a value comes by standard input.' : `Too many arguments: ${more.join(' ')}`)
  const misplaced = Object.keys(values).find((name) => !optionsOf(command).includes(name))
  if (misplaced !== undefined) return wrong(`--${misplaced} does not go with "${command}".`)

  switch (command) {
    case 'list':
    case 'status':
    case 'doctor':
      return argument === undefined ? right({ ...common, command }) : wrong(`"${command}" takes no argument.`)
    case 'check':
      if (argument !== undefined) return wrong('"check" takes no argument.')
      if (values['pre-push'] && values.base !== undefined) return wrong('--base does not go with --pre-push: git says what is on the other side.')
      return right({ ...common, command, base: values.base ?? null, prePush: values['pre-push'] ?? false })
    case 'push':
      return argument === undefined ? right({ ...common, command, forceGate: values['force-gate'] ?? false, trust: values.trust ?? false }) : wrong('"push" takes no argument: it pushes the branch that is checked out.')
    case 'sync':
      return argument === undefined ? right({ ...common, command, trust: values.trust ?? false }) : wrong('"sync" takes no argument.')
    case 'preheat':
      return right({ ...common, command, pipelines: positionals.slice(1), trust: values.trust ?? false })
    case 'cache':
      if (argument === 'check') return right({ ...common, command: 'cache-check', isFull: !values.quick, repairs: values.repair ?? false })
      if (values.quick || values.repair) return wrong('--quick and --repair go with "cache check".')
      if (argument === undefined || argument === 'ls') return right({ ...common, command, action: 'ls' })
      if (argument === 'prune') return right({ ...common, command, action: argument, yes: values.yes ?? false })
      if (argument !== 'export' && argument !== 'import') return wrong('ffdesk cache ls, check, prune, export FILE or import FILE')
      if (more[0] === undefined) return wrong(`Which file? ffdesk cache ${argument} FILE.tar.gz`)
      return more[0].endsWith('.tar.gz') ? right({ ...common, command, action: argument, file: more[0] }) : wrong('A file with a cache ends in .tar.gz.')
    case 'run': {
      if (argument === undefined) return wrong('Which pipeline? ffdesk run NAME')
      const { runner } = values
      if (runner !== undefined && runner !== 'docker' && runner !== 'host') return wrong(`--runner takes docker or host, not "${runner}".`)
      const env: Record<string, string> = {}
      for (const entry of values.env ?? []) {
        const match = variable.exec(entry)
        if (!match) return wrong(`--env takes NAME=VALUE, not "${entry.split('=')[0]}".`)
        env[match[1]!] = match[2]!
      }
      return right({ ...common, command, pipeline: argument, runner: runner ?? null, runConfigId: values.config ?? null, env, force: values.force ?? false, trust: values.trust ?? false })
    }
    case 'runs': {
      const limit = Number(values.limit ?? 20)
      if (!Number.isInteger(limit) || limit < 1 || limit > 1000) return wrong('--limit takes a whole number from 1 to 1000.')
      return right({ ...common, command, pipeline: argument ?? null, limit })
    }
    case 'stop':
      return argument === undefined ? wrong('Which run? ffdesk stop ID (ffdesk runs lists them)') : right({ ...common, command, runId: argument })
    case 'schedule': {
      if (argument === undefined) return wrong('Which pipeline? ffdesk schedule NAME')
      const count = Number(values.next ?? 10)
      if (!Number.isInteger(count) || count < 1 || count > 1000) return wrong('--next takes a whole number from 1 to 1000.')
      const fromAtMs = values.from === undefined ? null : parseServerTime(values.from, 'start')
      if (values.from !== undefined && fromAtMs === null) return wrong('--from takes a time like 2026-01-31T09:00Z or a day like 2026-01-31; without a zone it is UTC.')
      return right({ ...common, command, pipeline: argument, count, fromAtMs })
    }
    case 'secrets': {
      const [name] = more
      if (argument === 'list' || argument === 'key') return name === undefined ? right({ ...common, command, action: argument }) : wrong(`"secrets ${argument}" takes no name.`)
      if (argument !== 'set' && argument !== 'rm') return wrong('ffdesk secrets list, set NAME, rm NAME or key')
      return name === undefined ? wrong(`Which secret? ffdesk secrets ${argument} NAME`) : right({ ...common, command, action: argument, name })
    }
    case 'encrypt':
      return argument === undefined ? right({ ...common, command }) : wrong('The value comes by standard input: what is on a command line is seen by every user of the computer.')
    case 'logs':
      if (argument === undefined) return wrong('Which run? ffdesk logs ID (ffdesk runs lists them)')
      return right({ ...common, command, runId: argument, follow: values.follow ?? false, asServer: values['as-server'] ?? false })
    default:
      return wrong(`There is no command "${command}".`)
  }
}

function takesMore(command: string, argument: string | undefined): boolean {
  return command === 'secrets' || (command === 'cache' && (argument === 'export' || argument === 'import'))
}

function optionsOf(command: string): string[] {
  const common = ['help', 'json', 'workspace', 'user-data-dir']
  const own: Record<string, string[]> = { run: ['runner', 'config', 'env', 'force', 'trust'], runs: ['limit'], logs: ['follow', 'as-server'], schedule: ['next', 'from'], list: [], doctor: [], stop: [], secrets: [], encrypt: [], preheat: ['trust'], cache: ['quick', 'repair', 'yes'], status: [], check: ['base', 'pre-push'], push: ['force-gate', 'trust'], sync: ['trust'] }
  return Object.hasOwn(own, command) ? [...common, ...own[command]!] : [...common, ...Object.values(own).flat()]
}

function right(invocation: Invocation): Parsed {
  return { ok: true, invocation }
}

function wrong(problem: string): Parsed {
  return { ok: false, problem }
}
