import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createDiscovery } from './discovery'

test('a relative path in requirements, or in a file that they include, is a problem of the pipeline at its line, with the fix', async () => {
  const root = makeTemporaryWorkspace({ 'demo/main.py': '', 'demo/requirements.txt': 'six\n-e ./lib\n-r pins/base.txt\n', 'demo/pins/base.txt': 'own @ ../wheels/own.whl\n' })
  const problems = async () => (await createDiscovery()(root, { defaultPythonVersion: '3.11' })).pipelines[0]?.problems
  expect(await problems()).toEqual([
    { severity: 'warning', file: 'requirements.txt', line: 2, column: null, message: expect.stringContaining('Write /app/lib instead') as string },
    { severity: 'warning', file: join('pins', 'base.txt'), line: 1, column: null, message: expect.stringContaining('Write /app/wheels/own.whl instead') as string },
  ])
  addFiles(root, { 'demo/requirements.txt.lock': 'six==1.17.0\n' })
  expect(await problems()).toEqual([])
  addFiles(root, { 'demo/requirements.txt.lock': '-r nowhere.txt\n./lib\n' })
  expect(await problems()).toEqual([])
})
