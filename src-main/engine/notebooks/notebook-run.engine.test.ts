/** Notebooks in containers: the real runner, real kernels, packages from the index. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

const cell = (source: string, metadata: object = {}): object => ({ cell_type: 'code', metadata, source, outputs: [], execution_count: null })
const notebook = (...cells: object[]): string => JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: { name: 'python3', display_name: 'Python 3' } }, cells })
const requirements = 'nbclient\nnbformat\nipykernel\n'
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

describeWithEngine('notebooks in containers', ({ endpoint, image }) => {
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
  })
  afterAll(() => world.close())

  const run = async (name: string, ...cells: object[]) => {
    await world.write({ [`${name}/main.ipynb`]: notebook(...cells), [`${name}/requirements.txt`]: requirements, [`${name}/pipeline.json`]: '{"type": "notebook"}' })
    const result = await world.run(name)
    const outputs = (await world.api('runs.readCells', { runId: result.run.id, indexes: cells.map((_, index) => index) })).cells
    return { ...result, outputs }
  }

  test('text, results, HTML and images of every cell are kept, and the executed notebook', async () => {
    const { run: ended, text, outputs } = await run('good', cell('print("hello")'), cell('6 * 7'), cell(`from IPython.display import HTML, Image, display\nimport base64\ndisplay(HTML("<b>bold</b>"))\ndisplay(Image(base64.b64decode("${png}")))`))
    expect(ended).toMatchObject({ outcome: 'succeeded', exitCode: 0, cells: [{ status: 'succeeded', attempts: 1 }, { status: 'succeeded' }, { status: 'succeeded' }] })
    expect(text).toContain('hello')
    expect(text).not.toContain('FASTFLOW_')
    expect(outputs[0]?.outputs[0]).toMatchObject({ kind: 'stdout', data: { 'text/plain': 'hello\n' } })
    expect(outputs[1]?.outputs[0]).toMatchObject({ kind: 'result', data: { 'text/plain': '42' } })
    expect(outputs[2]?.outputs.map(({ data }) => Object.keys(data)).flat()).toEqual(expect.arrayContaining(['text/html', 'image/png']))
    const executed = JSON.parse(readFileSync(ended.notebookFile ?? '', 'utf8')) as { cells: { outputs: unknown[] }[] }
    expect(executed.cells.map(({ outputs: of }) => of.length)).toEqual([1, 1, 2])
  })

  test('a cell that fails is tried again, then ends the run with its traceback', async () => {
    const { run: ended, text } = await run('bad', cell('tries = 0'), cell('tries += 1\nif tries < 3: raise ValueError(f"try {tries}")', { fastflow: { retries: 2, delay_seconds: 0.1 } }), cell('raise KeyError("boom")'), cell('print("never")'))
    expect(ended).toMatchObject({ outcome: 'failed', exitCode: 1 })
    expect(ended.cells?.map(({ status, attempts }) => [status, attempts])).toEqual([['succeeded', 1], ['succeeded', 3], ['failed', 1], ['skipped', 0]])
    expect(text).toContain('KeyError')
  })

  describe('what goes wrong is named', () => {
    test('missing packages', async () => {
      await world.write({ 'none/main.ipynb': notebook(cell('1')), 'none/pipeline.json': '{"type": "notebook"}' })
      const { run: ended } = await world.run('none')
      expect(ended).toMatchObject({ outcome: 'setup-failed', setupFault: 'notebook-packages', reason: expect.stringContaining('nbclient') as string })
    })

    test.each([
      ['the death of the kernel', 'dead', 'import os\nos._exit(5)', /kernel/i],
      ['a question to nobody', 'asks', 'input("name?")', /input\(\)/],
    ])('%s', async (_name, name, source, words) => {
      const { run: ended, text } = await run(name, cell(source))
      expect(ended).toMatchObject({ outcome: 'failed', cells: [{ status: 'failed' }] })
      expect(text).toMatch(words)
    })
  })

  test('a cell that never ends is ended by a stop', async () => {
    await world.write({ 'endless/main.ipynb': notebook(cell('print("begun")\nwhile True: pass')), 'endless/requirements.txt': requirements, 'endless/pipeline.json': '{"type": "notebook"}' })
    const { id } = await world.start('endless')
    await world.untilLog(id, 'begun')
    await world.api('runs.stop', { runId: id })
    expect(await world.until(id, ({ phase }) => phase === 'finished')).toMatchObject({ outcome: 'stopped' })
  })

  test('secrets are masked in the log and in the cells, also when they are printed in pieces', async () => {
    await world.api('secrets.set', { name: 'TOKEN', value: 'hunter22-secret' })
    await world.write({ 'leaks/main.ipynb': notebook(cell('import os, sys\nt = os.environ["TOKEN"]\nsys.stdout.write(t[:5]); sys.stdout.flush(); print(t[5:])\nt')), 'leaks/requirements.txt': requirements, 'leaks/pipeline.json': '{"type": "notebook", "secrets": ["TOKEN"]}' })
    const { run: ended, text } = await world.run('leaks')
    const { cells } = await world.api('runs.readCells', { runId: ended.id, indexes: [0] })
    expect(ended.outcome).toBe('succeeded')
    expect(text + JSON.stringify(cells) + readFileSync(ended.notebookFile ?? '', 'utf8')).not.toContain('hunter22-secret')
    expect(text).toContain('***')
  })

  test('much output of one cell goes to the log, and what is kept of the cell is bounded', async () => {
    const { run: ended, outputs } = await run('flood', cell('for number in range(300_000): print("x" * 100)'))
    expect(ended).toMatchObject({ outcome: 'succeeded' })
    expect(ended.logBytes).toBeGreaterThan(30_000_000)
    expect(outputs[0]?.outputs.reduce((sum, { omittedBytes }) => sum + omittedBytes, 0)).toBeGreaterThan(1_000_000)
  })
})
