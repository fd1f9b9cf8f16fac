/** The cache in the real window: cold, preheated with progress, warm, stale after an edit, a run without the index. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProfile, startApp, testEngine, writeSample, type Profile, type RunningApp } from './app-fixture'

describe.skipIf(testEngine === null)('The cache (needs FFD_TEST_ENGINE)', () => {
  let profile: Profile
  let app: RunningApp

  beforeAll(async () => {
    profile = createProfile()
    app = await startApp(profile, { engine: testEngine })
    await app.page.pipeline('hello').waitFor()
    write('tables/main.py', 'import numpy\nprint("numpy", numpy.__version__)\n')
    write('tables/requirements.txt', 'numpy==2.3.4\n')
    write('typo/main.py', 'print(1)\n')
    write('typo/requirements.txt', 'no-such-package-xyz-123456\n')
    await app.page.pipeline('tables').waitFor()
    await app.page.pipeline('typo').waitFor()
  })
  afterAll(async () => {
    await app.close()
    profile.remove()
  })

  const write = (path: string, text: string): void => writeSample(profile, path, text)

  const page = () => app.page.window.getByRole('tabpanel')
  const job = (name: string, phase: string) => page().getByRole('list', { name: 'Preheating by pipeline' }).getByRole('listitem', { name: `${name}, ${phase}` })

  it('a cold pipeline says so; preheating shows its progress, its failures with uv’s words, and ends warm', async () => {
    const { window } = app.page
    await window.getByRole('treeitem', { name: /^tables, .*cache cold/ }).waitFor()
    await window.getByRole('group', { name: 'Of the workspace' }).getByRole('button', { name: 'Cache' }).click()
    await page().getByRole('heading', { name: 'Cache', exact: true }).waitFor()
    await app.page.screenshot('cache-cold')
    await page().getByRole('button', { name: 'Preheat all' }).click()
    await page().getByRole('progressbar').first().waitFor()
    await app.page.screenshot('cache-preheating')
    await job('tables', 'ready').waitFor()
    await job('typo', 'failed').getByText(/no-such-package-xyz-123456/).first().waitFor()
    await window.getByRole('treeitem', { name: /^tables, .*cache warm(?!ing)/ }).waitFor()
    await window.getByRole('treeitem', { name: /^typo, .*cache failed/ }).waitFor()
    await page().getByRole('button', { name: 'Log of typo' }).click()
    await job('typo', 'failed').getByText(/uv pip compile/).waitFor()
    await app.page.screenshot('cache-preheated')
  })

  it('shows what the cache holds since then, and who uses it', async () => {
    await page().getByRole('row', { name: /numpy 2\.3\.4 .* tables/ }).waitFor()
    await app.page.screenshot('cache-content')
  })

  it('a warm pipeline runs without asking the index', async () => {
    await app.page.select('tables')
    await app.page.runButton().click()
    await app.page.waitForOutcome('Succeeded')
    await app.page.window.getByText('warm; started without asking the index').first().waitFor()
  })

  it('an edit of requirements makes it stale, with the reason', async () => {
    write('tables/requirements.txt', 'numpy==2.3.4\ncolorama==0.4.6\n')
    const { window } = app.page
    await window.getByRole('treeitem', { name: /^tables, .*cache stale/ }).waitFor()
    await window.getByRole('treeitem', { name: /^tables/ }).first().click()
    expect(await window.getByText(/requirements have changed since they were fetched/).first().isVisible()).toBe(true)
    await app.page.screenshot('cache-stale')
    await page().getByRole('button', { name: 'Preheat tables' }).click()
    await window.getByRole('treeitem', { name: /^tables, .*cache warm(?!ing)/ }).waitFor()
  })

  it('a workspace that was used before is preheated when it is opened', async () => {
    await app.close()
    write('tables/requirements.txt', 'numpy==2.3.4\ncolorama==0.4.6\nsix==1.17.0\n')
    app = await startApp(profile, { engine: testEngine })
    await app.page.window.getByRole('treeitem', { name: /^tables, .*cache warm(?!ing)/ }).waitFor({ timeout: 60_000 })
    await page().getByRole('list', { name: 'Preheating by pipeline' }).getByRole('listitem', { name: 'tables, ready' }).waitFor()
  })
})
