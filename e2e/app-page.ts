/** The window as a user sees it: roles and accessible names only. The one place that knows how things are called. */
import type { Locator, Page } from 'playwright'

export type AppPage = {
  window: Page
  pipeline(name: string): Locator
  runButton(): Locator
  stopButton(): Locator
  /** Selects a pipeline in the tree. */
  select(name: string): Promise<void>
  /** Opens a file of a pipeline through "go to file". */
  openFile(pipeline: string, file: string): Promise<void>
  /** Replaces the text of the editor in front. */
  typeIntoEditor(text: string): Promise<void>
  logText(): Promise<string>
  waitForLog(part: string | RegExp): Promise<void>
  /** The outcome of the run that is shown, in words. */
  waitForOutcome(text: string | RegExp): Promise<void>
  history(): Locator
  screenshot(name: string): Promise<void>
}

const longMs = 90_000

export function createAppPage(window: Page): AppPage {
  window.setDefaultTimeout(20_000)
  const log = window.getByRole('region', { name: 'Log', exact: true })
  const run = window.getByRole('region', { name: 'Run', exact: true })
  const pipeline = (name: string): Locator => window.getByRole('tree', { name: 'Pipelines' }).getByRole('treeitem', { name: new RegExp(`^${escape(name)}`) })
  const logText = async (): Promise<string> => (await log.getByLabel('Log text').textContent()) ?? ''
  return {
    window,
    pipeline,
    runButton: () => window.getByRole('button', { name: 'Run', exact: true }),
    stopButton: () => window.getByRole('button', { name: 'Stop', exact: true }),
    select: (name) => pipeline(name).first().click(),
    async openFile(name, file) {
      await pipeline(name).first().click()
      await window.keyboard.press('ControlOrMeta+P')
      await window.getByRole('combobox').fill(`${name}/${file}`)
      await window.getByRole('option', { name: new RegExp(escape(file)) }).first().waitFor()
      await window.keyboard.press('Enter')
      // Of the same file its diffs can be open beside it.
      await window.getByRole('tab', { name: new RegExp(`^${escape(file)}(?!, (?:Not staged|Staged)$)`), selected: true }).waitFor()
    },
    async typeIntoEditor(text) {
      const editor = window.getByRole('textbox', { name: /editor content/i }).first()
      await editor.focus()
      await window.keyboard.press('ControlOrMeta+A')
      await window.keyboard.insertText(text)
    },
    logText,
    async waitForLog(part) {
      await waitUntil(async () => {
        const text = await logText()
        return typeof part === 'string' ? text.includes(part) : part.test(text)
      }, `the log to show ${String(part)}`)
    },
    waitForOutcome: (text) => run.getByRole('status').filter({ hasText: text }).first().waitFor({ timeout: longMs }),
    history: () => window.getByRole('list', { name: 'Run history' }).getByRole('listitem'),
    async screenshot(name) {
      await window.screenshot({ path: `test-results/${name}.png` })
    },
  }
}

async function waitUntil(condition: () => Promise<boolean>, what: string): Promise<void> {
  const until = Date.now() + longMs
  for (;;) {
    if (await condition()) return
    if (Date.now() > until) throw new Error(`Waited ${longMs / 1000} s for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
