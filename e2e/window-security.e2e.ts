import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProfile, startApp, type Profile, type RunningApp } from './app-fixture'

describe('The window is locked down', () => {
  let profile: Profile
  let app: RunningApp

  beforeAll(async () => {
    profile = createProfile()
    app = await startApp(profile, { engine: null })
    await app.page.pipeline('hello').waitFor()
  })
  afterAll(async () => {
    await app.close()
    profile.remove()
  })

  it('gives the page neither node nor more than the two functions of the bridge', async () => {
    const seen = await app.page.window.evaluate(() => ({
      require: typeof (globalThis as { require?: unknown }).require,
      process: typeof (globalThis as { process?: unknown }).process,
      bridge: Object.keys((globalThis as unknown as { bridge: object }).bridge).sort(),
    }))
    expect(seen).toEqual({ require: 'undefined', process: 'undefined', bridge: ['call', 'onEvent'] })
  })

  it('runs no script that was put into the page', async () => {
    const ran = await app.page.window.evaluate(async () => {
      const probe = document.createElement('div')
      probe.innerHTML = '<img src="data:image/png;base64,x" onerror="window.probeRan = true">'
      document.body.append(probe)
      const script = document.createElement('script')
      script.textContent = 'window.probeRan = true'
      document.body.append(script)
      await new Promise((resolve) => setTimeout(resolve, 300))
      probe.remove()
      return (globalThis as { probeRan?: boolean }).probeRan ?? false
    })
    expect(ran).toBe(false)
  })

  it('sends the content security policy with the page and nothing outside its folder', async () => {
    const answers = await app.page.window.evaluate(async () => {
      const page = await fetch('app://main/index.html')
      const paths = ['/../../etc/passwd', '/%2e%2e/%2e%2e/package.json', '/..%5cpackage.json', '/nothing.html', '//etc/passwd']
      const statuses = await Promise.all(paths.map((path) => fetch(`app://main${path}`).then((answer) => answer.status, () => 404)))
      return { policy: page.headers.get('content-security-policy'), statuses }
    })
    expect(answers.policy).toContain("default-src 'none'")
    expect(answers.policy).toContain("script-src 'self'")
    expect(new Set(answers.statuses)).toEqual(new Set([404]))
  })

  it('cannot be led away and opens no second window', async () => {
    const before = app.page.window.url()
    for (const url of ['https://example.invalid/', 'file:///etc/passwd', 'data:text/html,x', 'app://evil/', 'app://main@evil/', 'about:blank']) {
      await app.page.window.evaluate((target) => {
        const link = document.createElement('a')
        link.href = target
        document.body.append(link)
        link.click()
        link.remove()
        window.open(target.startsWith('https:') ? 'vscode://x' : target)
      }, url)
    }
    await expect.poll(() => app.page.window.url()).toBe(before)
    await app.page.pipeline('hello').waitFor()
    expect(app.electron.windows()).toHaveLength(1)
  })

  it('answers requests that are not of the contract with input/invalid', async () => {
    const codes = await app.page.window.evaluate(async () => {
      const { bridge } = globalThis as unknown as { bridge: { call(name: unknown, input: unknown): Promise<{ ok: boolean; error?: { code: string } }> } }
      const calls: [unknown, unknown][] = [
        ['runs.nothing', {}],
        ['__proto__.x', {}],
        ['runs.constructor', {}],
        [7, {}],
        ['runs.start', { pipeline: ['hello'] }],
        ['runs.start', { pipeline: 'hello', extra: 1 }],
        ['runs.get', { runId: '../../etc' }],
        ['runs.readLog', { runId: '00000000-0000-4000-8000-000000000000', fromByte: -1 }],
        ['files.read', null],
      ]
      return Promise.all(calls.map(async ([name, input]) => (await bridge.call(name, input)).error?.code))
    })
    expect(codes).toEqual(codes.map(() => 'input/invalid'))
  })
})
