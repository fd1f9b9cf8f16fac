/**
 * From git's words (LC_MESSAGES=C, git 2.39 and around) to one of the closed error codes, with what the next step needs as details.
 * Pure. What is not recognised stays `git/failed` with git's own words.
 */
import { AppError, type ErrorCode, type ErrorDetails } from '@shared/app-error'
import { createTerminalFilter } from '@shared/terminal-filter'
import type { GitResult } from './git-client'

type Rule = { pattern: RegExp; code: ErrorCode; say: (match: RegExpExecArray) => string; details?: (match: RegExpExecArray) => ErrorDetails }

/** Ordered: what a remote's hook printed can hold the words of any later rule. */
const rules: Rule[] = [
  { pattern: /WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!/, code: 'git/host-key-changed', say: () => 'The server’s host key is not the one that was known. Nothing was sent. Compare the fingerprints with your administrator before you trust the new one.', details: hostKeyDetails },
  { pattern: /Host key verification failed|No \S+ host key is known for (\S+)/, code: 'git/host-key-unknown', say: () => 'The server’s host key is not known, and was not confirmed. Try again and compare the fingerprint.' },
  { pattern: /(GH006|protected branch|GitLab: You are not allowed to push code to protected branches)/i, code: 'git/protected-branch', say: () => 'The server protects this branch. Push to a branch of your own and open a pull request.' },
  { pattern: /(?:GH001|File (\S+) is [\d.]+ MB; this exceeds|this exceeds .* file size limit|exceeds the maximum (?:file|push) size|RPC failed; HTTP 413)/, code: 'git/too-large', say: ([, file]) => `${file ?? 'A file'} is larger than the server takes. Remove it from the commits, then push again.`, details: ([, file]) => ({ file: file ?? null }) },
  { pattern: /\[remote rejected\][^\n]*\((?:pre-receive|update) hook declined\)|\[remote rejected\]/, code: 'git/hook-declined', say: () => 'A hook of the server refused the push. Its words are in the output.' },
  { pattern: /\[rejected\][^\n]*\((?:fetch first|non-fast-forward|stale info)\)|Need to specify how to reconcile divergent branches|Not possible to fast-forward|Diverging branches can't be fast-forwarded/, code: 'git/non-fast-forward', say: () => 'The remote has commits that are not here. Fetch them, then rebase or merge.' },
  { pattern: /\[rejected\][^\n]*\((?:would clobber existing tag|already exists)\)/, code: 'git/rejected', say: () => 'The remote has another tag of this name.' },
  { pattern: /has no upstream branch|no upstream configured|There is no tracking information/, code: 'git/no-upstream', say: () => 'This branch has no upstream yet. Push it once with its upstream set.' },
  { pattern: /You are not currently on a branch|HEAD detached/, code: 'git/detached-head', say: () => 'No branch is checked out. Make a branch for the commits first.' },
  { pattern: /Unable to create '([^']+\.lock)': File exists|Another git process seems to be running/, code: 'git/locked', say: ([, file]) => `${file ?? 'A lock file'} is there: another git works in this repository, or one was killed in it.`, details: ([, file]) => ({ file: file ?? null }) },
  { pattern: /Authentication failed for '([^']+)'|could not read (?:Username|Password) for '([^']+)'|HTTP Basic: Access denied|Invalid username or password|The requested URL returned error: 401|Permission denied \((?:publickey|password|keyboard-interactive)[^)]*\)|terminal prompts disabled/, code: 'git/auth-failed', say: () => 'The server did not accept the sign-in. Sign in again, or check which credential is used.', details: ([, a, b]) => ({ url: withoutUserInfo(a ?? b ?? '') || null }) },
  { pattern: /The requested URL returned error: 403|Permission to \S+ denied|access denied/i, code: 'git/forbidden', say: () => 'The server knows you, but does not let you do this. Check the rights of the token or key.' },
  { pattern: /Repository not found|repository '[^']*' not found|does not appear to be a git repository|The requested URL returned error: 404/, code: 'git/remote-missing', say: () => 'There is no such repository at the remote’s address, or you may not see it. Check the address and the sign-in.' },
  { pattern: /(?:SSL certificate problem|server certificate verification failed|unable to get local issuer certificate|self[- ]signed certificate)/i, code: 'git/certificate', say: () => 'The server’s certificate is not trusted. If your network has a certificate authority of its own, set its PEM file in the settings.' },
  { pattern: /Could not resolve host(?:name)?:? ?(\S+)?|Connection (?:refused|timed out|reset)|Failed to connect to|Network is unreachable|The requested URL returned error: 5\d\d|early EOF|unexpected disconnect|Could not connect to server|kex_exchange_identification|Connection closed by|RPC failed; curl|The remote end hung up/i, code: 'git/network', say: () => 'The server cannot be reached, or ended the connection. Check the network, then try again.' },
  { pattern: /detected dubious ownership in repository at '([^']+)'/, code: 'git/dubious-ownership', say: ([, path]) => `The folder ${path ?? ''} belongs to another user, so git does not work in it. If you trust it: git config --global --add safe.directory '${path ?? ''}'`, details: ([, path]) => ({ path: path ?? null }) },
  { pattern: /Please tell me who you are|auto-detection is disabled|unable to auto-detect email address|empty ident name/, code: 'git/identity-unknown', say: () => 'git does not know your name and e-mail address for the commit. Enter them once.' },
  { pattern: /gpg failed to sign the data|error: Load key|failed to write commit object|signing failed/, code: 'git/signing-failed', say: () => 'The commit could not be signed. Its output says why; signing is set in your git configuration.' },
  { pattern: /You have not concluded your|there is already a rebase-\w+ directory|cannot switch branch (?:while|in the middle of)|(?:revert|cherry-pick) is already in progress|cannot do a partial commit during/, code: 'git/unfinished', say: () => 'A merge, a rebase or the like was begun and is not finished. Finish or abort it first.' },
  { pattern: /Automatic merge failed|CONFLICT \(|could not apply|Resolve all conflicts manually|needs merge|you need to resolve your current index first|unmerged files|fix conflicts and then/i, code: 'git/conflict', say: () => 'The same lines were changed on both sides. Resolve the conflicts, or abort.' },
  { pattern: /Your local changes to the following files would be overwritten|would be overwritten by (?:merge|checkout|switch|revert|cherry-pick)|already exists, no checkout|could not restore untracked files|cannot (?:pull with rebase|rebase): You have unstaged changes|Your index contains uncommitted changes|Please commit your changes or stash them/, code: 'git/would-overwrite', say: () => 'Changes that are not committed would be lost. Commit or stash them first.' },
  { pattern: /nothing to commit|nothing added to commit|no changes added to commit|You asked to amend the most recent commit, but doing so would make\s+it empty|You have nothing to amend/, code: 'git/nothing-to-commit', say: () => 'There is nothing to commit. Stage a change first.' },
  { pattern: /(?:pathspec '([^']+)' did not match|unknown revision or path|path '([^']+)' (?:does not exist in '|in HEAD)|bad revision '([^']+)'|not a valid object name:? '?([^'\s]+)|(?:invalid reference:|invalid upstream|No such remote:?) '?([^'\s]+)|(?:branch|tag) '([^']+)' not found|error: (\S+) is not a valid reference|couldn't find remote ref (\S+))/i, code: 'git/not-found', say: ([, ...names]) => `git knows no ${names.find((name) => name !== undefined) ?? 'such name'}.` },
  { pattern: /(?:(?:[Aa] branch named|tag) '([^']+)'|error: remote (\S+)) already exists/, code: 'git/exists', say: ([, name, remote]) => `There is a ${name ?? remote ?? 'thing of this name'} already.` },
  { pattern: /is not a valid branch name|is not a valid (?:ref|tag) name|refusing to create branch/, code: 'git/invalid-name', say: () => 'git does not take this name for a branch.' },
  { pattern: /is not fully merged/, code: 'git/not-merged', say: () => 'The branch has commits that are nowhere else.' },
  { pattern: /No space left on device/, code: 'file/disk-full', say: () => 'The disk is full. Free space, then try again.' },
  { pattern: /not a git repository/, code: 'git/no-repository', say: () => 'This folder is in no git repository.' },
  { pattern: /(?:object file \S+ is empty|loose object \S+ .* is corrupt|index file (?:corrupt|smaller than expected)|bad (?:signature|tree|object)|fatal: packfile|unable to read tree|bad config line|invalid object)/, code: 'git/corrupt', say: () => 'The repository is damaged; git’s words name the file. Clone it anew beside this one, and copy your changes over.' },
  // Of a pre-push hook git says no more than the last of these; what a remote refuses was told by a rule before.
  { pattern: /hook (?:declined|exited with)|\.git\/hooks\/|husky - |error: failed to push some refs to /, code: 'git/hook-failed', say: () => 'A hook of this repository refused. Its words are in the output.' },
]

/** Never holds a password of an address: git prints some (RELIABILITY.md F31). */
export function gitFailure(argv: readonly string[], { exitCode, stdout, stderr }: GitResult): AppError {
  const said = withoutEscapes(withoutProgress(withoutSecrets(`${stderr}\n${stdout.subarray(0, 100_000).toString('utf8')}`.trim())))
  const command = (argv[0] === '-C' ? argv.slice(2) : argv).find((word) => !word.startsWith('-')) ?? ''
  for (const { pattern, code, say, details } of rules) {
    const match = pattern.exec(said)
    if (match) return new AppError(code, say(match), { command, exitCode, output: said.slice(0, 20_000), ...details?.(match) })
  }
  const line = said.split('\n').find((text) => /^(?:fatal|error):/.test(text)) ?? said.split('\n')[0] ?? ''
  return new AppError('git/failed', `git ${command} failed: ${line.replace(/^(?:fatal|error): /, '') || `exit code ${exitCode}`}`, { command, exitCode, output: said.slice(0, 20_000) })
}

/** Colours and the like of hooks and servers: they could hide or forge lines. */
export function withoutEscapes(text: string): string {
  return createTerminalFilter().push(text).replace(/\x1b\[[\d;:]*m/g, '')
}

/** Of lines that were written over again and again the last state. */
export function withoutProgress(text: string): string {
  return text.replace(/[^\r\n]*\r(?!\n)/g, '')
}

export function withoutSecrets(text: string): string {
  return text.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^/@\s']+@/gi, '$1***@')
}

function withoutUserInfo(url: string): string {
  return url.replace(/(:\/\/)[^/@\s]+@/, '$1')
}

function hostKeyDetails(match: RegExpExecArray): ErrorDetails {
  const text = match.input
  return {
    fingerprint: /\b(SHA256:\S+?)\.?$/m.exec(text)?.[1] ?? null,
    keyType: /fingerprint for the (\S+) key/.exec(text)?.[1] ?? null,
    knownHostsLine: /Offending \S+ key in (.+?)\r?$/m.exec(text)?.[1] ?? null,
    host: /Host key for (\S+) has changed/.exec(text)?.[1] ?? null,
  }
}
