import { expect, test } from 'vitest'
import { relativePaths, relativePathWords } from './relative-paths'

test.each([
  ['./lib', '/app/lib'],
  ['lib/', null],
  ['.', '/app'],
  ['-e .', '/app'],
  ['-e lib', '/app/lib'],
  ['--editable=./lib[dev]', '/app/lib'],
  ['-e file:./lib', '/app/lib'],
  ['x-1.0-py3-none-any.whl', '/app/x-1.0-py3-none-any.whl'],
  ['wheels/x-1.0.tar.gz ; python_version > "3.8"', '/app/wheels/x-1.0.tar.gz'],
  ['own @ ./lib  # ours', '/app/lib'],
  ['own[x] @ file:lib', '/app/lib'],
  ['own @ lib', '/app/lib'],
])('%s is meant as %s', (line, fix) => {
  expect(relativePaths('requirements.txt', `six\n${line}\n`).map(({ line: number, fix: meant }) => [number, meant])).toEqual(fix === null ? [] : [[2, fix]])
})

test.each(['six==1.16', 'lib', '/app/lib', '-e /app/lib', 'file:///app/lib', 'own @ https://h/x.whl', 'git+https://h/x.git', '-e git+https://h/x.git#egg=x', '-r pins/b.txt', '-c ./pins.txt', '--find-links ./wheels', '# ./lib', 'https://h/a.whl', 'own @ ${HERE}/lib', 'a>=1,<2 ; python_version > "3"', ''])('%s is no relative path', (line) => {
  expect(relativePaths('requirements.txt', line)).toEqual([])
})

test('a path in an included file is meant from there; one that leads out of the folder has no fix', () => {
  expect(relativePaths('pins/base.txt', './lib\n../../other\n')).toEqual([
    { line: 1, written: './lib', fix: '/app/pins/lib' },
    { line: 2, written: '../../other', fix: null },
  ])
  expect(relativePathWords({ written: './lib', fix: '/app/lib' })).toMatch(/working directory \/.*Write \/app\/lib instead\.$/)
  expect(relativePathWords({ written: '../x', fix: null })).toMatch(/put what it means inside/)
})
