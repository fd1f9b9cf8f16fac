import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SetupFault } from '@shared/contract/runs'
import { classifySetupFault } from './setup-fault'
import { createSetupText } from './setup-text'

/** What uv wrote in real containers, under a name each; names of hosts are replaced. */
const words = new Map(
  readFileSync(join(__dirname, '..', 'testing', 'uv-words.txt'), 'utf8')
    .split(/^=== /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
)
const requirements = { file: 'requirements.txt' as const, text: 'six\r\n\r\nPandas==99 # the newest\r\n' }

const expected: [name: string, fault: SetupFault, detail: string | null, reason: RegExp][] = [
  ['version', 'resolver', 'pandas==99', /^requirements\.txt line 3 asks for pandas==99, which does not exist\./],
  ['unknown', 'resolver', 'no-such-package-ffd-0x', /^requirements\.txt asks for no-such-package-ffd-0x, which the package index does not have\. Correct the name/],
  ['range', 'resolver', 'pandas>=9,<10', /line 3 asks for pandas>=9,<10, and only pandas<=3\.1\.1 is there\./],
  ['pre', 'resolver', 'torch>=99rc1', /only torch<=2\.15\.0 is there/],
  ['conflict', 'resolver', 'pandas==2.2.0', /^pandas==2\.2\.0 needs numpy>=1\.23\.2,<2, and the requirements ask for numpy==1\.20\.0\./],
  ['oneof', 'resolver', 'six==1.16.0', /six==1\.16\.0 and for six==1\.15\.0 at once/],
  ['localpy', 'resolver', 'wants-new==1', /needs Python >=3\.13, and the pipeline runs on Python 3\.11\.2\. Set python_version/],
  ['pyconflict', 'resolver', 'django==6.0', /needs Python >=3\.12/],
  ['nowheel', 'resolver', 'tensorflow==2.1.0', /not made for this Python version or processor/],
  ['http404', 'resolver', 'six', /does not have/],
  ['older-version', 'resolver', 'pandas==99', /line 3 asks for pandas==99/],
  ['offline', 'network', 'index.example.org', /packages could not be fetched: the name index\.example\.org is not found/],
  ['indexdns', 'network', 'no-such-host.invalid', /not found, so there is no network or no DNS/],
  ['refused', 'network', '127.0.0.1:9', /127\.0\.0\.1:9 refuses the connection/],
  ['proxy', 'network', 'index.example.org', /the proxy to index\.example\.org does not answer/],
  ['timeout', 'network', 'index.example.org:8080', /did not answer in time/],
  ['http401', 'network', 'index.example.org:8080', /credentials \(401 Unauthorized\)/],
  ['http403', 'network', 'index.example.org:8080', /credentials \(403 Forbidden\)/],
  ['http500', 'network', 'index.example.org:8080', /answers 500 Internal Server Error\./],
  ['url404', 'network', 'index.example.org:8080', /answers 501 Unsupported method/],
  ['pyoff', 'network', 'downloads.example.org', /^Python 3\.13\.18 is not in the cache and could not be fetched/],
  ['tls', 'certificate', 'index.example.org', /not trusted.*settings/],
  ['tls2', 'certificate', 'index.example.org', /not trusted/],
  ['py399', 'python', 'Python 3.99', /^Python 3\.99 does not exist for uv\. Set python_version/],
  ['py2', 'python', 'Python 2.7', /2\.7/],
  ['nodownload', 'python', 'Python 3.13', /3\.13 is not in the cache, and UV_PYTHON_DOWNLOADS forbids/],
  ['pyuvoffline', 'network', 'Python 3.13', /UV_OFFLINE forbids/],
  ['uvoffline', 'network', 'six', /^Not in the cache: six; .*preheat/],
  ['older-python', 'python', 'Python 3.99', /3\.99 does not exist/],
  ['pyperm', 'cache', null, /belong to another user/],
  ['perm', 'cache', null, /Check the cache/],
  ['permlink', 'cache', null, /belong to another user/],
  ['permrename', 'cache', null, /belong to another user/],
  ['perminterpreter', 'cache', null, /belong to another user/],
  ['permbuild', 'cache', null, /belong to another user/],
  ['nometadata', 'cache', 'six==1.17.0', /holds of six==1\.17\.0 cannot be installed/],
  ['badrecord', 'cache', 'six==1.17.0', /Check the cache/],
  ['diskfull', 'disk-full', null, /full.*Free space/],
  ['buildfail', 'build', null, /its build failed/],
  ['nocc', 'build', 'needs-c', /^needs-c had to be built.*needs x86_64-linux-gnu-gcc.*has a wheel/],
  ['older-build', 'build', 'needs-c', /needs gcc/],
  ['git', 'requirements-file', 'git', /no git.*archive/],
  ['syntax', 'requirements-file', 'requirements.txt', /^requirements\.txt line 1: "pandas=99" is no requirement \(no such comparison operator/],
  ['syntax2', 'requirements-file', 'requirements.txt', /"pandas>="/],
  ['emptyline', 'requirements-file', 'requirements.txt', /^requirements\.txt line 1: "six {2}1\.16"/],
  ['marker', 'requirements-file', 'requirements.txt', /Expected marker value/],
  ['invalidname', 'requirements-file', 'requirements.txt', /^requirements\.txt line 2: "\?" begins no requirement/],
  ['unknownopt', 'requirements-file', 'requirements.txt', /line 2: "-" begins .*option/],
  ['missingr', 'requirements-file', 'more.txt', /^more\.txt is not there/],
  ['nestedbad', 'requirements-file', 'more.txt', /^more\.txt: "foo=1"/],
  ['dupidx', 'requirements-file', 'requirements.txt', /"not a url" is no address\. Correct/],
  ['unreadable', 'requirements-file', 'requirements.txt', /cannot be read by the run user.*chmod/],
  ['latin1', 'requirements-file', 'requirements.txt', /UTF-8/],
  ['notproject', 'requirements-file', 'empty', /neither pyproject\.toml nor setup\.py/],
  ['nodir', 'requirements-file', 'nowhere', /does not exist/],
  ['relative', 'requirements-file', 'lib', /name \/lib .*working directory \/.*for example \/app\/lib/],
  ['relwheel', 'requirements-file', 'x-1.0-py3-none-any.whl', /does not exist.*for example \/app\/x-1\.0-py3-none-any\.whl/],
  ['reldot', 'requirements-file', '/', /write it with \/app\/ before it\.$/],
  ['relup', 'requirements-file', 'lib', /leads out of everything.*\/app\/lib/],
]

test.each(expected)('%s: %s', (name, fault, detail, reason) => {
  const finding = classifySetupFault(words.get(name) ?? 'no such case', requirements)
  expect(finding).toMatchObject({ fault, detail })
  expect(finding.reason).toMatch(reason)
  expect(finding.reason).not.toMatch(/\bnull\b|undefined|[{}]|\n/)
})

test('every text that was collected is checked', () => {
  expect([...words.keys()].sort()).toEqual(expected.map(([name]) => name).sort())
})

describe('what uv says in other ways', () => {
  const asked = (name: string): string => `error: No solution found when resolving \`--with\` dependencies\n  cause: Because ${name} was not found in the package registry and you require ${name}, we can conclude that your requirements are unsatisfiable.`

  test('a name that is nearly one that everybody knows', () => {
    expect(classifySetupFault(asked('reqeusts')).reason).toMatch(/Did you mean requests\?$/)
  })

  test('a package that is imported under another name', () => {
    expect(classifySetupFault(asked('cv2')).reason).toMatch(/Did you mean opencv-python-headless\?$/)
    expect(classifySetupFault(asked('constructor')).reason).toMatch(/Correct the name/)
  })

  test('colours change nothing', () => {
    const coloured = '\x1b[1;31merror\x1b[0m: No interpreter found for Python \x1b[36m3.99\x1b[39m in virtual environments, managed installations, or search path\n'
    expect(classifySetupFault(coloured)).toMatchObject({ fault: 'python', detail: 'Python 3.99' })
  })

  test('a hash that does not fit', () => {
    expect(classifySetupFault('error: Failed to download `six==1.16.0`\n  cause: Hash mismatch for `six==1.16.0`\n\n  Expected:\n    sha256:00')).toMatchObject({ fault: 'requirements-file', detail: 'six==1.16.0' })
  })

  test('what is not known is quoted, without passwords', () => {
    const finding = classifySetupFault('warning: something\nerror: the moon is at https://name:password@moon.example.org/ today\n')
    expect(finding).toEqual({ fault: 'unknown', detail: null, reason: expect.stringContaining('uv says: the moon is at https://moon.example.org/ today') as string })
  })

  test('nothing at all', () => {
    expect(classifySetupFault('')).toEqual({ fault: 'unknown', detail: null, reason: 'Python or the packages could not be set up. The log shows all it said.' })
  })

  test('a proof as long as it gets takes no time', () => {
    const began = performance.now()
    classifySetupFault(`error: ${'Permission denied failed to open `cache '.repeat(2000)}`)
    expect(performance.now() - began).toBeLessThan(500)
  })
})

test('a notebook without its packages names them and the lines to add', () => {
  const finding = classifySetupFault('Installed 1 package in 1ms\nFASTFLOW_DESKTOP_MISSING_PACKAGES\tnbclient,nbformat\n')
  expect(finding).toMatchObject({ fault: 'notebook-packages', detail: 'nbclient, nbformat' })
  expect(finding.reason).toMatch(/without nbclient, nbformat.*requirements\.txt, as lines with: nbclient \/ nbformat\./)
})

describe('the text of a set-up', () => {
  test('is the end of both streams', () => {
    const text = createSetupText()
    text.add('stderr', Buffer.from('error: '))
    text.add('stdout', Buffer.from('out\n'))
    text.add('stderr', Buffer.from('gone\n'))
    expect(text.text()).toBe('out\n\nerror: gone\n')
  })

  test('of a flood is only so much, and the end of it', () => {
    const text = createSetupText()
    for (let index = 0; index < 3000; index += 1) text.add('stderr', Buffer.from(`${String(index).padStart(6, '0')} ${'x'.repeat(92)}\n`))
    text.add('stdout', Buffer.alloc(100_000, 'y'))
    const lines = text.text().split('\n')
    expect(lines[0]).toBe('y'.repeat(8_192))
    expect(text.text().length).toBe(8_192 + 1 + 65_536)
    expect(text.text().trimEnd().split('\n').at(-1)).toMatch(/^002999 x+$/)
  })
})
