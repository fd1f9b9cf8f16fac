/** From start to a usable window, against an Electron hello-world on the same runtime in the same run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron } from 'playwright'
import { describe, it } from 'vitest'
import { createProfile, startApp } from '../e2e/app-fixture'
import { compare } from './measure'

const samples = 10

describe.skipIf(process.env.FFD_TEST_ELECTRON === undefined)('Start (needs FFD_TEST_ELECTRON)', () => {
  it('to the window with the samples in its tree', async () => {
    const profile = createProfile()
    const hello = mkdtempSync(join(tmpdir(), 'ffd-bench-'))
    writeFileSync(join(hello, 'package.json'), '{ "name": "hello", "main": "main.js" }')
    writeFileSync(join(hello, 'main.js'), "const { app, BrowserWindow } = require('electron')\napp.whenReady().then(() => new BrowserWindow().loadURL('data:text/html,<h1>hello</h1>'))\n")

    try {
      await compare(
        'start to usable window',
        'Electron hello-world',
        samples,
        async () => {
          const app = await startApp(profile, { engine: null })
          await app.page.pipeline('hello').waitFor()
          return () => app.close()
        },
        async () => {
          const args = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), hello, `--user-data-dir=${join(hello, 'profile')}`]
          const app = await _electron.launch({ executablePath: process.env.FFD_TEST_ELECTRON ?? '', args })
          await (await app.firstWindow()).getByRole('heading', { name: 'hello' }).waitFor()
          return () => app.close()
        },
      )
    } finally {
      rmSync(hello, { recursive: true, force: true })
      profile.remove()
    }
  }, 300_000)
})
