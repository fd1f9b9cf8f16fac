import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCommitsWorld } from '../testing/commits-world'
import { git, makeRepository } from '../testing/git-world'
import { addFiles } from '../testing/temporary-workspace'

type Cell = Record<string, unknown>
const notebook = (cells: Cell[], indent: number | undefined = 1): string => `${JSON.stringify({ cells, metadata: { outputs: ['mine'], kernelspec: { name: 'python3' } }, nbformat: 4, nbformat_minor: 5 }, null, indent)}\n`
const code = (source: string, outputs: unknown[], count: number | null): Cell => ({ cell_type: 'code', execution_count: count, id: 'a1', metadata: { execution_count: 9, outputs: [1] }, outputs, source: [source] })

async function stripped(): Promise<{ root: string; filter: (text: string) => string }> {
  const root = makeRepository()
  const world = openCommitsWorld(root)
  expect(await world.stripping.set(true)).toEqual({ isOn: true, otherFilter: null })
  return {
    root,
    // As git reads it into the index.
    filter(text) {
      const id = execFileSync('git', ['hash-object', '-w', '--stdin', '--path=demo/x.ipynb'], { cwd: root, input: text, encoding: 'utf8' }).trim()
      return execFileSync('git', ['cat-file', 'blob', id], { cwd: root, encoding: 'utf8', maxBuffer: 50_000_000 })
    },
  }
}

describe('Outputs of notebooks', () => {
  it('stay in the working file and out of commits, also of those in a terminal, and status is clean afterwards', async () => {
    const { root } = await stripped()
    const text = notebook([code('print(1)', [{ output_type: 'stream', text: ['1\n'] }], 3)])
    addFiles(root, { 'demo/main.ipynb': text })
    git(root, 'add', '-A')
    git(root, 'commit', '-q', '-m', 'notebook')
    expect(git(root, 'show', 'HEAD:demo/main.ipynb')).toBe(notebook([code('print(1)', [], null)]).trimEnd())
    expect(readFileSync(join(root, 'demo/main.ipynb'), 'utf8')).toBe(text)
    expect(git(root, 'status', '--porcelain')).toBe('')
    // Run once more: other outputs are no change.
    writeFileSync(join(root, 'demo/main.ipynb'), notebook([code('print(1)', [{ output_type: 'stream', text: ['2\n'] }], 4)]))
    expect(git(root, 'status', '--porcelain')).toBe('')
    writeFileSync(join(root, 'demo/main.ipynb'), notebook([code('print(2)', [], 4)]))
    expect(git(root, 'status', '--porcelain')).toBe(' M demo/main.ipynb')
  })

  it('are kept again when it is switched off, and nothing of it stays behind', async () => {
    const root = makeRepository()
    addFiles(root, { '.git/info/attributes': '*.csv -diff\n' })
    const before = readFileSync(join(root, '.git/config'), 'utf8')
    const { stripping } = openCommitsWorld(root)
    await stripping.set(true)
    await stripping.set(true)
    expect(readFileSync(join(root, '.git/info/attributes'), 'utf8')).toBe('*.csv -diff\n*.ipynb filter=fastflow-outputs\n')
    expect(await stripping.set(false)).toEqual({ isOn: false, otherFilter: null })
    expect(readFileSync(join(root, '.git/info/attributes'), 'utf8')).toBe('*.csv -diff\n')
    expect(readFileSync(join(root, '.git/config'), 'utf8')).toBe(before)
  })

  it('every byte that is no output stays, whatever the notebook looks like', async () => {
    const { filter } = await stripped()
    let seed = 7
    const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below
    const word = (): string => Array.from({ length: random(12) }, () => ['"', '\\', '\n', 'é', '☕', '{', ']', 'outputs', "'", ':', ',', '\u0001', 'x', '"outputs": [1]'][random(14)]).join('')
    const value = (depth: number): unknown => [() => word(), () => random(9), () => null, () => true, () => (depth > 0 ? [value(depth - 1), value(depth - 1)] : []), () => (depth > 0 ? { [word()]: value(depth - 1), outputs: value(depth - 1) } : {})][random(6)]?.()
    for (let round = 0; round < 60; round++) {
      const indent = [undefined, 1, 2, 4][random(4)]
      const cells = Array.from({ length: random(4) }, () => ({ before: value(3), outputs: [value(3), value(2)], metadata: value(2), execution_count: random(100), source: word() }))
      const without = cells.map((cell) => ({ ...cell, outputs: [], execution_count: null }))
      expect(filter(notebook(cells, indent))).toBe(notebook(without, indent))
    }
  })

  it('what is no notebook passes as it is', async () => {
    const { filter } = await stripped()
    for (const text of ['', '{', '[]', '{"cells": [{"outputs": [1]}]', '<<<<<<< HEAD\n{"cells": [{"outputs": [1]}]}\n', '{"cells": {"outputs": [1]}}', '{"cells": [{"outputs": "text", "execution_count": "x"}]}', 'not json: "', '{"a": [}]']) expect(filter(text)).toBe(text)
    expect(filter('{"cells" : [ {"outputs" : [ 1 , "x" ] , "execution_count" :12 } ] , "x":1.0e5}')).toBe('{"cells" : [ {"outputs" : [] , "execution_count" :null } ] , "x":1.0e5}')
  })

  it('of 20 MB are stripped', async () => {
    const { filter } = await stripped()
    const big = 'A\n"'.repeat(5_000_000)
    expect(filter(notebook([code('x', [big], 1)]))).toBe(notebook([code('x', [], null)]))
  })

  it('a filter of somebody else is left alone', async () => {
    const root = makeRepository({ '.gitattributes': '*.ipynb filter=lfs\n' })
    const { stripping } = openCommitsWorld(root)
    await expect(stripping.set(true)).rejects.toMatchObject({ code: 'git/exists' })
    expect(await stripping.state()).toEqual({ isOn: false, otherFilter: 'lfs' })
  })

  it('where git finds no Perl nothing is switched on', async () => {
    const root = makeRepository()
    const bin = join(makeRepository({ 'bin/x': '' }), 'bin')
    for (const tool of ['git', 'sh']) execFileSync('ln', ['-s', execFileSync('which', [tool], { encoding: 'utf8' }).trim(), join(bin, tool)])
    const { stripping } = openCommitsWorld(root, { environment: { PATH: bin, HOME: bin } })
    await expect(stripping.set(true)).rejects.toMatchObject({ code: 'tool/missing', details: { tool: 'perl' } })
    expect((await stripping.state()).isOn).toBe(false)
  })
})
