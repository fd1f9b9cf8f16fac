import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { auditAnswer, vulnerabilitiesIn } from './dependency-messages'

/** As pip-audit 2.10.1 printed it: of an old Jinja2 with the records of advisories.json, and of a package that its service does not know. */
const [known, unknown] = readFileSync(resolve('src-main', 'engine', 'testing', 'pip-audit-words.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as unknown)

test('what pip-audit says is kept by name and version', () => {
  const found = vulnerabilitiesIn(auditAnswer.parse(known))
  expect([...found.keys()]).toEqual(['jinja2 2.10', 'markupsafe 3.0.4'])
  expect(found.get('jinja2 2.10')).toMatchObject([{ id: 'PYSEC-2019-217', aliases: ['CVE-2019-10906', 'GHSA-462w-v97r-4m45'], fixedIn: ['2.10.1'] }, { id: 'PYSEC-2021-66', fixedIn: ['2.11.3'] }])
  expect(found.get('markupsafe 3.0.4')).toEqual([])
})

test('what pip-audit skipped was not asked for, which is not the same as nothing known', () => {
  expect([...vulnerabilitiesIn(auditAnswer.parse(unknown)).keys()]).toEqual([])
})

test('the keys that pip-audit no longer writes are no answer', () => {
  expect(auditAnswer.safeParse({ vulnerabilities: [] }).success).toBe(false)
  expect(auditAnswer.safeParse([{ name: 'flask', version: '0.5', vulns: [] }]).success).toBe(false)
})

test('a long description is cut', () => {
  const answer = auditAnswer.parse({ dependencies: [{ name: 'a', version: '1', vulns: [{ id: 'X', fix_versions: [], description: 'word '.repeat(500) }] }] })
  expect(vulnerabilitiesIn(answer).get('a 1')?.[0]?.description).toHaveLength(601)
})
