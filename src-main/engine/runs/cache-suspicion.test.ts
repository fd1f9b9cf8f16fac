import { expect, test } from 'vitest'
import { couldBeCache } from './cache-suspicion'

const failed = { outcome: 'failed', setupFault: null, exitCode: 1 } as const
const traceback = (...lines: string[]): string => ['some output', 'Traceback (most recent call last):', '  File "/app/main.py", line 1, in <module>', '    import six', ...lines].join('\n')
const six = '  File "/cache/uv/archive-v0/EW7oAPdgr6b1mQOF/lib/python3.11/site-packages/six.py", line 20'

test.each([
  ['a module that is not found', traceback("ModuleNotFoundError: No module named 'six'")],
  ['a name that is not in it', traceback("ImportError: cannot import name 'moves' from 'six' (/cache/uv/archive-v0/x/six.py)")],
  ['an emptied module', traceback("AttributeError: module 'six' has no attribute '__version__'")],
  ['what is no Python any more', traceback(six, '    def (', '        ^', 'SyntaxError: invalid syntax')],
  ['what a module does while it is imported', traceback(`${six}, in <module>`, '    x = y', "NameError: name 'y' is not defined")],
  ['a file of a package that is gone', traceback("FileNotFoundError: [Errno 2] No such file or directory: '/cache/uv/archive-v0/x/lib/python3.11/site-packages/certifi/cacert.pem'")],
  ['zeros', traceback('SyntaxError: source code string cannot contain null bytes')],
  ['Windows', traceback('  File "C:\\Users\\a\\host-cache\\1\\uv\\archive-v0\\x\\Lib\\site-packages\\six.py", line 3, in <module>', "NameError: name 'y' is not defined")],
  ['a notebook, in colours', '\x1b[31mModuleNotFoundError\x1b[39m: No module named \'six\''],
])('worth a look: %s', (_what, log) => {
  expect(couldBeCache(failed, log)).toBe(true)
})

test.each([
  ['an error of the user', traceback("ValueError: could not convert string to float: 'a'")],
  ['one that a package raises when it is called', traceback(`${six}, in ensure_str`, "    raise TypeError('not expecting type')", "TypeError: not expecting type '<class 'int'>'")],
  ['a mistake in the own code', traceback('  File "/app/own.py", line 3', '    def (', '        ^', 'SyntaxError: invalid syntax')],
  ['an attribute that an object lacks', traceback("AttributeError: 'NoneType' object has no attribute 'get'")],
  ['a file of the user', traceback("FileNotFoundError: [Errno 2] No such file or directory: '/app/data.csv'")],
  ['an import that was caught before', `${traceback("ModuleNotFoundError: No module named 'lxml'")}\n${traceback('KeyError: 1')}`],
  ['no traceback at all', 'bye\n'],
])('not worth one: %s', (_what, log) => {
  expect(couldBeCache(failed, log)).toBe(false)
})

test('a set-up counts when its fault is the cache or not known, and how native code dies; what ended otherwise does not', () => {
  expect(couldBeCache({ ...failed, outcome: 'setup-failed', setupFault: 'cache' }, '')).toBe(true)
  expect(couldBeCache({ ...failed, outcome: 'setup-failed', setupFault: 'unknown' }, '')).toBe(true)
  expect(couldBeCache({ ...failed, outcome: 'setup-failed', setupFault: 'resolver' }, '')).toBe(false)
  expect(couldBeCache({ ...failed, exitCode: 135 }, '')).toBe(true)
  for (const outcome of ['succeeded', 'stopped', 'timed-out', 'killed', 'out-of-memory'] as const) expect(couldBeCache({ ...failed, outcome }, traceback("ModuleNotFoundError: No module named 'six'"))).toBe(false)
})
