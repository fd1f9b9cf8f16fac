/** From an edit to the server and back, in the real window: edit, diff, stage, commit, push, rebase onto what came in between, revert. The bare repository is asked with git itself. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../src-main/engine/store/database'
import { createFacts } from '../src-main/engine/store/facts'
import { startGitHttpServer, type GitHttpServer } from '../src-main/engine/testing/git-http-server'
import { commitFiles, git } from '../src-main/engine/testing/git-world'
import { createProfile, startApp, type Profile, type RunningApp } from './app-fixture'

describe('From an edit to the server', () => {
  let root: string
  let work: string
  let theirs: string
  let server: GitHttpServer
  let profile: Profile
  let app: RunningApp

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'ffd-flow-')))
    work = join(root, 'work')
    theirs = join(root, 'theirs')
    mkdirSync(work)
    git(root, 'init', '-q', '--bare', '-b', 'main', 'remote.git')
    git(work, 'init', '-q', '-b', 'main')
    git(work, 'config', 'user.name', 'Ada')
    git(work, 'config', 'user.email', 'ada@example.org')
    commitFiles(work, { 'demo/main.py': 'print("one")\n', 'report/main.py': 'print("report")\n' }, 'First pipelines')
    git(work, 'remote', 'add', 'origin', join(root, 'remote.git'))
    git(work, 'push', '-q', '-u', 'origin', 'main')
    git(root, 'clone', '-q', join(root, 'remote.git'), theirs)
    server = await startGitHttpServer({ projectRoot: root })
    git(work, 'remote', 'set-url', 'origin', `${server.origin}/remote.git`)
    profile = createProfile()
    const { database } = openDatabase(join(profile.userDataDir, 'history.db'))
    createFacts(database).rememberWorkspace(work)
    database.close()
    app = await startApp(profile, { engine: null })
    await app.page.pipeline('demo').waitFor()
    await app.page.window.keyboard.press('ControlOrMeta+J')
  })
  afterAll(async () => {
    await app.close()
    await server.close()
    profile.remove()
    rmSync(root, { recursive: true, force: true })
  })

  const page = () => app.page.window.getByRole('tabpanel')
  const dialog = (name: string) => app.page.window.getByRole('dialog', { name })
  const change = (name: RegExp) => page().getByRole('tree', { name: 'Changed files' }).getByRole('treeitem', { name })
  const onServer = (...argv: string[]): string => git(join(root, 'remote.git'), ...argv)
  const subjects = (): string[] => onServer('log', '--format=%s', 'main').split('\n')
  const edit = async (text: string): Promise<void> => {
    await app.page.openFile('demo', 'main.py')
    await app.page.typeIntoEditor(text)
    await app.page.window.keyboard.press('ControlOrMeta+S')
  }
  const openChanges = async (): Promise<void> => {
    await app.page.window.keyboard.press('ControlOrMeta+Shift+G')
    await page().getByRole('heading', { name: 'Changes', exact: true }).waitFor()
  }
  const passGate = async (): Promise<void> => {
    await page().getByRole('button', { name: 'Push 1', exact: true }).click()
    await dialog('Push').getByRole('button', { name: 'Push', exact: true }).click()
  }
  const effect = () => dialog('Pushed: what the server will do now')
  const readEffect = async (): Promise<void> => {
    await effect().getByRole('list', { name: 'Pipelines' }).getByText('demo').waitFor()
    await effect().getByRole('button', { name: 'Close' }).click()
    await effect().waitFor({ state: 'detached' })
  }
  const looks = async (name: string): Promise<void> => {
    for (const [theme, width] of [['light', 1280], ['dark', 900], ['light', 760]] as const) {
      await app.page.window.emulateMedia({ colorScheme: theme })
      await app.electron.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size, 900), width)
      await app.page.screenshot(`${name}-${theme}-${width}`)
    }
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1280, 800))
  }

  it('an edit is looked at as a diff, staged, and committed when the folder is trusted', async () => {
    await edit('print("two")\n')
    await openChanges()
    await change(/^main\.py, modified, not staged/).click()
    await page().getByText('print("two")').first().waitFor()
    await page().getByRole('button', { name: 'Stage change 1' }).click()
    await dialog('Do you trust what is in this folder?').getByRole('button', { name: 'Trust and go on' }).click()
    await page().getByRole('button', { name: 'Staged', exact: true }).click()
    await page().getByRole('button', { name: 'Unstage change 1' }).waitFor()
    await openChanges()
    await change(/^main\.py, modified, staged/).waitFor()
    await page().getByRole('textbox', { name: 'Commit message' }).fill('Say two')
    await page().getByRole('button', { name: 'Commit 1 file' }).click()
    await page().getByText('Last commit: Say two').waitFor()
    expect(git(work, 'status', '--porcelain')).toBe('')
    expect(subjects()).toEqual(['First pipelines'])
  })

  it('the commit is pushed through the gate, and the server has it', async () => {
    await passGate()
    await readEffect()
    expect(subjects()).toEqual(['Say two', 'First pipelines'])
    expect(onServer('show', 'main:demo/main.py')).toBe('print("two")')
    await page().getByRole('button', { name: 'Push', exact: true }).waitFor()
  })

  it('somebody pushes in between: refused, shown, rebased, pushed', async () => {
    git(theirs, 'pull', '-q')
    commitFiles(theirs, { 'report/main.py': 'print("theirs")\n' }, 'Theirs in between')
    git(theirs, 'push', '-q')
    await edit('print("three")\n')
    await openChanges()
    await page().getByRole('textbox', { name: 'Commit message' }).fill('Say three')
    await page().getByRole('button', { name: 'Commit', exact: true }).click()
    await dialog('Nothing is staged').getByRole('button', { name: 'Stage all and commit' }).click()
    await page().getByText('Last commit: Say three').waitFor()
    await passGate()
    const refusal = app.page.window.getByRole('region', { name: 'Push failed' })
    await refusal.getByText('Theirs in between').waitFor()
    expect(subjects()).toEqual(['Theirs in between', 'Say two', 'First pipelines'])
    // The whole page as it is with most on it.
    for (const name of ['Branches (2)', 'Stashes (0)', 'Tags (0)', 'Remotes (1)', 'Sign-ins (0)']) await page().getByRole('button', { name }).waitFor()
    await looks('git-flow-refused')
    await refusal.getByRole('button', { name: 'Rebase mine onto them' }).click()
    await refusal.waitFor({ state: 'detached' })
    await expect.poll(() => git(work, 'log', '-2', '--format=%s'), { timeout: 60_000 }).toBe('Say three\nTheirs in between')
    await passGate()
    await readEffect()
    expect(subjects()).toEqual(['Say three', 'Theirs in between', 'Say two', 'First pipelines'])
    expect(onServer('show', 'main:demo/main.py')).toBe('print("three")')
    expect(onServer('show', 'main:report/main.py')).toBe('print("theirs")')
    await looks('git-flow-clean')
    await page().getByRole('button', { name: 'Remotes (1)' }).click()
    await page().getByRole('switch', { name: 'Keep outputs of notebooks out of commits' }).scrollIntoViewIfNeeded()
    await looks('git-flow-below')
  })

  it('the commit is reverted from its page, and the revert pushed', async () => {
    await page().getByRole('button', { name: 'History', exact: true }).click()
    await page().getByRole('button', { name: /Say three/ }).click()
    await page().getByRole('button', { name: 'Revert…' }).click()
    await app.page.window.getByRole('dialog').getByRole('button', { name: 'Revert', exact: true }).click()
    await page().getByRole('heading', { name: 'Revert "Say three"' }).waitFor()
    await openChanges()
    await passGate()
    await readEffect()
    expect(subjects().slice(0, 2)).toEqual(['Revert "Say three"', 'Say three'])
    expect(onServer('show', 'main:demo/main.py')).toBe('print("two")')
    expect(onServer('show', 'main:report/main.py')).toBe('print("theirs")')
    expect(git(work, 'status', '--porcelain')).toBe('')
  })

  it('a rebase onto the same line stops: the refusal leads to the conflicts, the page of changes too, and it is aborted there', async () => {
    git(theirs, 'pull', '-q')
    commitFiles(theirs, { 'demo/main.py': 'print("theirs")\n' }, 'Theirs on the same line')
    git(theirs, 'push', '-q')
    const mine = commitFiles(work, { 'demo/main.py': 'print("mine")\n' }, 'Mine on the same line')
    await passGate()
    await app.page.window.getByRole('region', { name: 'Push failed' }).getByRole('button', { name: 'Rebase mine onto them' }).click()
    const refusal = app.page.window.getByRole('region', { name: 'Pull failed' })
    await refusal.getByText('The same lines were changed on both sides').first().waitFor()
    await page().getByText('A rebase is not finished.').waitFor()
    await looks('git-flow-conflict')
    await refusal.getByRole('button', { name: 'Resolve or abort…' }).click()
    await page().getByRole('heading', { name: 'Conflicts' }).waitFor()
    await refusal.waitFor({ state: 'detached' })
    await openChanges()
    await page().getByRole('button', { name: 'Resolve or abort…' }).click()
    await page().getByRole('button', { name: 'Abort…' }).click()
    await dialog('Abort?').getByRole('button', { name: 'Abort', exact: true }).click()
    await page().getByText('There are no conflicts.').waitFor()
    expect(git(work, 'rev-parse', 'main')).toBe(mine)
    expect(git(work, 'status', '--porcelain')).toBe('')
    expect(subjects()[0]).toBe('Theirs on the same line')
    await openChanges()
    await page().getByText('A rebase is not finished.').waitFor({ state: 'detached' })
  })
})
