import { readFileSync, writeFileSync, mkdirSync, chownSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProfile, startApp, testEngine, type Profile, type RunningApp } from './app-fixture'

describe.skipIf(testEngine === null)('The window with a container engine (needs FFD_TEST_ENGINE)', () => {
  let profile: Profile
  let app: RunningApp

  beforeAll(async () => {
    profile = createProfile()
    app = await startApp(profile, { engine: testEngine })
  })
  afterAll(async () => {
    await app.close()
    profile.remove()
  })

  it('opens the samples at the first start', async () => {
    for (const name of ['hello', 'fetch_prices', 'sales_report', 'broken_import_date', 'flood', 'weather_notebook']) await app.page.pipeline(name).waitFor()
    // The first F5 must not run the sample that fails on purpose.
    await app.page.window.getByRole('heading', { name: 'hello', exact: true }).waitFor()
    await app.page.screenshot('first-start')
  })

  it('runs the sample with requests in a container and shows its output, its success and a warm cache', async () => {
    await app.page.select('fetch_prices')
    await app.page.runButton().click()
    await app.page.waitForOutcome('Succeeded')
    await app.page.waitForLog('4 prices fetched.')
    expect(await app.page.logText()).not.toContain('FASTFLOW_SETUP_READY')
    await app.page.window.getByRole('treeitem', { name: /^fetch_prices.*warm/i }).waitFor()
    await app.page.screenshot('run-succeeded')
  })

  it('runs what was edited and saved in the editor', async () => {
    await app.page.openFile('hello', 'main.py')
    await app.page.typeIntoEditor('print("edited in the window")\n')
    // At once: the run waits for the save that is under way.
    await app.page.window.keyboard.press('ControlOrMeta+S')
    await app.page.window.keyboard.press('F5')
    await app.page.waitForLog('edited in the window')
    expect(readFileSync(join(profile.samplesDir, 'hello', 'main.py'), 'utf8')).toBe('print("edited in the window")\n')
    await app.page.waitForOutcome('Succeeded')
  })

  it('saves what is not yet saved before a run', async () => {
    await app.page.typeIntoEditor('print("saved by the run")\n')
    await app.page.window.keyboard.press('F5')
    await app.page.waitForLog('saved by the run')
    expect(readFileSync(join(profile.samplesDir, 'hello', 'main.py'), 'utf8')).toBe('print("saved by the run")\n')
  })

  it('shows the traceback and the exit code of a failing pipeline', async () => {
    await app.page.select('broken_import_date')
    await app.page.runButton().click()
    await app.page.waitForOutcome(/Failed.*exit.*1/)
    await app.page.waitForLog('ValueError')
    expect(await app.page.logText()).toContain('Traceback (most recent call last)')
    await app.page.screenshot('run-failed')
  })

  it('shows a pipeline that appears on disk, runs it and stops it', async () => {
    const folder = join(profile.samplesDir, 'sleeper')
    mkdirSync(folder)
    if (process.getuid?.() === 0) chownSync(folder, 1001, 1001)
    writeFileSync(join(folder, 'main.py'), 'import time\nprint("sleeping", flush=True)\ntime.sleep(600)\n')
    await app.page.pipeline('sleeper').waitFor()
    await app.page.select('sleeper')
    await app.page.runButton().click()
    await app.page.waitForLog('sleeping')
    await app.page.stopButton().click()
    await app.page.waitForOutcome('Stopped')
  })

  it('shows what is wrong in pipeline.json at its line and asks before it runs', async () => {
    writeFileSync(join(profile.samplesDir, 'sleeper', 'pipeline.json'), '{\n  "enabled": true,\n  "timeout": 10,\n}\n')
    await app.page.window.getByRole('treeitem', { name: /^sleeper.*1 (error|problem)/i }).waitFor()
    await app.page.select('sleeper')
    await app.page.runButton().click()
    const question = app.page.window.getByRole('dialog')
    await question.waitFor()
    expect(await question.textContent()).toMatch(/pipeline\.json/)
    await app.page.screenshot('invalid-config')
    await question.getByRole('button', { name: /cancel/i }).click()
  })

  it('reopens the log of an earlier run after a restart', async () => {
    await app.close()
    app = await startApp(profile, { engine: testEngine })
    await app.page.select('broken_import_date')
    await app.page.history().filter({ hasText: 'broken_import_date' }).first().click()
    await app.page.waitForLog('ValueError')
    await app.page.waitForOutcome(/Failed.*exit.*1/)
  })
})

describe('The window without a container engine', () => {
  let profile: Profile
  let app: RunningApp

  beforeAll(async () => {
    profile = createProfile()
    app = await startApp(profile, { engine: null })
  })
  afterAll(async () => {
    await app.close()
    profile.remove()
  })

  it('says so in a banner and runs a pipeline on this computer, labelled as not isolated', async () => {
    await app.page.window.getByRole('alert').filter({ hasText: /no container engine/i }).waitFor()
    await app.page.select('hello')
    await app.page.runButton().click()
    await app.page.waitForOutcome('Succeeded')
    await app.page.waitForLog('Python')
    expect(await app.page.window.getByRole('region', { name: 'Run', exact: true }).textContent()).toMatch(/not isolated/i)
    await app.page.screenshot('no-engine')
  })
})
