/** Each rule against what git really says: said by the git of this computer where that is cheap, else as it was recorded. */
import { spawnSync } from 'node:child_process'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AppError, ErrorCode } from '@shared/app-error'
import { commitFiles, git, gitEnvironment, makeRepository, makeRepositoryWithRemote, writeHook } from '../testing/git-world'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { gitFailure, withoutSecrets } from './git-errors'

const failureOf = (words: string): AppError => gitFailure(['push'], { exitCode: 1, stdout: Buffer.alloc(0), stderr: words })

/** Runs git, which must fail. */
function refused(root: string, ...argv: string[]): AppError {
  const { status, stdout, stderr } = spawnSync('git', argv, { cwd: root, env: { ...gitEnvironment(), LC_ALL: 'C' }, timeout: 60_000 })
  if (status === 0 || status === null) throw new Error(`git ${argv.join(' ')} was to fail, and ended with ${status}`)
  return gitFailure(argv, { exitCode: status, stdout, stderr: stderr.toString('utf8') })
}

/** `main` and `side` changed the same line. */
function split(): string {
  const root = makeRepository()
  git(root, 'switch', '-q', '-c', 'side')
  commitFiles(root, { 'demo/main.py': 'print("side")\n' }, 'side')
  git(root, 'switch', '-q', 'main')
  commitFiles(root, { 'demo/main.py': 'print("main")\n' }, 'main')
  return root
}

function inTheMiddle(how: 'merge' | 'rebase' | 'revert'): string {
  const root = split()
  if (how === 'revert') commitFiles(root, { 'demo/main.py': 'print("later")\n' }, 'later')
  refused(root, ...(how === 'revert' ? ['revert', '--no-edit', 'HEAD~1', 'HEAD'] : [how, 'side']))
  return root
}

/** A clone whose remote has a commit more, and it itself another one. */
function apart(): string {
  const { root, remote } = makeRepositoryWithRemote()
  const theirs = join(makeTemporaryWorkspace(), 'theirs')
  git(root, 'clone', '-q', remote, theirs)
  commitFiles(theirs, { 'demo/main.py': 'print("theirs")\n' }, 'theirs')
  git(theirs, 'push', '-q')
  commitFiles(root, { 'other/main.py': 'print("mine")\n' }, 'mine')
  return root
}

/** The tag v1 is another commit here than at the remote. */
function otherTag(): string {
  const { root } = makeRepositoryWithRemote()
  git(root, 'tag', 'v1')
  git(root, 'push', '-q', 'origin', 'v1')
  commitFiles(root, { 'demo/main.py': 'print(2)\n' }, 'more')
  git(root, 'tag', '-f', 'v1')
  return root
}

function dirty(root: string): string {
  addFiles(root, { 'demo/main.py': 'print("dirty")\n' })
  return root
}

function after(root: string, prepare: (root: string) => void): string {
  prepare(root)
  return root
}

describe('What git of this computer says', () => {
  test.each<[string, ErrorCode, () => string, string[]]>([
    ['a push behind the remote', 'git/non-fast-forward', apart, ['push']],
    ['a pull that is not told how to join', 'git/non-fast-forward', apart, ['pull']],
    ['a pull that may only go forward', 'git/non-fast-forward', apart, ['pull', '--ff-only']],
    ['a pre-push hook that says nothing git would repeat', 'git/hook-failed', () => after(makeRepositoryWithRemote().root, (root) => { writeHook(root, 'pre-push', 'echo no deploys today >&2; exit 1'); commitFiles(root, { 'demo/main.py': 'print(2)\n' }, 'more') }), ['push']],
    ['a pushed tag that the remote has otherwise', 'git/rejected', otherTag, ['push', 'origin', 'v1']],
    ['a fetched tag that is another one here', 'git/rejected', otherTag, ['fetch', 'origin', 'tag', 'v1']],
    ['a push of a branch without upstream', 'git/no-upstream', () => after(makeRepositoryWithRemote().root, (root) => git(root, 'switch', '-q', '-c', 'new')), ['push']],
    ['a pull of a branch without upstream', 'git/no-upstream', () => after(makeRepositoryWithRemote().root, (root) => git(root, 'switch', '-q', '-c', 'new')), ['pull']],
    ['the upstream of a branch without', 'git/no-upstream', makeRepository, ['rev-parse', '@{upstream}']],
    ['a push without a branch', 'git/detached-head', () => after(makeRepositoryWithRemote().root, (root) => git(root, 'checkout', '-q', '--detach')), ['push']],
    ['a pull without a branch', 'git/detached-head', () => after(makeRepositoryWithRemote().root, (root) => git(root, 'checkout', '-q', '--detach')), ['pull']],
    ['a lock that was left', 'git/locked', () => after(dirty(makeRepository()), (root) => writeFileSync(join(root, '.git/index.lock'), '')), ['add', '-A']],
    ['a remote that is no repository', 'git/remote-missing', makeRepository, ['fetch', '/nowhere/at/all']],
    ['a port at which nobody listens', 'git/network', makeRepository, ['fetch', 'http://127.0.0.1:1/x.git']],
    ['a signature that fails', 'git/signing-failed', () => dirty(makeRepository()), ['-c', 'gpg.program=false', 'commit', '-S', '-a', '-m', 'x']],
    ['a merge on the same line', 'git/conflict', split, ['merge', 'side']],
    ['a rebase on the same line', 'git/conflict', split, ['rebase', 'side']],
    ['a picked commit on the same line', 'git/conflict', split, ['cherry-pick', 'side']],
    ['a stash on the same line', 'git/conflict', () => after(dirty(makeRepository()), (root) => (git(root, 'stash', '-q'), commitFiles(root, { 'demo/main.py': 'print(3)\n' }, 'three'))), ['stash', 'pop']],
    ['a commit of what is in conflict', 'git/conflict', () => inTheMiddle('merge'), ['commit', '-m', 'x']],
    ['a switch of the branch in a conflict', 'git/unfinished', () => inTheMiddle('merge'), ['switch', 'side']],
    ['a second merge in a conflict', 'git/conflict', () => inTheMiddle('merge'), ['merge', 'side']],
    ['a merge after one that is resolved and not committed', 'git/unfinished', () => after(inTheMiddle('merge'), (root) => git(root, 'add', '-A')), ['merge', 'side']],
    ['a switch of the branch after a merge that is not committed', 'git/unfinished', () => after(inTheMiddle('merge'), (root) => git(root, 'add', '-A')), ['switch', 'side']],
    ['a rebase in a rebase', 'git/unfinished', () => inTheMiddle('rebase'), ['rebase', 'side']],
    ['a switch of the branch in a rebase', 'git/unfinished', () => after(inTheMiddle('rebase'), (root) => git(root, 'add', '-A')), ['switch', 'side']],
    ['a revert in a revert', 'git/unfinished', () => after(inTheMiddle('revert'), (root) => git(root, 'checkout', '-q', 'HEAD', '--', 'demo/main.py')), ['revert', '--no-edit', 'HEAD~1', 'HEAD']],
    ['a merge over what is not committed', 'git/would-overwrite', () => dirty(split()), ['merge', 'side']],
    ['a switch over what is not committed', 'git/would-overwrite', () => dirty(split()), ['switch', 'side']],
    ['a switch over what is not tracked', 'git/would-overwrite', () => after(makeRepository(), (root) => (git(root, 'switch', '-q', '-c', 'side'), commitFiles(root, { 'new.txt': 'a' }, 'new'), git(root, 'switch', '-q', 'main'), addFiles(root, { 'new.txt': 'b' }))), ['switch', 'side']],
    ['a rebase over what is not committed', 'git/would-overwrite', () => dirty(split()), ['rebase', 'side']],
    ['a pull with rebase over what is not committed', 'git/would-overwrite', () => dirty(apart()), ['pull', '--rebase']],
    ['a revert over what is not committed', 'git/would-overwrite', () => dirty(split()), ['revert', '--no-edit', 'HEAD']],
    ['a stash over a file that is not tracked', 'git/would-overwrite', () => after(makeRepository(), (root) => (addFiles(root, { 'new.txt': 'a' }), git(root, 'stash', '-q', '-u'), addFiles(root, { 'new.txt': 'b' }))), ['stash', 'pop']],
    ['a commit of nothing', 'git/nothing-to-commit', makeRepository, ['commit', '-m', 'x']],
    ['a commit of what is not staged', 'git/nothing-to-commit', () => dirty(makeRepository()), ['commit', '-m', 'x']],
    ['a commit of what is not tracked', 'git/nothing-to-commit', () => after(makeRepository(), (root) => addFiles(root, { 'new.txt': 'a' })), ['commit', '-m', 'x']],
    ['an amended commit that takes itself back', 'git/nothing-to-commit', () => after(makeRepository(), (root) => (commitFiles(root, { 'demo/main.py': 'print(2)\n' }, 'two'), addFiles(root, { 'demo/main.py': 'print(1)\n' }))), ['commit', '-a', '--amend', '-m', 'x']],
    ['a branch to switch to', 'git/not-found', makeRepository, ['switch', 'nope']],
    ['a branch to delete', 'git/not-found', makeRepository, ['branch', '-d', 'nope']],
    ['a start of a branch', 'git/not-found', makeRepository, ['branch', 'x', 'nope']],
    ['a tag to delete', 'git/not-found', makeRepository, ['tag', '-d', 'nope']],
    ['a remote to remove', 'git/not-found', makeRepository, ['remote', 'remove', 'nope']],
    ['a commit to revert', 'git/not-found', makeRepository, ['revert', 'nope']],
    ['a base of a rebase', 'git/not-found', makeRepository, ['rebase', 'nope']],
    ['a file of a commit', 'git/not-found', makeRepository, ['show', 'HEAD:nope']],
    ['a file to add', 'git/not-found', makeRepository, ['add', 'nope']],
    ['a revision', 'git/not-found', makeRepository, ['log', 'nope']],
    ['a branch of the remote', 'git/not-found', () => makeRepositoryWithRemote().root, ['fetch', 'origin', 'nope']],
    ['a branch twice', 'git/exists', makeRepository, ['branch', 'main']],
    ['a tag twice', 'git/exists', () => after(makeRepository(), (root) => git(root, 'tag', 'v1')), ['tag', 'v1']],
    ['a remote twice', 'git/exists', () => makeRepositoryWithRemote().root, ['remote', 'add', 'origin', '/x']],
    ['a name that no branch can have', 'git/invalid-name', makeRepository, ['branch', 'a..b']],
    ['a name that no tag can have', 'git/invalid-name', makeRepository, ['tag', 'a..b']],
    ['a branch that is nowhere else', 'git/not-merged', split, ['branch', '-d', 'side']],
    ['a folder without', 'git/no-repository', makeTemporaryWorkspace, ['status']],
    ['an index that is rubbish', 'git/corrupt', () => after(makeRepository(), (root) => writeFileSync(join(root, '.git/index'), 'x')), ['status']],
    ['a configuration that is rubbish', 'git/corrupt', () => after(makeRepository(), (root) => writeFileSync(join(root, '.git/config'), '[core\n')), ['status']],
    ['an object that is empty', 'git/corrupt', () => after(makeRepository(), (root) => emptyObject(root, git(root, 'rev-parse', 'HEAD'))), ['log']],
  ])('%s is %s', (_name, code, prepare, argv) => {
    const failure = refused(prepare(), ...argv)
    expect(failure.code, String(failure.details.output)).toBe(code)
  })

  test('names what it knows nothing of, and the lock that is in the way', () => {
    const root = makeRepository()
    expect(refused(root, 'switch', 'nope').message).toBe('git knows no nope.')
    expect(refused(root, 'remote', 'remove', 'nope').message).toBe('git knows no nope.')
    expect(refused(root, 'branch', 'main').message).toBe('There is a main already.')
    const lock = join(root, '.git/index.lock')
    writeFileSync(lock, '')
    expect(refused(dirty(root), 'add', '-A').details.file).toMatch(/index\.lock$/)
  })

  test('what no rule knows keeps git’s own words', () => {
    expect(refused(makeRepository(), 'merge', '--abort')).toMatchObject({ code: 'git/failed', message: 'git merge failed: There is no merge to abort (MERGE_HEAD missing).' })
  })
})

describe('What was recorded', () => {
  test.each<[string, ErrorCode, string]>([
    ['a certificate, of a git with GnuTLS', 'git/certificate', "fatal: unable to access 'https://git.example.org/x.git/': server certificate verification failed. CAfile: none CRLfile: none"],
    ['a certificate, of a git with OpenSSL', 'git/certificate', "fatal: unable to access 'https://git.example.org/x.git/': SSL certificate problem: self-signed certificate in certificate chain"],
    ['a name that nobody resolves', 'git/network', "fatal: unable to access 'https://git.example.org/x.git/': Could not resolve host: git.example.org"],
    ['a name that ssh does not resolve', 'git/network', 'ssh: Could not resolve hostname git.example.org: Name or service not known\nfatal: Could not read from remote repository.'],
    ['a connection that ended', 'git/network', 'error: RPC failed; curl 18 transfer closed with outstanding read data remaining\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output'],
    ['a commit of nobody', 'git/identity-unknown', 'Author identity unknown\n\n*** Please tell me who you are.\n\nfatal: unable to auto-detect email address (got \'ada@box.(none)\')'],
    ['a commit of nobody, whose name must be set', 'git/identity-unknown', 'fatal: no email was given and auto-detection is disabled'],
    ['a disk that is full', 'file/disk-full', "error: unable to write file demo/main.py\nfatal: cannot create directory at 'demo': No space left on device"],
    ['a body that the server does not take', 'git/too-large', 'error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413\nsend-pack: unexpected disconnect while reading sideband packet'],
    ['a key that the server does not know', 'git/auth-failed', 'git@git.example.org: Permission denied (publickey,password).\nfatal: Could not read from remote repository.'],
    ['rights of a token', 'git/forbidden', "remote: Permission to ada/x.git denied to ada.\nfatal: unable to access 'https://git.example.org/ada/x.git/': The requested URL returned error: 403"],
    ['a repository that one may not see', 'git/remote-missing', "remote: Repository not found.\nfatal: repository 'https://git.example.org/ada/x.git/' not found"],
    ['a branch that is protected there', 'git/protected-branch', 'remote: GitLab: You are not allowed to push code to protected branches on this project.\n ! [remote rejected] main -> main (pre-receive hook declined)'],
    ['a hook with words of other rules', 'git/hook-declined', 'remote: nothing to commit, not a git repository\n ! [remote rejected] main -> main (pre-receive hook declined)'],
    ['a hook of this repository', 'git/hook-failed', 'husky - pre-push hook exited with code 1 (error)\nerror: failed to push some refs to'],
  ])('%s is %s', (_name, code, words) => expect(failureOf(words).code).toBe(code))

  test('passwords of addresses are in no error', () => {
    const failure = failureOf("fatal: Authentication failed for 'https://ada:planted-TOKEN@git.example.org/x.git/'")
    expect(failure.code).toBe('git/auth-failed')
    expect(JSON.stringify([failure.message, failure.details])).not.toContain('planted-TOKEN')
    expect(withoutSecrets('ssh://ada:pw@host/x and https://host/y')).toBe('ssh://***@host/x and https://host/y')
  })
})

function emptyObject(root: string, commit: string): void {
  const folder = join(root, '.git/objects', commit.slice(0, 2))
  const file = join(folder, commit.slice(2))
  writeFileSync(`${file}.new`, '')
  renameSync(`${file}.new`, file)
}
