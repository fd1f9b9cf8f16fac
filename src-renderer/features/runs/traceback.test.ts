/** Places in the user's own code, in container and host logs. */
import { describe, expect, it } from 'vitest'
import { findPlaces, lastPlace } from './traceback'

const traceback = `Traceback (most recent call last):
  File "<string>", line 5, in <module>
  File "<frozen runpy>", line 291, in run_path
  File "/app/main.py", line 31, in <module>
  File "/app/lib/dates.py", line 15, in parse
  File "/usr/lib/python3.11/datetime.py", line 9, in date
ValueError: no
`

describe('traceback', () => {
  it('finds the innermost own line', () => {
    expect(lastPlace(traceback, '/home/me/work/hello')).toEqual({ path: 'lib/dates.py', line: 15 })
  })

  it('looks at the last traceback only', () => {
    expect(lastPlace(`${traceback}${traceback.replaceAll('/app/lib/dates.py', '/app/other.py')}`, '/x')).toEqual({ path: 'other.py', line: 15 })
  })

  it('knows the folder of a host run, on Windows too', () => {
    expect(findPlaces('File "/w/hello/main.py", line 3', '/w/hello')).toEqual([{ path: 'main.py', line: 3, from: 0, to: 31 }])
    expect(lastPlace('File "C:\\w\\hello\\sub\\main.py", line 3', 'C:\\w\\hello')).toEqual({ path: 'sub/main.py', line: 3 })
  })

  it('finds a place for a syntax error, which has no traceback', () => {
    expect(lastPlace('  File "/app/main.py", line 2\n    x = = 1\nSyntaxError: invalid syntax', '/x')).toEqual({ path: 'main.py', line: 2 })
  })

  it('does not take a neighbour for the pipeline', () => {
    expect(lastPlace('File "/w/hello2/main.py", line 3', '/w/hello')).toBeNull()
  })
})
