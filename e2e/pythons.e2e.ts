/** What a run would fetch, and Pythons from a mirror on this computer, in the real window. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPythonMirror, type PythonMirror } from '../src-main/engine/testing/python-mirror'
import { createProfile, startApp, testEngine, writeSample, type Profile, type RunningApp } from './app-fixture'

describe.skipIf(testEngine === null)('Before the first run (needs FFD_TEST_ENGINE)', () => {
  let profile: Profile
  let app: RunningApp
  let mirror: PythonMirror

  beforeAll(async () => {
    mirror = await startPythonMirror(testEngine ?? '', process.env.FFD_TEST_IMAGE ?? '')
    profile = createProfile()
    app = await startApp(profile, { engine: testEngine })
    await app.page.pipeline('hello').waitFor()
    writeSample(profile, 'tables/main.py', 'import sys, numpy\nprint("prefix", sys.base_prefix, numpy.__version__)\n')
    writeSample(profile, 'tables/requirements.txt', 'numpy==2.3.4\n')
    writeSample(profile, 'newer/main.py', 'print(1)\n')
    writeSample(profile, 'newer/requirements.txt', './lib\n')
    writeSample(profile, 'newer/pipeline.json', '{"python_version":"3.12"}')
    await app.page.pipeline('tables').waitFor()
    await app.page.pipeline('newer').waitFor()
  })
  afterAll(async () => {
    await app.close()
    profile.remove()
    await mirror.close()
  })

  const page = () => app.page.window.getByRole('tabpanel')
  const pythons = () => page().getByRole('region', { name: 'Pythons' })
  const openPage = async (name: string): Promise<void> => {
    await app.page.window.getByRole('group', { name: 'Of the workspace' }).getByRole('button', { name }).click()
    await page().getByRole('heading', { name, exact: true }).waitFor()
  }
  const estimate = /Would fetch numpy 2\.3\.4: 1\d MB/

  it('a mistake in requirements is told with what to write, and a cold pipeline says what its run would fetch, until it is preheated', async () => {
    const { window } = app.page
    await app.page.select('newer')
    await window.getByText(/Write \/app\/lib instead/).first().waitFor()
    await app.page.screenshot('requirements-problem')
    await app.page.select('tables')
    await window.getByText(estimate).first().waitFor({ timeout: 60_000 })
    await app.page.screenshot('fetch-overview')
    await openPage('Cache')
    await page().getByText(estimate).first().waitFor()
    await app.page.screenshot('fetch-cache-page')
    await page().getByRole('button', { name: 'Preheat tables' }).click()
    await window.getByRole('treeitem', { name: /^tables, .*cache warm(?!ing)/ }).waitFor({ timeout: 60_000 })
    await expect.poll(() => page().getByText(estimate).count()).toBe(0)
  })

  it('a Python that is missing stands first; that it cannot be had is told with the next step', async () => {
    await app.page.window.keyboard.press('ControlOrMeta+,')
    await page().getByRole('textbox', { name: 'List of Python downloads' }).fill(mirror.listUrl)
    await app.page.window.keyboard.press('Enter')
    await openPage('Cache')
    await pythons().getByRole('listitem', { name: 'Python 3.12, missing' }).getByText('Asked for by newer').waitFor()
    await pythons().getByRole('button', { name: 'Install Python 3.12' }).click()
    await pythons().getByText(/uv knows no Python 3\.12 to download/).waitFor({ timeout: 60_000 })
    await pythons().getByRole('button', { name: 'Settings' }).waitFor()
    await pythons().getByRole('button', { name: 'Log of the installation of Python 3.12' }).click()
    await pythons().getByText(/No download found/).first().waitFor()
    await pythons().getByRole('status').scrollIntoViewIfNeeded()
    await app.page.screenshot('python-failed')
  })

  it('a typed version is installed with progress, cancelled, installed again, used and removed', async () => {
    const field = pythons().getByRole('textbox', { name: 'Install another version' })
    const install = pythons().getByRole('button', { name: 'Install', exact: true })
    await field.fill('three')
    await pythons().getByText('A version looks like 3.12 or 3.12.4.').waitFor()
    expect(await install.isDisabled()).toBe(true)
    mirror.hold()
    await field.fill(mirror.version)
    await install.click()
    await pythons().getByRole('progressbar', { name: `Installation of Python ${mirror.version}` }).waitFor()
    await app.page.screenshot('python-installing')
    await pythons().getByRole('button', { name: `Cancel the installation of Python ${mirror.version}` }).click()
    await pythons().getByText(`The installation of Python ${mirror.version} was cancelled`).waitFor()
    mirror.release()
    await field.fill(mirror.version)
    await install.click()
    const row = pythons().getByRole('listitem', { name: `Python ${mirror.version}, installed` })
    await row.getByText(/Used by .*tables/).waitFor({ timeout: 60_000 })
    await row.scrollIntoViewIfNeeded()
    await app.page.screenshot('python-installed')
    await app.page.window.emulateMedia({ colorScheme: 'dark' })
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(760, 800))
    await row.scrollIntoViewIfNeeded()
    await app.page.screenshot('python-installed-dark-narrow')
    await app.page.window.emulateMedia({ colorScheme: null })
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1280, 820))
    await row.getByRole('button', { name: `Remove Python ${mirror.version}` }).click()
    const question = app.page.window.getByRole('dialog', { name: `Remove Python ${mirror.version}?` })
    await question.getByText('tables').first().waitFor()
    await app.page.screenshot('python-remove')
    await question.getByRole('button', { name: 'Remove' }).click()
    await row.waitFor({ state: 'detached', timeout: 60_000 })
    await app.page.window.getByRole('treeitem', { name: /^tables, .*cache stale/ }).waitFor()
  })
})
