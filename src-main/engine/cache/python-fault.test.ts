/** uv 0.13.9's own words, with addresses of nowhere. */
import { expect, test } from 'vitest'
import { pythonFault } from './python-fault'

test.each([
  ['error: No download found for request: cpython-3.99-linux-x86_64-gnu', /uv knows no Python 3\.12 to download.*settings/],
  ['error: Error while fetching remote python downloads json from `http://10.0.0.1:1/d.json`\n  cause: Request failed after 3 retries in 8.2s\n  cause: Failed to fetch: http://10.0.0.1:1/d.json\n  cause: error sending request for url (http://10.0.0.1:1/d.json)\n  cause: client error (Connect)\n  cause: tcp connect error\n  cause: Connection refused (os error 111)', /list of Python downloads could not be read from 10\.0\.0\.1:1: it refuses the connection\. Correct/],
  ['error: Failed to install cpython-3.12.16-linux-x86_64-gnu\n  cause: Failed to download `https://example.org/3.12.tar.gz`\n  cause: error sending request for url (https://example.org/3.12.tar.gz)\n  cause: client error (Connect)\n  cause: dns error\n  cause: failed to lookup address information: Name or service not known', /could not be fetched from example\.org: its name is not found.*set a mirror/],
  ['error: Failed to install cpython-3.12.16-linux-x86_64-gnu\n  cause: Failed to download `http://me:secret@10.0.0.1:1/3.12.tar.gz`\n  cause: HTTP status client error (404 Not Found) for url (http://10.0.0.1:1/3.12.tar.gz)', /from 10\.0\.0\.1:1: it answers 404 Not Found/],
  ['error: Failed to install cpython-3.12.2-linux-x86_64-gnu\n  cause: Failed to extract archive: py.tar.gz\n  cause: Invalid tar file\n  cause: at byte 10542592: unsafe symbolic-link target "/etc/x": is absolute', /archive of Python 3\.12 is damaged, or none that uv can install/],
  ['error: write\n  cause: No space left on device (os error 28)', /no room for Python 3\.12/],
  ['the moon', /could not be installed\. The log/],
])('%s', (words, expected) => {
  const told = pythonFault('3.12', words)
  expect(told).toMatch(expected)
  expect(told).not.toMatch(/secret|\bnull\b|\n/)
})
