import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { bootstrap, quoteCommand, uvRunArguments } from './command'

describe('the arguments are the server’s', () => {
  test('without requirements', () => {
    expect(uvRunArguments({ appDir: '/app', requirementsFile: null, notebook: null }, '3.11')).toEqual(['run', '--python', '3.11', 'python', '-u', '-c', bootstrap('/app')])
  })

  test('with requirements or the lock', () => {
    expect(uvRunArguments({ appDir: '/app', requirementsFile: '/app/requirements.txt.lock', notebook: null }, '3.12.1')).toEqual([
      ...['run', '--python', '3.12.1', '--with-requirements', '/app/requirements.txt.lock', 'python', '-u', '-c'],
      bootstrap('/app'),
    ])
  })
})

describe('the bootstrap, run by the real Python', () => {
  const seen = 'import json, os, sys\nprint(json.dumps([sys.argv, sys.path[0], __name__, os.getcwd(), __file__]))\n'

  test.each(['plain', 'with space', `it's "quoted"`, 'Übung 日本 🎉', 'back\\slash', 'new\nline', '$HOME `x` %d {0}'])('in a folder named %j', (name) => {
    const folder = join(makeTemporaryWorkspace({ [`${name}/main.py`]: seen }), name)
    const [marker, line] = execFileSync('python3', ['-u', '-c', bootstrap(folder)], { encoding: 'utf8', cwd: '/' }).split('\n')
    expect(marker).toMatch(/^FASTFLOW_SETUP_READY \d+\.\d+\.\d+$/)
    expect(JSON.parse(line ?? '')).toEqual([[`${folder}/main.py`], '', '__main__', folder, `${folder}/main.py`])
  })

  test('the script’s exit code and its text pass', () => {
    const folder = makeTemporaryWorkspace({ 'main.py': 'import sys\nsys.exit("no input")\n' })
    expect(() => execFileSync('python3', ['-c', bootstrap(folder)], { stdio: 'pipe' })).toThrow(expect.objectContaining({ status: 1, stderr: Buffer.from('no input\n') }))
  })
})

test('a command is quoted so that a shell reads it back', () => {
  const argv = ['printf', '%s|', 'a b', `it's`, '"', '$HOME', '', 'ü', 'a\nb', '--x=1']
  expect(execFileSync('sh', ['-c', quoteCommand(argv)], { encoding: 'utf8' })).toBe(argv.slice(2).map((part) => `${part}|`).join(''))
})
