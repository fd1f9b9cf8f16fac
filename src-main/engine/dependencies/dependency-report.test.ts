import { describe, expect, test } from 'vitest'
import type { AskedRequirement } from '../uv/requirements'
import type { FoundImport } from './dependency-messages'
import { dependencyReport, questionsOf, type CheckedFacts, type WrittenFacts } from './dependency-report'

const asked = (name: string, specifier = '', line = 1): AskedRequirement => ({ name, specifier, file: 'requirements.txt', line, text: name + specifier })
const imported = (module: string, change: Partial<FoundImport> = {}): FoundImport => ({ module, file: 'main.py', line: 1, cell: null, isOptional: false, ...change })
const written = (change: Partial<WrittenFacts>): WrittenFacts => ({ asked: [], hasUnnamed: false, locked: null, imports: [], ...change })
const checked = (change: Partial<CheckedFacts>): CheckedFacts => ({ resolved: null, installed: null, provides: {}, newest: {}, exists: {}, ...change })
const none = new Map<string, never>()

const unaskedOf = (facts: WrittenFacts, found: CheckedFacts | null = null) => dependencyReport(facts, found, none).unasked

describe('imports and requirements', () => {
  test.each([
    ['sklearn.svm.SVC', 'scikit-learn'],
    ['PIL.Image', 'pillow'],
    ['yaml', 'pyyaml'],
    ['bs4.BeautifulSoup', 'beautifulsoup4'],
    ['cv2', 'opencv-python'],
    ['cv2', 'opencv-contrib-python-headless'],
    ['google.cloud.storage.Client', 'google-cloud-storage'],
    ['azure.storage.blob.BlobClient', 'azure-storage-blob'],
    ['flask_sqlalchemy', 'flask-sqlalchemy'],
    ['psycopg2.extras', 'psycopg2-binary'],
  ])('%s is brought by %s', (module, name) => {
    const { packages, unasked } = dependencyReport(written({ asked: [asked(name)], imports: [imported(module)] }), null, none)
    expect(packages[0]?.imports).toEqual([{ file: 'main.py', line: 1, cell: null, isOptional: false }])
    expect(unasked).toEqual([])
  })

  test.each([
    ['cv2', 'opencv-python-headless', 'cv2'],
    ['dotenv.load_dotenv', 'python-dotenv', 'dotenv'],
    ['dateutil.parser', 'python-dateutil', 'dateutil'],
    ['google.cloud.bigquery.Client', 'google-cloud-bigquery', 'google.cloud.bigquery'],
    ['pandas.DataFrame', 'pandas', 'pandas'],
  ])('%s, which nothing asks for, is likely of %s', (module, name, shown) => {
    expect(unaskedOf(written({ imports: [imported(module)] }))).toMatchObject([{ package: name, module: shown, requirement: name, through: [], isOnIndex: null }])
  })

  test('what the code does without is not missed, and what it needs elsewhere is', () => {
    const optional = imported('numpy', { isOptional: true })
    expect(unaskedOf(written({ imports: [optional] }))).toEqual([])
    expect(unaskedOf(written({ imports: [optional, imported('numpy', { line: 9 })] }))[0]?.places).toHaveLength(2)
  })

  test('what is there through others says so, and is pinned where all is', () => {
    const locked = [{ name: 'requests', version: '2.19.0', via: [] }, { name: 'certifi', version: '2018.4.16', via: ['requests'] }]
    const facts = written({ asked: [asked('requests', '==2.19.0')], locked, imports: [imported('certifi.core')] })
    expect(unaskedOf(facts)).toMatchObject([{ module: 'certifi', package: 'certifi', requirement: 'certifi==2018.4.16', through: ['requests'], isOnIndex: true }])
    expect(questionsOf(facts)).toEqual({ names: [], modules: ['certifi.core'] })
    expect(unaskedOf({ ...facts, asked: [asked('requests')] })).toMatchObject([{ requirement: 'certifi' }])
  })

  test('the environment decides who brings a module, and the index whether a name is there', () => {
    const facts = written({ asked: [asked('odd-name')], imports: [imported('surprise.thing'), imported('nowhere')] })
    expect(unaskedOf(facts).map(({ module }) => module)).toEqual(['nowhere', 'surprise'])
    const found = checked({ installed: new Map([['odd-name', '1.0']]), provides: { 'surprise.thing': ['odd-name'], nowhere: [] }, exists: { nowhere: false } })
    expect(unaskedOf(facts, found)).toMatchObject([{ module: 'nowhere', isOnIndex: false }])
  })

  test('a line that names a folder may bring anything: until the environment was seen, nothing is called missing', () => {
    const facts = written({ hasUnnamed: true, imports: [imported('own_code')] })
    expect(unaskedOf(facts)).toEqual([])
    expect(unaskedOf(facts, checked({ installed: new Map([['own-code', '1.0']]), provides: { own_code: ['own-code'] } }))).toEqual([])
    expect(unaskedOf(facts, checked({ installed: new Map(), provides: {} }))).toMatchObject([{ module: 'own_code' }])
  })
})

test('a row holds what is asked, locked, resolved, newer and known of the version that a run installs', () => {
  const locked = [{ name: 'jinja2', version: '2.10', via: [] }, { name: 'markupsafe', version: '1.0', via: ['jinja2'] }]
  const resolved = [{ name: 'jinja2', version: '2.11.3', via: [] }, { name: 'markupsafe', version: '1.0', via: ['jinja2'] }]
  const versions = new Map([['jinja2 2.10', { licence: 'BSD', bytes: 5, vulnerabilities: [{ id: 'PYSEC-2019-217', aliases: [], fixedIn: ['2.10.1'], description: '' }] }], ['jinja2 2.11.3', { licence: 'other' }]])
  const { packages } = dependencyReport(written({ asked: [asked('zope'), asked('jinja2', '>=2.11', 7)], locked }), checked({ resolved, newest: { jinja2: '3.1.6' } }), versions)
  expect(packages.map(({ name }) => name)).toEqual(['jinja2', 'zope', 'markupsafe'])
  expect(packages[0]).toMatchObject({ asked: { line: 7, specifier: '>=2.11' }, locked: '2.10', resolved: '2.11.3', newer: '3.1.6', licence: 'BSD', bytes: 5, vulnerabilities: [{ id: 'PYSEC-2019-217' }] })
  expect(packages[1]).toMatchObject({ locked: null, resolved: null, licence: null, vulnerabilities: null })
  expect(packages[2]).toMatchObject({ asked: null, through: ['jinja2'] })
})
