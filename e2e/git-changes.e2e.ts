/** Changes in the real window: edit, diff, stage a hunk, commit, undo; discard and undo; branches; what a terminal does is followed. */
import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProfile, startApp, writeSample, type Profile, type RunningApp } from './app-fixture'

describe('Changes', () => {
  let profile: Profile
  let app: RunningApp

  const lines = (changes: Record<number, string> = {}): string => Array.from({ length: 60 }, (_, at) => changes[at] ?? `x${at} = ${at}`).join('\n') + '\n'
  const git = (...argv: string[]): string => execFileSync('git', ['-c', 'safe.directory=*', ...argv], { cwd: profile.samplesDir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd()
  const page = () => app.page.window.getByRole('tabpanel')
  const change = (name: RegExp) => page().getByRole('tree', { name: 'Changed files' }).getByRole('treeitem', { name })
  const badged = () => app.page.window.getByRole('tree', { name: 'Pipelines' }).getByRole('treeitem', { name: /^work, .*1 changed file/ })
  const question = () => app.page.window.getByRole('dialog')
  const openChanges = async (): Promise<void> => {
    await app.page.window.keyboard.press('ControlOrMeta+Shift+G')
    await page().getByRole('heading', { name: 'Changes', exact: true }).waitFor()
  }
  const resize = (width: number): Promise<void> => app.electron.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size, 800), width)
  const choose = async (action: string): Promise<void> => {
    await app.page.window.keyboard.press('F1')
    await app.page.window.getByRole('combobox').fill(action)
    await app.page.window.getByRole('option', { name: action }).first().waitFor()
    await app.page.window.keyboard.press('Enter')
  }

  beforeAll(async () => {
    profile = createProfile()
    app = await startApp(profile, { engine: null })
    await app.page.pipeline('hello').waitFor()
    // The samples belong to the user of runs; git works in a folder of its own user alone.
    if (process.getuid?.() === 0) chownSync(profile.samplesDir, 0, 0)
    writeSample(profile, 'work/main.py', lines())
    await app.page.pipeline('work').waitFor()
    await app.page.window.keyboard.press('ControlOrMeta+J')
  })
  afterAll(async () => {
    await app.close()
    profile.remove()
  })

  it('a folder that is no repository becomes one', async () => {
    await openChanges()
    await app.page.screenshot('git-none')
    await page().getByRole('button', { name: 'Make one' }).click()
    await question().getByRole('button', { name: 'Make it, with .gitignore' }).click()
    await change(/^work, 1 changed file, not staged/).waitFor()
    await badged().waitFor()
    git('config', 'user.name', 'E2E')
    git('config', 'user.email', 'e2e@example.org')
    await page().getByRole('textbox', { name: 'Commit message' }).fill('first')
    await app.page.window.keyboard.press('ControlOrMeta+Enter')
    await question().getByRole('button', { name: 'Stage all and commit' }).click()
    await page().getByText('Nothing is changed').waitFor()
    expect(git('log', '--format=%s %an')).toBe('first E2E')
  })

  it('an edit is shown, staged by hunk, committed, and the commit is taken back', async () => {
    await app.page.openFile('work', 'main.py')
    await app.page.typeIntoEditor(lines({ 2: 'two = 2', 50: 'fifty = 50' }))
    await app.page.window.keyboard.press('ControlOrMeta+S')
    await badged().waitFor()
    await openChanges()
    await change(/^main\.py, modified, not staged/).waitFor()
    await page().getByRole('tree', { name: 'Changed files' }).focus()
    await app.page.window.keyboard.press('End')
    await app.page.window.keyboard.press('Enter')
    const hunks = page().getByRole('list', { name: 'Changes one by one' })
    await hunks.getByRole('listitem').nth(1).waitFor()
    await page().getByText('fifty = 50').first().waitFor()
    await app.page.screenshot('git-diff')
    await app.page.window.keyboard.press('F7')
    await hunks.getByRole('button', { name: 'Stage change 1' }).click()
    await hunks.getByRole('listitem').nth(1).waitFor({ state: 'detached' })
    await page().getByRole('button', { name: 'Inline' }).click()
    await page().getByRole('button', { name: 'Side by side' }).waitFor()
    await app.page.screenshot('git-diff-inline')
    await openChanges()
    await change(/^main\.py, modified, partly staged/).waitFor()
    await page().getByRole('textbox', { name: 'Commit message' }).fill('only two\n\nbody')
    await app.page.screenshot('git-changes')
    await page().getByRole('button', { name: 'Commit 1 file' }).click()
    await page().getByText('Last commit: only two').waitFor()
    expect(git('show', '--format=%B', 'HEAD')).toMatch(/^only two\n\nbody\n[\s\S]*\+two = 2$/m)
    expect(git('show', 'HEAD')).not.toContain('fifty')
    await page().getByRole('button', { name: 'Undo last commit' }).click()
    await page().getByText('Last commit: first').waitFor()
    await app.page.window.getByText('The last commit was taken back').waitFor()
    expect(git('diff', '--cached', '--name-only')).toBe('work/main.py')
    expect(await page().getByRole('textbox', { name: 'Commit message' }).inputValue()).toBe('only two\n\nbody')
  })

  it('a hook that refuses is shown with what it printed', async () => {
    const hook = join(profile.samplesDir, '.git/hooks/pre-commit')
    mkdirSync(join(profile.samplesDir, '.git/hooks'), { recursive: true })
    writeFileSync(hook, '#!/bin/sh\necho "line 3 is too long"\nexit 1\n', { mode: 0o755 })
    await page().getByRole('button', { name: 'Commit 1 file' }).click()
    await page().getByRole('alert').getByText(/hook pre-commit/).first().waitFor()
    await page().getByRole('alert').getByRole('button', { name: 'Output' }).click()
    await page().getByText('line 3 is too long').waitFor()
    await app.page.screenshot('git-hook')
    rmSync(hook)
    await page().getByRole('alert').getByRole('button', { name: 'Hide' }).click()
  })

  it('discarding asks, and can be undone', async () => {
    const before = readFileSync(join(profile.samplesDir, 'work/main.py'), 'utf8')
    await page().getByRole('tree', { name: 'Changed files' }).focus()
    await app.page.window.keyboard.press('End')
    await app.page.window.keyboard.press('Delete')
    await question().getByText('work/main.py').waitFor()
    await app.page.screenshot('git-discard')
    await question().getByRole('button', { name: 'All since the last commit' }).click()
    await page().getByText('Nothing is changed').waitFor()
    expect(readFileSync(join(profile.samplesDir, 'work/main.py'), 'utf8')).toBe(lines())
    await app.page.window.getByText('Discarded the changes of 1 file').waitFor()
    await choose('Undo the last discard')
    await change(/^main\.py, modified, partly staged/).waitFor()
    expect(readFileSync(join(profile.samplesDir, 'work/main.py'), 'utf8')).toBe(before)
  })

  it('a branch is made and switched to; changes in the way are put aside', async () => {
    const { window } = app.page
    await window.getByRole('button', { name: /^Branch: main/ }).click()
    await window.getByRole('menuitem', { name: 'New branch…' }).click()
    await question().getByRole('textbox', { name: 'Name' }).fill('a..b')
    await question().getByRole('button', { name: 'Make branch' }).click()
    await question().getByRole('alert').filter({ hasText: /cannot be the name/ }).waitFor()
    await question().getByRole('textbox', { name: 'Name' }).fill('feature')
    await question().getByRole('button', { name: 'Make branch' }).click()
    await window.getByRole('button', { name: /^Branch: feature/ }).waitFor()
    git('commit', '-q', '-a', '-m', 'on the feature')
    writeSample(profile, 'work/main.py', lines({ 2: 'dirty = 1' }))
    await change(/^main\.py, modified, not staged/).waitFor()
    await window.getByRole('button', { name: /^Branch: feature/ }).click()
    await window.getByRole('menuitem', { name: 'main' }).click()
    await question().getByRole('button', { name: 'Stash and switch' }).click()
    await window.getByRole('button', { name: /^Branch: main/ }).waitFor()
    await page().getByRole('button', { name: 'Stashes (1)' }).click()
    await page().getByRole('listitem', { name: /Put aside before switching to main/ }).waitFor()
    await app.page.screenshot('git-stashes')
  })

  it('what is done in a terminal is followed, in the list, the badge, the branch and the diff', async () => {
    const { window } = app.page
    writeSample(profile, 'work/main.py', lines({ 10: 'terminal = 1' }))
    await change(/^main\.py, modified, not staged/).click()
    await page().getByText('terminal = 1').first().waitFor()
    writeSample(profile, 'work/main.py', lines({ 10: 'terminal = 2' }))
    await page().getByText('terminal = 2').first().waitFor()
    git('commit', '-q', '-a', '-m', 'from a terminal')
    await page().getByText('No differences.').waitFor()
    await openChanges()
    await page().getByText('Last commit: from a terminal').waitFor()
    await badged().waitFor({ state: 'detached' })
    git('switch', '-q', '-c', 'elsewhere')
    await window.getByRole('button', { name: /^Branch: elsewhere/ }).waitFor()
  })

  it('a notebook is compared cell by cell, and as the raw text with its changes one by one', async () => {
    const notebook = (source: string, output: string): string => `${JSON.stringify({ cells: [{ cell_type: 'code', execution_count: 1, id: 'a', metadata: {}, outputs: [{ name: 'stdout', output_type: 'stream', text: [output] }], source: [source] }, { cell_type: 'markdown', id: 'b', metadata: {}, source: ['# stays'] }], metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`
    writeSample(profile, 'work/note.ipynb', notebook('print(1)', 'printed-one'))
    git('add', '-A')
    git('commit', '-q', '-m', 'a notebook')
    writeSample(profile, 'work/note.ipynb', notebook('print(2)', 'printed-two'))
    // The pipeline was away with other branches; its files are listed as they are now.
    await app.page.window.getByRole('tree', { name: 'Pipelines' }).getByRole('treeitem', { name: /^note\.ipynb/ }).waitFor()
    await openChanges()
    await change(/^note\.ipynb, modified, not staged/).click()
    const cell = page().getByRole('region', { name: 'Cell 1 (code), changed, outputs changed' })
    await cell.getByText('print(2)').waitFor()
    expect(await page().getByText('printed-two').count()).toBe(0)
    expect(await page().getByRole('list', { name: 'Changes one by one' }).count()).toBe(0)
    await app.page.screenshot('git-diff-notebook')
    await page().getByRole('button', { name: 'Raw text' }).click()
    await page().getByText('printed-two').first().waitFor()
    await app.page.screenshot('git-diff-notebook-raw')
    await page().getByRole('button', { name: 'Stage change 1' }).click()
    await expect.poll(() => git('diff', '--cached', '--name-only')).toBe('work/note.ipynb')
    await page().getByRole('button', { name: 'Raw text' }).click()
    git('commit', '-q', '-a', '-m', 'another notebook')
    await page().getByText('No differences.').waitFor()
    await openChanges()
  })

  it('ten thousand changed files are listed, filtered and moved through', async () => {
    for (let folder = 0; folder < 100; folder += 1) {
      mkdirSync(join(profile.samplesDir, `many_${folder}`))
      for (let file = 0; file < 100; file += 1) writeFileSync(join(profile.samplesDir, `many_${folder}`, `file_${file}.py`), '')
    }
    await page().getByRole('status').filter({ hasText: '10000 changed files' }).waitFor({ timeout: 60_000 })
    const tree = page().getByRole('tree', { name: 'Changed files' })
    await tree.press('End')
    await change(/^file_99\.py, new, not tracked, not staged/).waitFor()
    expect(await tree.getByRole('treeitem').count()).toBeLessThan(80)
    await app.page.screenshot('git-many')
    await page().getByRole('searchbox', { name: 'Filter changed files' }).fill('many_7/ file_42')
    await page().getByRole('status').filter({ hasText: /^1 changed file$/ }).waitFor()
    await app.page.window.emulateMedia({ colorScheme: 'dark' })
    await resize(900)
    await app.page.screenshot('git-dark-900')
    await resize(760)
    await app.page.screenshot('git-dark-760')
    await app.page.window.emulateMedia({ colorScheme: 'light' })
    await app.page.screenshot('git-light-760')
    await change(/^file_42\.py/).click()
    await page().getByRole('toolbar', { name: 'Diff' }).waitFor()
    await app.page.screenshot('git-diff-760')
  })
})
