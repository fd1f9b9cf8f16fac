/** The state of a repository with 10,000 changed files as `git.refresh` reads it, against `git status` itself. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRepositoryState, type RepositoryState } from '../src-main/engine/git/repository-state'
import { compare } from './measure'

const pipelines = 100
const filesEach = 100
const samples = 15

describe('git', () => {
  let root: string
  let state: RepositoryState
  const environment = { PATH: process.env.PATH, HOME: tmpdir(), GIT_CONFIG_NOSYSTEM: '1' }
  const git = (...argv: string[]): void => void execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.org', ...argv], { cwd: root, env: environment })

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'ffd-bench-')))
    const write = (text: string): void => {
      for (let pipeline = 0; pipeline < pipelines; pipeline += 1) {
        mkdirSync(join(root, `pipeline_${pipeline}`), { recursive: true })
        for (let file = 0; file < filesEach; file += 1) writeFileSync(join(root, `pipeline_${pipeline}`, `file_${file}.py`), text)
      }
    }
    write('print(1)\n')
    git('init', '-q', '-b', 'main')
    git('add', '.')
    git('commit', '-q', '-m', 'first')
    write('print(22)\n')
    state = createRepositoryState({ workspace: () => ({ root, pipelinesDir: root }), isTrusted: () => true, environment: () => environment, publish: () => undefined, onRepository: () => undefined })
    expect((await state.refresh()).repository?.files.length).toBe(pipelines * filesEach)
  }, 120_000)
  afterAll(() => {
    state.dispose()
    rmSync(root, { recursive: true, force: true })
  })

  const status = (argv: string[]): Promise<void> =>
    new Promise((resolve, reject) => void execFile('git', ['status', ...argv], { cwd: root, env: environment, maxBuffer: 100_000_000 }, (error) => (error ? reject(new Error(error.message)) : resolve())))

  it('state of 10,000 changed files', async () => {
    await compare('state of a repository with 10,000 changed files', 'git status', samples, async () => void (await state.refresh()), () => status([]))
  }, 300_000)
})
