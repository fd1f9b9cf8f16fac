import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { whyEngineIsSilent } from './engine-api.mjs'
import { startPrivateEngine } from './private-engine.mjs'

const isPossible = process.platform === 'linux' && process.getuid?.() === 0

function stateOf(folder: string) {
  return JSON.parse(readFileSync(`${folder}/state.json`, 'utf8')) as { enginePid: number; network: { bridge: string } }
}

describe('a private engine', () => {
  test('answers, has a network of its own, and leaves nothing behind', async (context) => {
    if (!isPossible) return context.skip('a private engine needs Linux and root')
    const engine = await startPrivateEngine()
    const { enginePid, network } = stateOf(engine.folder)
    expect(await whyEngineIsSilent(engine.endpoint)).toBeNull()
    expect(bridges()).toContain(network.bridge)

    await engine.stop()
    expect(existsSync(engine.folder)).toBe(false)
    expect(isRunning(enginePid)).toBe(false)
    expect(bridges()).not.toContain(network.bridge)
  })

  test('does not disturb another engine', async (context) => {
    if (!isPossible) return context.skip('a private engine needs Linux and root')
    const first = await startPrivateEngine()
    const second = await startPrivateEngine()
    await second.stop()
    expect(await whyEngineIsSilent(first.endpoint)).toBeNull()
    expect(bridges()).toContain(stateOf(first.folder).network.bridge)
    await first.stop()
  })

  test('that a killed process left behind is swept by the next one', async (context) => {
    if (!isPossible) return context.skip('a private engine needs Linux and root')
    const script = `
      import { startPrivateEngine } from ${JSON.stringify(new URL('./private-engine.mjs', import.meta.url).href)}
      console.log((await startPrivateEngine()).folder)
      setInterval(() => {}, 1000)`
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    owner.stdout.on('data', (part: Buffer) => (output += part.toString()))
    await expect.poll(() => output, { timeout: 30_000 }).toContain('\n')
    const folder = output.trim()
    const left = stateOf(folder)
    owner.kill('SIGKILL')
    await new Promise((resolve) => owner.once('exit', resolve))
    expect(isRunning(left.enginePid)).toBe(true)

    const next = await startPrivateEngine()
    expect(readdirSync(dirname(folder))).not.toContain(folder.split('/').at(-1))
    expect(isRunning(left.enginePid)).toBe(false)
    expect(bridges()).not.toContain(left.network.bridge)
    await next.stop()
  })
})

/** A process that has ended but was not yet collected by its parent has no command line any more. */
function isRunning(pid: number) {
  const file = `/proc/${pid}/cmdline`
  return existsSync(file) && readFileSync(file, 'utf8') !== ''
}

function bridges() {
  return readdirSync('/sys/class/net').filter((name) => existsSync(`/sys/class/net/${name}/bridge`))
}
