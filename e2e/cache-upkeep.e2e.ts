/** Room in the cache and the cache as a file, in the real window: shown, asked, removed; out of one profile and into another. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProfile, startApp, testEngine, writeSample, type Profile, type RunningApp } from './app-fixture'

describe.skipIf(testEngine === null)('Upkeep of the cache (needs FFD_TEST_ENGINE)', () => {
  let folder: string
  let file: string
  let profiles: Profile[]
  let app: RunningApp

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ffd-upkeep-'))
    file = join(folder, 'for-a-colleague.tar.gz')
    profiles = [createProfile(), createProfile()]
    app = await open(0)
  })
  afterAll(async () => {
    await app.close()
    for (const profile of profiles) profile.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  const write = (number: number, path: string, text: string): void => writeSample(profiles[number] as Profile, path, text)
  const page = () => app.page.window.getByRole('tabpanel')
  const room = () => page().getByRole('region', { name: 'Make room' })
  const asFile = () => page().getByRole('region', { name: 'The cache as a file' })
  const tree = (name: RegExp) => app.page.window.getByRole('treeitem', { name })

  async function open(number: number): Promise<RunningApp> {
    app = await startApp(profiles[number] as Profile, { engine: testEngine })
    await app.page.pipeline('hello').waitFor()
    write(number, 'tables/main.py', 'import iniconfig\nprint("iniconfig", iniconfig.__file__)\n')
    write(number, 'tables/requirements.txt', 'iniconfig==2.0.0\ncolorama==0.4.6\n')
    await tree(/^tables, .*cache cold/).waitFor()
    await app.page.window.getByRole('group', { name: 'Of the workspace' }).getByRole('button', { name: 'Cache' }).click()
    // The system's dialogs cannot be clicked: they answer with this file.
    await app.electron.evaluate(({ dialog }, path) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path })
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
    }, file)
    return app
  }
  const preheat = async (): Promise<void> => {
    await page().getByRole('button', { name: 'Preheat tables' }).click()
    await tree(/^tables, .*cache warm(?!ing)/).waitFor()
    await page().getByRole('button', { name: 'Preheat all' }).waitFor()
  }

  it('a package no pipeline uses is shown with its bytes, asked about, and removed', async () => {
    await preheat()
    write(0, 'tables/requirements.txt', 'iniconfig==2.0.0\n')
    await tree(/^tables, .*cache stale/).waitFor()
    await preheat()
    await room().getByRole('button', { name: 'See what can go' }).click()
    await room().getByRole('row', { name: /^Package colorama 0\.4\.6 .*KB/ }).waitFor()
    expect(await room().getByRole('row', { name: /iniconfig 2\.0\.0$/ }).count()).toBe(0)
    await room().scrollIntoViewIfNeeded()
    await app.page.screenshot('cache-what-can-go')
    await room().getByRole('button', { name: /^Remove \d+ KB/ }).click()
    const question = app.page.window.getByRole('dialog', { name: 'Remove from the cache?' })
    await question.getByText(/will be free/).waitFor()
    await app.page.screenshot('cache-removal-asked')
    await question.getByRole('button', { name: 'Remove' }).click()
    await app.page.window.getByText(/Removed from the cache: \d+ KB are free/).waitFor()
    await page().getByRole('row', { name: /^iniconfig 2\.0\.0/ }).waitFor()
    // The table and the tree are read anew one after the other: what is shown in between is the state before.
    await page().getByRole('row', { name: /^colorama/ }).waitFor({ state: 'detached' })
    await tree(/^tables, .*cache warm(?!ing)/).waitFor()
    await room().getByRole('button', { name: 'Only leftovers of uv' }).click()
    await room().getByText(/Nothing to remove|entr/).first().waitFor()
  })

  it('one package names the pipeline that loses it; it is stale at once', async () => {
    await page().getByRole('button', { name: 'Remove iniconfig 2.0.0' }).click()
    await room().getByText('These pipelines have to fetch again then: tables').waitFor()
    await app.page.window.setViewportSize({ width: 900, height: 700 })
    await room().scrollIntoViewIfNeeded()
    await app.page.screenshot('cache-removal-900')
    await room().getByRole('button', { name: /^Remove \d+ KB/ }).click()
    await app.page.window.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await tree(/^tables, .*cache stale/).waitFor()
    await page().getByText('Nothing yet. The first run or preheating fills it.').waitFor()
    await preheat()
  })

  it('is exported into a file', async () => {
    await asFile().getByRole('button', { name: 'Export…' }).click()
    await asFile().getByText('Exported', { exact: true }).waitFor()
    await asFile().scrollIntoViewIfNeeded()
    await app.page.screenshot('cache-exported')
    expect(existsSync(file)).toBe(true)
    await app.close()
  })

  it('and imported by another profile after the question, where the pipeline is warm then and runs', async () => {
    app = await open(1)
    write(1, 'tables/requirements.txt', 'iniconfig==2.0.0\n')
    const good = readFileSync(file)
    writeFileSync(file, 'not a cache')
    const take = async (): Promise<void> => {
      await asFile().getByRole('button', { name: 'Import…' }).click()
      const question = app.page.window.getByRole('dialog', { name: 'Take over this cache?' })
      await question.getByText(/holds code that your pipelines run/).waitFor()
      await app.page.screenshot('cache-import-asked')
      await question.getByRole('button', { name: 'Import' }).click()
    }
    await take()
    await asFile().getByRole('alert').filter({ hasText: 'The import failed' }).waitFor()
    await asFile().scrollIntoViewIfNeeded()
    await app.page.screenshot('cache-import-failed')
    writeFileSync(file, good)
    await take()
    await asFile().getByText('Imported', { exact: true }).waitFor()
    await tree(/^tables, .*cache warm(?!ing)/).waitFor()
    await page().getByRole('row', { name: /^iniconfig 2\.0\.0/ }).waitFor()
    await app.page.screenshot('cache-imported')
    await app.page.select('tables')
    await app.page.runButton().click()
    await app.page.waitForOutcome('Succeeded')
    await app.page.window.getByText('warm; started without asking the index').first().waitFor()
  })

  it('the cap is asked about in a banner, which leads to what can go', async () => {
    const { window } = app.page
    // Of so small a cache no cap of a whole gigabyte is reached: the banner is driven by the engine's own event.
    await app.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.send('event', 'cache.upkeepChanged', { transfer: null, bytes: 12_000_000_000, isOverCap: true, rev: 1_000 })
    })
    await window.getByText('The cache of this workspace is 12 GB, more than 10 GB.').waitFor()
    await window.emulateMedia({ colorScheme: 'dark' })
    await window.setViewportSize({ width: 760, height: 700 })
    await app.page.screenshot('cache-cap-dark-760')
    await window.emulateMedia({ colorScheme: 'light' })
    await window.setViewportSize({ width: 1200, height: 800 })
    await window.getByRole('status').filter({ hasText: 'more than 10 GB' }).getByRole('button', { name: 'See what can go' }).click()
    await room().getByText(/Nothing to remove|entr/).first().waitFor()
  })
})
