/** A damaged cache in the real window: the run that fails is told it was the cache and tried again; the page checks and repairs. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../src-main/engine/store/database'
import { createFacts } from '../src-main/engine/store/facts'
import { inCache } from '../src-main/engine/testing/in-cache'
import { createProfile, startApp, testEngine, writeSample, type Profile, type RunningApp } from './app-fixture'

const image = process.env.FFD_TEST_IMAGE ?? ''

describe.skipIf(testEngine === null)('A damaged cache (needs FFD_TEST_ENGINE)', () => {
  let profile: Profile
  let app: RunningApp

  beforeAll(async () => {
    profile = createProfile()
    app = await startApp(profile, { engine: testEngine })
    await app.page.pipeline('hello').waitFor()
    writeSample(profile, 'sixes/main.py', 'import six\nprint("six", six.__version__)\n')
    writeSample(profile, 'sixes/requirements.txt', 'six==1.17.0\n')
    await app.page.select('sixes')
    await app.page.runButton().click()
    await app.page.waitForOutcome('Succeeded')
  })
  afterAll(async () => {
    await app.close()
    profile.remove()
  })

  async function spoil(command: string): Promise<void> {
    const { database } = openDatabase(join(profile.userDataDir, 'history.db'))
    const owner = createFacts(database).ownerId()
    database.close()
    await inCache({ endpoint: testEngine ?? '', image }, owner, command)
  }
  const section = () => app.page.window.getByRole('tabpanel').getByRole('region', { name: 'Is it as it was made?' })

  it('a run that fails for it says so, and is tried again with success', async () => {
    const { window } = app.page
    await spoil('for file in archive-v0/*/lib/python3*/site-packages/six.py; do rm $file; done')
    await app.page.runButton().click()
    const run = window.getByRole('region', { name: 'Run', exact: true })
    await run.getByText(/was the cause, not your code/).first().waitFor({ timeout: 60_000 })
    await run.getByText(/six\.py of six 1\.17\.0 is missing/).waitFor()
    await app.page.screenshot('cache-damage-run')
    await run.getByRole('button', { name: /Again, with the cache repaired/ }).click()
    await app.page.waitForOutcome('Succeeded')
    await run.getByText('Again, with the cache repaired').first().waitFor()
    await app.page.screenshot('cache-damage-again')
  })

  it('the palette checks the cache, and all is as it was made', async () => {
    const { window } = app.page
    await window.keyboard.press('ControlOrMeta+Shift+P')
    await window.getByRole('combobox').fill('Check the cache')
    await window.getByRole('option', { name: 'Check the cache' }).waitFor()
    await window.keyboard.press('Enter')
    await section().getByText(/All as it was made\. Packages: \d+, environments: \d+/).waitFor({ timeout: 60_000 })
    await app.page.screenshot('cache-check-clean')
  })

  it('what was changed is listed with a warning, and repaired after a look at names and sizes', async () => {
    const { window } = app.page
    await spoil('for file in $(readlink -f wheels-v*/pypi/six/1.17.0-*-any)/six.py; do echo "# somebody was here" >> $file; done')
    await section().getByRole('button', { name: 'Check the cache' }).click()
    const damaged = section().getByRole('list', { name: 'What is damaged' }).getByRole('listitem')
    await damaged.filter({ hasText: /six 1\.17\.0.*six\.py has been changed since it was fetched/s }).waitFor({ timeout: 60_000 })
    await section().getByText(/What is in the cache is executed/).waitFor()
    await app.page.screenshot('cache-check-damaged')
    await window.emulateMedia({ colorScheme: 'dark' })
    await window.setViewportSize({ width: 760, height: 720 })
    await app.page.screenshot('cache-check-damaged-dark-narrow')
    await window.emulateMedia({ colorScheme: 'light' })
    await section().getByRole('button', { name: 'Repair…' }).click()
    const question = window.getByRole('dialog', { name: 'Repair the cache?' })
    expect(await question.textContent()).toMatch(/six 1\.17\.0 +\S+ \S?B/)
    await app.page.screenshot('cache-repair-question')
    await question.getByRole('button', { name: 'Repair', exact: true }).click()
    await section().getByText(/Repaired; .* freed\..*These have to be fetched again: sixes/s).waitFor({ timeout: 60_000 })
    await app.page.screenshot('cache-repaired')
    await window.getByRole('treeitem', { name: /^sixes, .*cache stale/ }).waitFor()
  })
})
