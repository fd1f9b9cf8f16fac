/** History in the real window: of a pipeline, a commit with its diff, revert and undo, an old commit run, conflicts resolved to the end. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProfile, startApp, testEngine, writeSample, type Profile, type RunningApp } from './app-fixture'

const cell = (id: string, source: string): object => ({ cell_type: 'code', execution_count: 1, id, metadata: {}, outputs: [{ name: 'stdout', output_type: 'stream', text: ['x\n'] }], source: [source] })
const notebook = (...cells: object[]): string => `${JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`

describe.skipIf(testEngine === null)('History, rollback and conflicts (needs FFD_TEST_ENGINE)', () => {
  let profile: Profile
  let app: RunningApp
  const home = { HOME: process.env.HOME, XDG_CONFIG_HOME: process.env.XDG_CONFIG_HOME }

  const git = (...argv: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...argv], { cwd: profile.samplesDir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd()
  const stops = (...argv: string[]): void => expect(() => git(...argv)).toThrow()
  const commit = (files: Record<string, string>, message: string): string => {
    for (const [path, text] of Object.entries(files)) writeSample(profile, path, text)
    git('add', '-A')
    git('commit', '-q', '-m', message)
    return git('rev-parse', 'HEAD')
  }
  const page = () => app.page.window.getByRole('tabpanel')
  const palette = async (command: string): Promise<void> => {
    await app.page.window.keyboard.press('ControlOrMeta+Shift+P')
    await app.page.window.getByRole('combobox').fill(command)
    await app.page.window.getByRole('option', { name: command }).first().click()
  }

  beforeAll(async () => {
    profile = createProfile()
    writeSample({ ...profile, samplesDir: profile.userDataDir }, 'home/git/config', '[safe]\n\tdirectory = *\n[user]\n\tname = Ada\n\temail = ada@example.org\n')
    process.env.XDG_CONFIG_HOME = join(profile.userDataDir, 'home')
    app = await startApp(profile, { engine: testEngine })
    await app.page.pipeline('hello').waitFor()
    git('init', '-q', '-b', 'main')
    commit({ 'demo/main.py': 'print("the old demo")\n', 'demo/main2.ipynb': notebook(cell('a', 'print(1)'), cell('b', 'print(2)')) }, 'Add the demo')
    commit({ 'demo/main.py': 'print("the new demo")\n' }, 'Greet in another way')
    await app.page.pipeline('demo').waitFor()
    await app.page.window.evaluate(() => (globalThis as unknown as { bridge: { call: (name: string, input: object) => Promise<unknown> } }).bridge.call('workspace.trust', {}))
    await app.page.window.evaluate(() => (globalThis as unknown as { bridge: { call: (name: string, input: object) => Promise<unknown> } }).bridge.call('git.refresh', {}))
  })
  afterAll(async () => {
    await app.close()
    if (home.XDG_CONFIG_HOME === undefined) delete process.env.XDG_CONFIG_HOME
    else process.env.XDG_CONFIG_HOME = home.XDG_CONFIG_HOME
    profile.remove()
  })

  it('shows the history of a pipeline, and a commit with its changes', async () => {
    await app.page.select('demo')
    await app.page.window.getByRole('button', { name: 'History', exact: true }).first().click()
    await page().getByRole('heading', { name: 'History of demo' }).waitFor()
    await expect.poll(() => page().getByRole('list', { name: 'Commits' }).getByRole('listitem').count(), { timeout: 20_000 }).toBe(2)
    await app.page.screenshot('commits-history')
    await page().getByRole('button', { name: /Greet in another way/ }).click()
    await page().getByRole('heading', { name: 'Greet in another way' }).waitFor()
    await page().getByRole('button', { name: /demo\/main\.py/ }).first().click()
    await page().getByText('the new demo').first().waitFor()
    await app.page.screenshot('commits-commit')
  })

  it('reverts it by a new commit, and undoes that while it is not pushed', async () => {
    const before = git('rev-parse', 'HEAD')
    await page().getByRole('button', { name: 'Revert…' }).click()
    await app.page.window.getByRole('dialog').getByRole('button', { name: 'Revert', exact: true }).click()
    await page().getByRole('heading', { name: 'Revert "Greet in another way"' }).waitFor()
    expect(readFileSync(join(profile.samplesDir, 'demo/main.py'), 'utf8')).toBe('print("the old demo")\n')
    await app.page.screenshot('commits-reverted')
    await page().getByRole('button', { name: 'Undo this revert' }).click()
    await expect.poll(() => git('rev-parse', 'HEAD')).toBe(before)
  })

  it('runs a pipeline as it was, and says so', async () => {
    writeSample(profile, 'demo/main.py', 'print("not committed")\n')
    await palette('Show the history of the repository')
    await page().getByRole('button', { name: /Add the demo/ }).click()
    await page().getByRole('button', { name: 'Run demo as it was' }).click()
    await app.page.waitForOutcome('Succeeded')
    await app.page.waitForLog('the old demo')
    await app.page.window.getByRole('region', { name: 'Run', exact: true }).getByText(/demo · as of [0-9a-f]{8}/).waitFor()
    expect(readFileSync(join(profile.samplesDir, 'demo/main.py'), 'utf8')).toBe('print("not committed")\n')
    await app.page.screenshot('commits-run')
    git('checkout', '-q', '--', '.')
  })

  it('shows who wrote each line', async () => {
    await app.page.openFile('demo', 'main.py')
    await palette('Show who wrote each line (blame)')
    await app.page.window.getByText(/^[0-9a-f]{7} Ada \d\d-\d\d-\d\d 1$/).waitFor()
    await app.page.screenshot('commits-blame')
    await palette('Show who wrote each line (blame)')
  })

  it('resolves a text and a notebook cell by cell, to the end of the merge', async () => {
    git('switch', '-q', '-c', 'side')
    commit({ 'demo/main.py': 'print("theirs")\n', 'demo/main2.ipynb': notebook(cell('a', 'print("theirs")'), cell('b', 'print(2)'), cell('c', 'print(3)')) }, 'Their change')
    git('switch', '-q', 'main')
    commit({ 'demo/main.py': 'print("ours")\n', 'demo/main2.ipynb': notebook(cell('a', 'print("ours")'), cell('b', 'print(2)')) }, 'Our change')
    stops('merge', 'side')
    await palette('Show conflicts')
    await page().getByText('2 files are not resolved yet').waitFor()
    const { window } = app.page
    await page().getByRole('button', { name: /demo\/main\.py/ }).click()
    const choice = page().getByRole('region', { name: 'Conflict 1 of 1' })
    await choice.waitFor()
    await app.page.screenshot('conflicts-text')
    await choice.getByRole('button', { name: 'Take both' }).click()
    await page().getByText('No conflicts are left in the text.').waitFor()
    await page().getByRole('button', { name: 'Mark as resolved' }).click()
    await page().getByText('1 file is not resolved yet').waitFor()
    const cells = page().getByRole('region', { name: 'Cell 1 of 1 in conflict' })
    await cells.getByRole('button', { name: 'Take theirs' }).click()
    await cells.getByRole('textbox').fill('print("agreed")')
    await window.getByRole('tab', { name: 'main.py' }).click()
    await window.getByRole('tab', { name: 'Conflicts' }).click()
    await page().getByText('Every cell is decided.').waitFor()
    await app.page.screenshot('conflicts-notebook')
    await window.setViewportSize({ width: 760, height: 720 })
    await app.page.screenshot('conflicts-notebook-760')
    await window.setViewportSize({ width: 1280, height: 800 })
    await palette('Theme: dark')
    await app.page.screenshot('conflicts-notebook-dark')
    await page().getByRole('button', { name: 'Mark as resolved' }).click()
    await page().getByText('All files are resolved.').waitFor()
    await page().getByRole('button', { name: 'Commit the merge' }).click()
    await page().getByText('There are no conflicts.').waitFor()
    expect(git('log', '-1', '--format=%P').split(' ')).toHaveLength(2)
    expect(readFileSync(join(profile.samplesDir, 'demo/main.py'), 'utf8')).toBe('print("ours")\nprint("theirs")\n')
    const merged = JSON.parse(readFileSync(join(profile.samplesDir, 'demo/main2.ipynb'), 'utf8')) as { cells: { source: string[]; outputs: unknown[] }[] }
    expect(merged.cells.map(({ source }) => source.join(''))).toEqual(['print("agreed")', 'print(2)', 'print(3)'])
    expect(git('status', '--porcelain')).toBe('')
  })

  it('shows a commit of a notebook cell by cell, narrow and dark', async () => {
    await palette('Show the history of the repository')
    await page().getByRole('button', { name: /Their change/ }).click()
    await page().getByRole('button', { name: /main2\.ipynb/ }).first().click()
    await page().getByRole('region', { name: 'Cell 3 (code), added' }).waitFor()
    await app.page.screenshot('commits-notebook-dark')
    await app.page.window.setViewportSize({ width: 900, height: 720 })
    await app.page.screenshot('commits-notebook-900')
  })
  it('resolves a text three ways: keys, undo, find, the sides, what is half done, and what a terminal writes in between', async () => {
    const path = 'demo/etl.py'
    const numbered = (changes: Record<number, string>): string => Array.from({ length: 60 }, (_, line) => `${changes[line] ?? `step_${line} = ${line}`}\n`).join('')
    commit({ [path]: numbered({}) }, 'Add the steps')
    git('switch', '-q', '-c', 'steps')
    commit({ [path]: numbered({ 3: 'first = "theirs"', 30: 'second = "theirs"', 55: 'third = "theirs"', 10: 'only_theirs = 1' }) }, 'Their steps')
    git('switch', '-q', 'main')
    commit({ [path]: numbered({ 3: 'first = "ours"', 30: 'second = "ours"', 55: 'third = "ours"' }) }, 'Our steps')
    stops('-c', 'merge.conflictStyle=diff3', 'merge', 'steps')
    const { window } = app.page
    await palette('Theme: light')
    await palette('Show or hide the run panel')
    await palette('Show conflicts')
    await page().getByText('1 file is not resolved yet').waitFor()
    const file = page().getByRole('region', { name: `Conflict in ${path}` })
    const result = file.getByRole('region', { name: 'Result' })
    const onDisk = (): string => readFileSync(join(profile.samplesDir, path), 'utf8')
    const isCurrent = (number: number, count: number): Promise<void> => file.getByRole('listitem').and(window.locator('[aria-current="true"]')).getByText(`Conflict ${number} of ${count}`).waitFor()
    await expect.poll(() => file.getByRole('region', { name: /^Conflict \d of 3$/ }).count()).toBe(3)
    await result.getByRole('textbox', { name: `Result: ${path}` }).waitFor()
    await result.locator('.view-line', { hasText: 'first = "ours"' }).waitFor()
    await isCurrent(1, 3)
    await app.page.screenshot('conflicts-three-way')

    // F7 goes through them, from wherever the keyboard is; the sides follow.
    await window.keyboard.press('F7')
    await isCurrent(2, 3)
    await window.keyboard.press('F7')
    await isCurrent(3, 3)
    for (const side of ['ours', 'theirs']) await file.locator(`.conflict-pane.${side} .view-line`, { hasText: `third = "${side}"` }).waitFor()
    await window.keyboard.press('Shift+F7')
    await isCurrent(2, 3)
    await file.getByText('The whole file before both changes').click()
    await file.locator('.conflict-pane.base .view-line', { hasText: /^step_30\s=\s30$/ }).waitFor()
    for (const [width, height] of [[900, 900], [760, 900]] as const) {
      await window.setViewportSize({ width, height })
      await app.page.screenshot(`conflicts-three-way-${width}`)
      await file.getByRole('button', { name: 'Mark as resolved' }).scrollIntoViewIfNeeded()
      await app.page.screenshot(`conflicts-three-way-${width}-below`)
    }
    await window.setViewportSize({ width: 1280, height: 1000 })
    await palette('Theme: dark')
    await app.page.screenshot('conflicts-three-way-dark')

    // By keyboard alone: the focus goes on to the same decision of the next one.
    await file.getByRole('region', { name: 'Conflict 2 of 3' }).getByRole('button', { name: 'Take theirs' }).focus()
    await window.keyboard.press('Enter')
    await file.getByRole('status').getByText('2 conflicts left').waitFor()
    await isCurrent(2, 2)
    await expect.poll(() => window.evaluate(() => `${document.activeElement?.textContent} in ${document.activeElement?.closest('section')?.getAttribute('aria-label')}`)).toBe('Take theirs in Conflict 2 of 2')
    await window.keyboard.press('Enter')
    await file.getByRole('status').getByText('1 conflict left').waitFor()
    // Half done is kept, and undo takes a decision back.
    await expect.poll(onDisk).toMatch(/second = "theirs"\n[^<]*third = "theirs"\n/)
    await result.getByRole('textbox').focus()
    await window.keyboard.press('ControlOrMeta+z')
    await file.getByRole('status').getByText('2 conflicts left').waitFor()
    await window.keyboard.press('ControlOrMeta+f')
    await result.getByRole('textbox', { name: 'Find' }).waitFor()
    await window.keyboard.press('Escape')
    await expect.poll(onDisk).toContain('third = "ours"')

    // Another editor, a terminal: shown, and undo knows what was here.
    writeSample(profile, path, `# from a terminal\n${onDisk()}`)
    await file.getByText('The file was changed outside of this window and is shown as it is now.', { exact: false }).waitFor()
    await result.getByRole('textbox').focus()
    await window.keyboard.press('ControlOrMeta+Home')
    await result.locator('.view-line', { hasText: 'from a terminal' }).waitFor()
    await app.page.screenshot('conflicts-three-way-outside')

    // Starting over is an edit as well.
    await file.getByRole('button', { name: 'Start over' }).click()
    await file.getByRole('status').getByText('3 conflicts left').waitFor()
    expect(onDisk()).not.toContain('from a terminal')
    await result.getByRole('textbox').focus()
    await window.keyboard.press('ControlOrMeta+z')
    await file.getByRole('status').getByText('2 conflicts left').waitFor()

    // Another tab in between loses nothing.
    await palette('Show the history of the repository')
    await palette('Show conflicts')
    await file.getByRole('status').getByText('2 conflicts left').waitFor()
    for (const left of ['1 conflict left', 'No conflicts are left in the text.']) {
      await file.getByRole('region', { name: /^Conflict 1 of / }).getByRole('button', { name: 'Take ours' }).click()
      await file.getByRole('status').getByText(left).waitFor()
    }
    await app.page.screenshot('conflicts-three-way-done')
    await file.getByRole('button', { name: 'Mark as resolved' }).click()
    await page().getByText('All files are resolved.').waitFor()
    expect(onDisk()).toBe(`# from a terminal\n${numbered({ 3: 'first = "ours"', 10: 'only_theirs = 1', 30: 'second = "theirs"', 55: 'third = "ours"' })}`)
    await page().getByRole('button', { name: 'Commit the merge' }).click()
    await page().getByText('There are no conflicts.').waitFor()
  })
})
