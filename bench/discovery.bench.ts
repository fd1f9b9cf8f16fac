/** Discovery of 10,000 folders, first look and next look, against the plain way to do it in Python, the server's language. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { createDiscovery } from '../src-main/engine/pipelines/discovery'
import { compare } from './measure'

const folders = 10_000
const samples = 10

const peer = `
import json, pathlib, sys
found = 0
for folder in pathlib.Path(sys.argv[1]).iterdir():
    if folder.name.startswith(".") or not folder.is_dir():
        continue
    metadata = folder / "pipeline.json"
    config = json.loads(metadata.read_text()) if metadata.exists() else {}
    entry = "main.ipynb" if config.get("type") == "notebook" else "main.py"
    if (folder / entry).is_file():
        (folder / "requirements.txt").is_file()
        found += 1
print(found)
`

describe('Discovery', () => {
  let root: string
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'ffd-bench-'))
    for (let index = 0; index < folders; index += 1) {
      const folder = join(root, `pipeline_${index}`)
      mkdirSync(folder)
      writeFileSync(join(folder, 'main.py'), 'print("x")\n')
      if (index % 2 === 0) writeFileSync(join(folder, 'pipeline.json'), '{"description": "bench", "tags": ["a"], "python_version": "3.11"}\n')
      if (index % 3 === 0) writeFileSync(join(folder, 'requirements.txt'), 'requests\n')
    }
  }, 120_000)
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  const python = (): Promise<void> => new Promise((resolve, reject) => void execFile('python3', ['-c', peer, root], (error) => (error ? reject(new Error(error.message)) : resolve())))

  it('first look', async () => {
    await compare(`discovery of ${folders} folders, first look`, 'Python, start included', samples, async () => void (await createDiscovery()(root, { defaultPythonVersion: '3.11' })), python)
  }, 300_000)

  it('next look', async () => {
    const discover = createDiscovery()
    await compare(`discovery of ${folders} folders, next look`, 'Python, start included', samples, async () => void (await discover(root, { defaultPythonVersion: '3.11' })), python)
  }, 300_000)
})
