/** The packages of a pipeline in the real window: findings and their fixes, the check, the lock file written after a look at what changes. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAdvisoryService, type AdvisoryService } from '../src-main/engine/testing/advisory-service'
import { createProfile, startApp, testEngine, writeSample, type Profile, type RunningApp } from './app-fixture'

describe.skipIf(testEngine === null)('The dependencies of a pipeline (needs FFD_TEST_ENGINE)', () => {
  let profile: Profile
  let app: RunningApp
  let advisories: AdvisoryService

  beforeAll(async () => {
    advisories = await startAdvisoryService(testEngine ?? '')
    profile = createProfile()
    app = await startApp(profile, { engine: testEngine })
    await app.page.pipeline('hello').waitFor()
    write('report/main.py', 'import requests\nimport yaml\n\nprint(requests.__version__, yaml.__version__)\n')
    write('report/requirements.txt', 'requests==2.19.0\njinja2==2.10\nsix==1.16.0\n')
    write('report/pipeline.json', JSON.stringify({ default_env: { PIP_AUDIT_OSV_URL: advisories.url } }))
    write('bare/main.py', 'import yaml\n')
    await app.page.pipeline('report').waitFor()
    await app.page.pipeline('bare').waitFor()
  })
  afterAll(async () => {
    await app.close()
    profile.remove()
    advisories.close()
  })

  const write = (path: string, text: string): void => writeSample(profile, path, text)
  const file = (name: string): string => join(profile.samplesDir, 'report', name)
  const page = () => app.page.window.getByRole('tabpanel')
  const findings = () => page().getByRole('list', { name: 'Findings' })
  const row = (name: string) => page().getByRole('table', { name: 'Packages' }).getByRole('row', { name: new RegExp(`^${name}`) })
  const pageTab = () => app.page.window.getByRole('tab', { name: 'Dependencies' })

  it('opens from the overview and says what is imported, required, and neither', async () => {
    await app.page.select('report')
    await app.page.window.getByRole('button', { name: 'Dependencies' }).click()
    await page().getByRole('heading', { name: 'Dependencies of report' }).waitFor()
    await findings().getByText('yaml is imported, and no line asks for pyyaml:').waitFor()
    await findings().getByText(/No import of six was found/).waitFor()
    await row('requests').getByRole('button', { name: 'main.py:1' }).waitFor()
    await app.page.screenshot('dependencies-look')
  })

  it('a fix edits the open requirements, unsaved; it can be undone, and saving it ends the finding', async () => {
    await findings().getByRole('button', { name: 'Add pyyaml' }).click()
    await findings().getByRole('button', { name: 'Added, not saved yet' }).waitFor()
    expect(readFileSync(file('requirements.txt'), 'utf8')).not.toContain('pyyaml')
    await app.page.screenshot('dependencies-unsaved')
    const { window } = app.page
    await window.getByRole('tab', { name: /^requirements\.txt.*unsaved/i }).click()
    await window.getByRole('textbox', { name: /editor content/i }).first().focus()
    await window.keyboard.press('ControlOrMeta+Z')
    await window.getByRole('tab', { name: 'requirements.txt', exact: true }).waitFor()
    await pageTab().click()
    await findings().getByRole('button', { name: 'Add pyyaml' }).click()
    await findings().getByRole('button', { name: 'Remove the line of six' }).click()
    await page().getByText('Edited and not saved yet: requirements.txt').waitFor()
    await page().getByRole('button', { name: 'Save', exact: true }).click()
    await row('pyyaml').getByRole('button', { name: 'main.py:2' }).waitFor()
    await findings().getByText(/yaml is imported/).waitFor({ state: 'detached' })
    await findings().getByText(/No import of jinja2 was found/).waitFor()
    expect(readFileSync(file('requirements.txt'), 'utf8')).toBe('requests==2.19.0\njinja2==2.10\npyyaml\n')
  })

  it('the check shows its progress, then versions, licences and known vulnerabilities', async () => {
    const { window } = app.page
    await page().getByRole('button', { name: 'Resolve and check' }).click()
    await page().getByRole('button', { name: 'Cancel' }).waitFor()
    await page().getByText(/^Checked on /).waitFor({ timeout: 90_000 })
    await findings().getByText('jinja2 2.10 has 2 known vulnerabilities.').waitFor()
    await row('requests').getByText('CVE-2018-18074').waitFor()
    await row('requests').getByText('fixed in 2.20.0').waitFor()
    await row('requests').getByText('Apache 2.0').waitFor()
    await row('certifi').getByText('through requests').waitFor()
    await row('jinja2').getByText(/^newer: /).waitFor()
    await window.getByRole('treeitem', { name: /^report, .*cache warm(?!ing)/ }).waitFor()
    await window.keyboard.press('ControlOrMeta+J')
    await app.page.screenshot('dependencies-checked')
  })

  it('the lock file is shown before it is written, and is written only then', async () => {
    await page().getByRole('button', { name: 'Write lock file…' }).click()
    const proposal = page().getByRole('region', { name: 'New lock file' })
    await proposal.getByText('markupsafe').first().waitFor({ timeout: 60_000 })
    expect(existsSync(file('requirements.txt.lock'))).toBe(false)
    await app.page.screenshot('dependencies-lock')
    await proposal.getByRole('button', { name: 'Write requirements.txt.lock' }).click()
    await page().getByText(/Runs install from requirements\.txt\.lock/).waitFor()
    const text = readFileSync(file('requirements.txt.lock'), 'utf8')
    expect(text).toContain('/app/requirements.txt -o /app/requirements.txt.lock')
    expect(text).toMatch(/^pyyaml==/m)
    expect(text).not.toContain(profile.samplesDir)
  })

  it('an edit makes the lock outdated, and the renewed one is shown beside it', async () => {
    write('report/requirements.txt', 'requests==2.19.0\njinja2==2.11.3\npyyaml\n')
    await findings().getByText(/The lock lacks what requirements\.txt asks for/).waitFor()
    await findings().getByRole('button', { name: 'Renew the lock…' }).click()
    const proposal = page().getByRole('region', { name: 'New lock file' })
    await proposal.getByText('jinja2==2.11.3').first().waitFor({ timeout: 60_000 })
    await app.page.screenshot('dependencies-lock-diff')
    await proposal.getByRole('button', { name: 'Discard' }).click()
    expect(readFileSync(file('requirements.txt.lock'), 'utf8')).toContain('jinja2==2.10\n')
  })

  it('follows the pipeline that is selected, and makes the requirements of one that has none', async () => {
    await app.page.select('bare')
    await pageTab().click()
    await page().getByRole('heading', { name: 'Dependencies of bare' }).waitFor()
    await page().getByText(/There is no requirements\.txt/).waitFor()
    await findings().getByRole('button', { name: 'Make requirements.txt with pyyaml' }).click()
    await page().getByText('Edited and not saved yet: requirements.txt').waitFor()
    expect(readFileSync(join(profile.samplesDir, 'bare', 'requirements.txt'), 'utf8')).toBe('')
    await page().getByRole('button', { name: 'Save', exact: true }).click()
    await page().getByText('Requirements, lock and imports agree.').waitFor()
    expect(readFileSync(join(profile.samplesDir, 'bare', 'requirements.txt'), 'utf8')).toBe('pyyaml\n')
    await app.page.select('report')
    await pageTab().click()
  })

  it('fits a narrow window, and is there in German and dark from the palette', async () => {
    const { window } = app.page
    const choose = async (action: string): Promise<void> => {
      await window.keyboard.press('F1')
      await window.getByRole('combobox').fill(action)
      await window.getByRole('option', { name: action }).first().click()
    }
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(760, 700))
    await app.page.screenshot('dependencies-narrow')
    await row('urllib3').scrollIntoViewIfNeeded()
    await app.page.screenshot('dependencies-narrow-table')
    await choose('Theme: dark')
    await app.page.screenshot('dependencies-dark-narrow')
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1280, 900))
    await choose('Show the pipeline overview')
    await choose('Open the dependencies of the pipeline')
    await page().getByRole('heading', { name: 'Dependencies of report' }).waitFor()
    await choose('Language: Deutsch')
    await page().getByRole('heading', { name: 'Abhängigkeiten von report' }).waitFor()
    await app.page.screenshot('dependencies-dark-german')
  })
})
