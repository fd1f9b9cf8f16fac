import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { logFile } from './log-files'
import { createLogIndexCache } from './log-index'
import { readStreamHead } from './log-reader'
import { createOutputChain, type OutputChain } from './output-chain'
import { createRunLogWriter, type RunLogWriter } from './run-log'

const secret = 'hunter22-secret'
const stdout = `uv says\nFASTFLOW_SETUP_READY 3.11.2\n${Array.from({ length: 200 }, (_, number) => `out ${number} ${secret}\n`).join('')}no end`
const stderr = Array.from({ length: 200 }, (_, number) => `err ${number} ${secret}\n`).join('')
const masked = (text: string): string => text.replaceAll(secret, '***').replace(/FASTFLOW_SETUP_READY.*\n/, '')

let logsDir: string
let ready: (string | null)[]
let gaps: string[]

beforeEach(() => {
  logsDir = join(makeTemporaryWorkspace({}), 'logs')
  mkdirSync(logsDir)
  ready = []
  gaps = []
})

function openLog(): RunLogWriter {
  return createRunLogWriter(logsDir, 'a', { maxBytes: 0, continues: true, onAppended: () => undefined })
}

function chainTo(log: RunLogWriter, maskValues: string[] = [secret]): OutputChain {
  return createOutputChain({
    log,
    storedHead: (stream) => readStreamHead(logsDir, 'a', stream, 1024, createLogIndexCache()),
    maskValues,
    notebook: null,
    onReady: (version) => ready.push(version),
    onGap: (message) => gaps.push(message),
  })
}

/** Both streams in turn, in pieces of the given sizes, up to these shares of them. */
function feed(chain: OutputChain, sizes: [number, number], share = 1): void {
  const [out, err] = [Buffer.from(stdout).subarray(0, Math.floor(Buffer.byteLength(stdout) * share)), Buffer.from(stderr).subarray(0, Math.floor(Buffer.byteLength(stderr) * share))]
  for (let o = 0, e = 0; o < out.length || e < err.length; o += sizes[0], e += sizes[1]) {
    if (o < out.length) chain.push('stdout', out.subarray(o, o + sizes[0]))
    if (e < err.length) chain.push('stderr', err.subarray(e, e + sizes[1]))
  }
}

/** What each stream has in the log. */
function logged(): { stdout: string; stderr: string } {
  const text = readFileSync(logFile(logsDir, 'a'), 'latin1')
  const segments = createLogIndexCache().read(join(logsDir, 'a.index'))
  const parts = { stdout: '', stderr: '' }
  segments.forEach(({ fromByte, stream }, index) => (parts[stream] += text.slice(fromByte, segments[index + 1]?.fromByte)))
  return parts
}

test('the log has both streams masked, without the marker', () => {
  const chain = chainTo(openLog())
  feed(chain, [7, 13])
  chain.end()
  expect(logged()).toEqual({ stdout: masked(stdout), stderr: masked(stderr) })
  expect(ready).toEqual(['3.11.2'])
})

describe('gone through again', () => {
  test.each([0, 0.003, 0.1, 0.5, 0.77, 1])('after %f of it, nothing is lost and nothing doubled', (share) => {
    const chain = chainTo(openLog())
    feed(chain, [11, 5], share)
    chain.replay([secret])
    feed(chain, [64, 3])
    chain.end()
    expect(logged()).toEqual({ stdout: masked(stdout), stderr: masked(stderr) })
    expect(gaps).toEqual([])
  })

  test('by another process, that gets the values only then', () => {
    feed(chainTo(openLog()), [11, 5], 0.4)
    const chain = chainTo(openLog(), [])
    chain.replay([secret])
    feed(chain, [1, 200])
    chain.end()
    expect(logged()).toEqual({ stdout: masked(stdout), stderr: masked(stderr) })
  })

  test('several times', () => {
    const chain = chainTo(openLog())
    for (const share of [0.2, 0.1, 0.6, 0.6]) {
      feed(chain, [17, 9], share)
      chain.replay([secret])
    }
    feed(chain, [17, 9])
    chain.end()
    expect(logged()).toEqual({ stdout: masked(stdout), stderr: masked(stderr) })
  })

  test('without its beginning, all that is there is kept and the place is marked', () => {
    const chain = chainTo(openLog())
    chain.push('stderr', Buffer.from('first lines\n'))
    chain.replay([])
    chain.push('stderr', Buffer.from('fi'))
    chain.push('stderr', Buffer.from('ve lines later\n'))
    chain.end()
    expect(Buffer.from(logged().stderr, 'latin1').toString()).toMatch(/^first lines\n\n\[… the engine kept only.*…\]\nfive lines later\n$/)
    expect(gaps).toHaveLength(1)
  })
})
