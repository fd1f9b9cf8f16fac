/** Remotes in the real window: clone and push with a password, somebody pushes in between, guided rebase, refusals with their next step. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGitHttpServer, type GitHttpServer } from '../src-main/engine/testing/git-http-server'
import { commitFiles, git } from '../src-main/engine/testing/git-world'
import { hasSshServer, makeKey, startSshServer } from '../src-main/engine/testing/ssh-server'
import { createProfile, startApp, type Profile, type RunningApp } from './app-fixture'

describe('Remotes', () => {
  const password = 'planted-e2e-TOKEN-77'
  let folder: string
  let bare: string
  let mine: string
  let theirs: string
  let server: GitHttpServer
  let profile: Profile
  let app: RunningApp

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ffd-remotes-'))
    bare = join(folder, 'server/pipelines.git')
    theirs = join(folder, 'theirs')
    mine = join(folder, 'mine/pipelines')
    git(folder, 'init', '-q', '--bare', '-b', 'main', bare)
    git(folder, 'init', '-q', '-b', 'main', theirs)
    commitFiles(theirs, { 'demo/main.py': 'print(1)\n', 'report/main.py': 'print(2)\n' }, 'First pipelines')
    git(theirs, 'remote', 'add', 'origin', bare)
    git(theirs, 'push', '-q', '-u', 'origin', 'main')
    server = await startGitHttpServer({ projectRoot: join(folder, 'server'), user: { name: 'ada', password } })
    profile = createProfile()
    app = await startApp(profile, { engine: null })
    await app.page.pipeline('hello').waitFor()
  })
  afterAll(async () => {
    await app.close()
    await server.close()
    profile.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  const window = () => app.page.window
  const page = () => window().getByRole('tabpanel')
  const dialog = (name: string) => window().getByRole('dialog', { name })

  async function signIn(secret = password): Promise<void> {
    await dialog('User name').getByLabel('User name').fill('ada')
    await window().keyboard.press('Enter')
    await dialog('Password or token').getByLabel('Password or token').fill(secret)
    await window().keyboard.press('Enter')
  }
  async function pushByKeyboard(): Promise<void> {
    await page().getByRole('button', { name: /^Push/ }).and(page().locator(':enabled')).waitFor()
    await window().keyboard.press('ControlOrMeta+Shift+K')
    await passGate()
  }
  const passGate = (): Promise<void> => dialog('Push').getByRole('button', { name: 'Push', exact: true }).click()
  const closeEffect = (): Promise<void> => dialog('Pushed: what the server will do now').getByRole('button', { name: 'Close' }).click()
  const failure = (what: string) => window().getByRole('region', { name: `${what} failed` })

  it('clones by the palette with a password, and opens what was cloned', async () => {
    await window().keyboard.press('F1')
    await window().getByRole('combobox').fill('Clone a repository')
    await window().keyboard.press('Enter')
    await dialog('Clone a repository').getByLabel('Address of the repository').fill(`${server.origin}/pipelines.git`)
    await dialog('Clone a repository').getByLabel('Into the folder').fill(join(folder, 'mine'))
    await app.page.screenshot('remote-clone')
    await window().keyboard.press('Enter')
    await dialog('User name').waitFor()
    await app.page.screenshot('remote-prompt')
    await signIn()
    await app.page.pipeline('report').waitFor()
    // Runs, hooks and filters need trust; the dialog for it has its own test.
    await window().evaluate(() => (globalThis as unknown as { bridge: { call(name: string, input: unknown): Promise<unknown> } }).bridge.call('workspace.trust', {}))
    git(mine, 'config', 'user.name', 'Ada')
    git(mine, 'config', 'user.email', 'ada@example.org')
    await window().keyboard.press('ControlOrMeta+Shift+G')
    await page().getByRole('button', { name: 'Remotes (1)' }).click()
    await page().getByRole('list', { name: 'Remotes' }).getByText(`${server.origin}/pipelines.git`).waitFor()
    await app.page.screenshot('remote-changes')
  })

  it('pushes what was committed, with a password that is asked for', async () => {
    commitFiles(mine, { 'demo/main.py': 'print("mine")\n' }, 'Mine')
    await page().getByRole('button', { name: 'Push 1' }).waitFor()
    await pushByKeyboard()
    await signIn()
    await closeEffect()
    expect(git(bare, 'log', '-1', '--format=%s', 'main')).toBe('Mine')
  })

  it('is shown what came in between, rebases, and pushes', async () => {
    git(theirs, 'pull', '-q', '--rebase')
    commitFiles(theirs, { 'report/main.py': 'print("theirs")\n' }, 'Theirs in between')
    git(theirs, 'push', '-q')
    commitFiles(mine, { 'demo/main.py': 'print("mine again")\n' }, 'Mine again')
    await pushByKeyboard()
    await signIn()
    // The look at what came in between signs in anew: nothing was to be kept.
    await signIn()
    await failure('Push').getByText('Theirs in between').waitFor()
    await app.page.screenshot('remote-non-fast-forward')
    await failure('Push').getByRole('button', { name: 'Rebase mine onto them' }).click()
    await signIn()
    await window().getByText('Pulled').first().waitFor()
    await pushByKeyboard()
    await signIn()
    await expect.poll(() => git(bare, 'log', '--format=%s', 'main'), { timeout: 60_000 }).toBe('Mine again\nTheirs in between\nMine\nFirst pipelines')
    await closeEffect()
  })

  it('a hook of the server is quoted, a protected branch leads to a branch of its own', async () => {
    const hook = (text: string): void => {
      writeFileSync(join(bare, 'hooks/update'), `#!/bin/sh\ntest "$1" = refs/heads/main || exit 0\necho "${text}" >&2\nexit 1\n`)
      chmodSync(join(bare, 'hooks/update'), 0o755)
    }
    hook('no deploys on Fridays')
    commitFiles(mine, { 'demo/main.py': 'print("more")\n' }, 'More')
    await pushByKeyboard()
    await signIn()
    await failure('Push').getByText(/no deploys on Fridays/).first().waitFor()
    await app.page.screenshot('remote-hook')
    await window().emulateMedia({ colorScheme: 'dark' })
    hook('GH006: Protected branch update failed for refs/heads/main.')
    await pushByKeyboard()
    await signIn()
    await failure('Push').getByLabel('New branch').fill('ada/more')
    await app.page.screenshot('remote-protected-dark')
    await window().emulateMedia({ colorScheme: 'light' })
    await failure('Push').getByRole('button', { name: 'Create and push' }).click()
    await passGate()
    await signIn()
    await expect.poll(() => git(bare, 'branch', '--list', 'ada/more', '--format=%(subject)'), { timeout: 60_000 }).toBe('More')
    await closeEffect()
  })

  it('a wrong password is asked for once more, then it is said which one was used; Escape gives up', async () => {
    await page().getByRole('button', { name: 'Fetch', exact: true }).click()
    await signIn('wrong')
    await signIn('wrong, too')
    await failure('Fetch').getByText(/Used was what you entered/).waitFor()
    await app.page.screenshot('remote-wrong-password')
    await failure('Fetch').getByRole('button', { name: 'All that git said' }).click()
    await failure('Fetch').getByText(/Authentication failed/).first().waitFor()
    await failure('Fetch').getByRole('button', { name: 'Close' }).click()
    await page().getByRole('button', { name: 'Fetch', exact: true }).click()
    await dialog('User name').waitFor()
    await window().keyboard.press('Escape')
    await failure('Fetch').getByText('No credential was given.').waitFor()
  })

  it('a sync shows what a hard reset would destroy', async () => {
    git(mine, 'switch', '-q', 'main')
    git(mine, 'reset', '-q', '--hard', 'origin/main')
    git(theirs, 'pull', '-q', '--rebase')
    commitFiles(theirs, { 'late/main.py': 'print(9)\n' }, 'A late pipeline')
    rmSync(join(bare, 'hooks/update'))
    git(theirs, 'push', '-q')
    writeFileSync(join(mine, 'demo/main.py'), 'print("not committed")\n')
    await page().getByRole('button', { name: 'Sync' }).and(page().locator(':enabled')).click()
    await signIn()
    const asked = dialog('A sync would destroy something')
    await asked.getByText('demo/main.py').first().waitFor()
    await window().setViewportSize({ width: 760, height: 700 })
    await app.page.screenshot('remote-sync-narrow')
    await asked.getByRole('button', { name: 'Stash, update, put back' }).click()
    await signIn()
    await app.page.pipeline('late').waitFor()
    expect(readFileSync(join(mine, 'demo/main.py'), 'utf8')).toBe('print("not committed")\n')
  })

  it('what never answers says whom it waits for, and is cancelled', async () => {
    server.behaviour = { stalls: true }
    await page().getByRole('button', { name: 'Fetch', exact: true }).click()
    await window().getByText(/waits for 127\.0\.0\.1, silent for/).waitFor()
    await app.page.screenshot('remote-silent')
    await window().getByRole('status').filter({ hasText: 'Fetching' }).getByRole('button', { name: 'Cancel' }).click()
    await page().getByRole('button', { name: 'Fetch', exact: true }).and(page().locator(':enabled')).waitFor()
    server.behaviour = {}
  })

  it('says what is special about a repository: submodules, Git LFS, a partial clone', async () => {
    const remarks = [/^This repository has submodules\./, /^This repository keeps files in Git LFS\./, /^This is a partial clone:/]
    for (const remark of remarks) expect(await page().getByText(remark).count()).toBe(0)
    git(mine, 'submodule', '--quiet', 'add', bare, 'vendored')
    writeFileSync(join(mine, '.gitattributes'), '*.parquet filter=lfs diff=lfs merge=lfs -text\n')
    // As `git clone --filter=blob:none` leaves it; one that is cloned so is looked at in a test of its own.
    git(mine, 'config', 'remote.origin.promisor', 'true')
    for (const remark of remarks) await page().getByText(remark).waitFor()
    await page().getByText(remarks[1] ?? '').scrollIntoViewIfNeeded()
    await app.page.screenshot('remote-remarks')
    git(mine, 'config', '--unset', 'remote.origin.promisor')
    git(mine, 'rm', '-q', '--cached', '-f', 'vendored', '.gitmodules')
    for (const path of ['vendored', '.gitmodules', '.gitattributes', '.git/modules']) rmSync(join(mine, path), { recursive: true, force: true })
    for (const remark of remarks) await page().getByText(remark).waitFor({ state: 'detached' })
  })

  it.skipIf(!hasSshServer)('asks about an unknown SSH host and for a passphrase; a changed host key is refused with old and new until it was compared (needs sshd)', async () => {
    const keys = join(folder, 'keys')
    mkdirSync(keys)
    const key = makeKey(join(keys, 'locked'), 'open sesame')
    const ssh = await startSshServer(keys, [key])
    const fetchIt = () => page().getByRole('button', { name: 'Fetch', exact: true }).and(page().locator(':enabled')).click()
    try {
      git(mine, 'config', 'core.sshCommand', ssh.command({ key }))
      git(mine, 'remote', 'set-url', 'origin', `${ssh.origin}${bare}`)
      await fetchIt()
      await dialog('Is this the right server?').getByText(`${ssh.fingerprint()} ED25519`).first().waitFor()
      await app.page.screenshot('remote-host-key')
      await dialog('Is this the right server?').getByRole('button', { name: 'Yes, it is' }).click()
      await dialog('Passphrase').getByLabel('Passphrase').fill('open sesame')
      await window().keyboard.press('Enter')
      await window().getByText('Fetched').first().waitFor()
      const old = ssh.fingerprint()
      await ssh.changeHostKey()
      await fetchIt()
      await failure('Fetch').getByText(old).waitFor()
      await failure('Fetch').getByText(ssh.fingerprint()).first().waitFor()
      await app.page.screenshot('remote-host-key-changed-narrow')
      const forget = failure('Fetch').getByRole('button', { name: 'Forget the old key' })
      expect(await forget.isEnabled()).toBe(false)
      await failure('Fetch').getByRole('checkbox').check()
      await forget.click()
      await failure('Fetch').waitFor({ state: 'detached' })
      await fetchIt()
      await dialog('Is this the right server?').getByText(`${ssh.fingerprint()} ED25519`).first().waitFor()
      await window().keyboard.press('Escape')
      await failure('Fetch').waitFor()
    } finally {
      await ssh.close()
    }
  })
})
