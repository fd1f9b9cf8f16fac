/** Runs that wait, are retried, are ended by their limit, outlive the app: in the real window, in real containers. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProfile, startApp, testEngine, writeSample, type Profile, type RunningApp } from './app-fixture'

describe.skipIf(testEngine === null)('The life of a run (needs FFD_TEST_ENGINE)', () => {
  let profile: Profile
  let app: RunningApp

  beforeAll(async () => {
    profile = createProfile()
    writeFileSync(join(profile.userDataDir, 'settings.json'), '{"maxConcurrentRuns": 1}')
    app = await startApp(profile, { engine: testEngine })
    await app.page.pipeline('hello').waitFor()
    write('slow/main.py', 'import time\nfor number in range(40):\n    print("line", number, flush=True)\n    time.sleep(0.25)\n')
    write('flaky/main.py', 'import os, sys\nprint("attempt", os.environ.get("_fastflow_retry_count", "0"))\nsys.exit(0 if "_fastflow_retry_count" in os.environ else 4)\n')
    write('flaky/pipeline.json', '{"retry_attempts": 1, "retry_strategy": {"type": "fixed_delay", "delay": 600}}')
    write('hungry/main.py', 'blocks = []\nwhile True:\n    blocks.append(bytearray(8_000_000))\n')
    write('hungry/pipeline.json', '{\n  "mem_hard_limit": "64m"\n}\n')
    write('escapes/main.py', 'import base64\nesc, bel = chr(27), chr(7)\nprint("first line")\nprint(f"{esc}]0;owned{bel}{esc}]2;owned{bel}second line")\nprint(f"{esc}]8;;https://evil.example/{bel}a link{esc}]8;;{bel}")\nprint(f"{esc}]52;c;{base64.b64encode(b\'owned\').decode()}{bel}{esc}[?1049h{esc}[3J{esc}c{esc}[31min red{esc}[0m")\nprint("the end")\n')
    write('given/main.py', 'import os\nprint(os.environ["GREETING"])\n')
    write('given/pipeline.json', '{"webhook_key": "test-key"}')
    await app.page.pipeline('given').waitFor()
    await app.page.pipeline('hungry').waitFor()
  })
  afterAll(async () => {
    await app.close()
    profile.remove()
  })

  const write = (path: string, text: string): void => writeSample(profile, path, text)

  async function run(pipeline: string): Promise<void> {
    await app.page.select(pipeline)
    await app.page.runButton().click()
  }

  const region = () => app.page.window.getByRole('region', { name: 'Run', exact: true })

  it('a run above the limit waits in the queue, with its reason, and begins when there is room', async () => {
    await run('slow')
    await app.page.waitForLog('line 0')
    await run('hello')
    await region().getByText(/Number 1 in the queue: as many runs as the settings allow/).waitFor()
    await app.page.screenshot('run-queued')
    await app.page.select('slow')
    await app.page.stopButton().click()
    await app.page.waitForOutcome('Stopped')
    await app.page.select('hello')
    await app.page.waitForOutcome('Succeeded')
  })

  it('a failed run is tried again: the wait is counted down and can be skipped', async () => {
    await run('flaky')
    await region().getByText(/Retry 1 of 1 in (10:00|9:5\d)/).waitFor({ timeout: 60_000 })
    await app.page.screenshot('run-retry-waits')
    await region().getByRole('button', { name: 'Run now' }).click()
    await app.page.waitForOutcome('Succeeded')
    await app.page.waitForLog('attempt 1')
    expect(await app.page.history().filter({ hasText: 'flaky' }).count()).toBe(2)
  })

  it('a run that needs more memory than its limit says so, with peak and limit', async () => {
    await run('hungry')
    await app.page.waitForOutcome(/Out of memory/)
    await region().getByText(/64 MiB/).first().waitFor()
    await app.page.screenshot('run-out-of-memory')
  })

  it('a notebook shows its cells as they run: tables, plots, a cell that is tried again; and what the server would lose', async () => {
    await run('weather_notebook')
    const { window } = app.page
    const cells = window.getByRole('list', { name: 'Cells of the notebook' })
    await cells.getByRole('listitem', { name: 'Cell 5, succeeded' }).waitFor({ timeout: 110_000 })
    await app.page.waitForOutcome('Succeeded')
    await cells.getByText('2 attempts').waitFor()
    await cells.getByText('answered at attempt 2').waitFor()
    const image = cells.getByRole('img').first()
    await image.waitFor()
    expect(await image.evaluate((element) => (element as HTMLImageElement).naturalWidth)).toBeGreaterThan(100)
    await app.page.screenshot('run-notebook')
    const table = window.frameLocator('iframe[title="HTML of the cell"]').getByRole('cell', { name: 'Wednesday' })
    await cells.getByRole('listitem', { name: 'Cell 2, succeeded' }).scrollIntoViewIfNeeded()
    await table.waitFor()
    await app.page.screenshot('run-notebook-table')
    await window.getByLabel('As the server shows it').check()
    const server = window.getByRole('list', { name: 'Cells as the server shows them' })
    await server.getByText(/Lost on the server: .*text\/html/).first().waitFor()
    await app.page.screenshot('run-notebook-server')
    await window.getByRole('group', { name: 'Output shown' }).getByRole('button', { name: 'Log' }).click()
    await app.page.waitForLog('[cell 4] succeeded')
  })

  it('a run can be given variables, or be started as a webhook whose body is checked as the server does', async () => {
    const { window } = app.page
    const dialog = window.getByRole('dialog', { name: 'Run given with…' })
    await app.page.select('given')
    await window.getByRole('button', { name: 'Run with…' }).click()
    await dialog.getByLabel('Name of variable 1').fill('GREETING')
    await dialog.getByLabel('Value of variable 1').fill('hello from the dialog')
    await app.page.screenshot('run-with')
    await dialog.getByRole('button', { name: 'Run', exact: true }).click()
    await app.page.waitForLog('hello from the dialog')
    await app.page.waitForOutcome('Succeeded')
    await window.keyboard.press('ControlOrMeta+Shift+F5')
    await dialog.getByRole('button', { name: 'As a webhook' }).click()
    await dialog.getByLabel('Body').fill('{"env_vars": {"GREETING": 5}}')
    await dialog.getByRole('button', { name: 'Run', exact: true }).click()
    await dialog.getByRole('alert').filter({ hasText: /env_vars\.GREETING/ }).waitFor()
    await app.page.screenshot('run-with-webhook')
    await dialog.getByLabel('Body').fill('{"env_vars": {"GREETING": "hello from a webhook"}}')
    await dialog.getByRole('button', { name: 'Run', exact: true }).click()
    await app.page.waitForLog('hello from a webhook')
    await region().getByText('Started as a webhook').first().waitFor()
  })

  it('a log cannot name the window, reach the clipboard, make links, or hide what was written before', async () => {
    const { window } = app.page
    const title = await window.title()
    await app.electron.evaluate(({ clipboard }) => clipboard.writeText('of the user'))
    await run('escapes')
    await app.page.waitForOutcome('Succeeded')
    await app.page.waitForLog('the end')
    const text = await app.page.logText()
    for (const part of ['first line', 'second line', 'a link', 'in red', 'the end']) expect(text).toContain(part)
    expect(await window.title()).toBe(title)
    expect(await app.electron.evaluate(({ clipboard }) => clipboard.readText())).toBe('of the user')
    await window.getByRole('region', { name: 'Log', exact: true }).locator('.xterm-screen').click({ position: { x: 12, y: 45 } })
    expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
    await app.page.screenshot('run-escapes')
  })

  it('a run is not disturbed by a window that is loaded anew (D7), and its log is whole there', async () => {
    await run('slow')
    await app.page.waitForLog('line 3')
    await app.page.window.reload()
    await app.page.pipeline('slow').waitFor()
    await app.page.select('slow')
    await app.page.waitForLog('line 39')
    await app.page.waitForOutcome('Succeeded')
    const lines = (await app.page.logText()).split('\n').filter((line) => line.startsWith('line '))
    expect(lines.map((line) => line.trim())).toEqual(Array.from({ length: 40 }, (_, number) => `line ${number}`))
  })

  it('a run outlives a kill -9 of the app: the next start follows it to its end, with its whole log', async () => {
    await run('slow')
    await app.page.waitForLog('line 5')
    app.electron.process().kill('SIGKILL')
    await app.electron.close().catch(() => undefined)
    app = await startApp(profile, { engine: testEngine })
    await app.page.select('slow')
    await app.page.waitForOutcome('Succeeded')
    await app.page.waitForLog('line 39')
    const lines = (await app.page.logText()).split('\n').filter((line) => line.startsWith('line '))
    expect(lines.map((line) => line.trim())).toEqual(Array.from({ length: 40 }, (_, number) => `line ${number}`))
    await app.page.screenshot('run-recovered')
  })
})
