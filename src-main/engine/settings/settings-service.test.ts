import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { defaultSettings, type SettingsState } from '@shared/contract/settings'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createSettingsService } from './settings-service'

function service(content: string | null = null) {
  const file = join(makeTemporaryWorkspace(), 'settings.json')
  if (content !== null) writeFileSync(file, content)
  const changes: SettingsState[] = []
  return { file, changes, ...createSettingsService(file, (state) => void changes.push(state)) }
}

test('without a file everything has its default, and nothing is written', () => {
  const { state, file } = service()
  expect(state()).toEqual({ settings: defaultSettings, file, problems: [], rev: 1 })
  expect(() => readFileSync(file)).toThrow(/ENOENT/)
})

describe('reading', () => {
  test('one wrong value costs only that value', () => {
    const { state } = service('{"theme": "dark", "stopGraceSeconds": -1, "colour": "red", "workerImage": "BAD IMAGE"}')
    expect(state().settings).toEqual({ ...defaultSettings, theme: 'dark' })
    expect(state().problems).toHaveLength(3)
    for (const word of ['"stopGraceSeconds"', 'unknown setting "colour"', '"workerImage"']) expect(state().problems.join('\n')).toContain(word)
  })

  test.each([
    ['no JSON', '{"theme": ', /not valid JSON/],
    ['a list', '[]', /not a JSON object/],
    ['null', 'null', /not a JSON object/],
    ['names of prototypes', '{"__proto__": {"theme": "dark"}, "constructor": 1}', /unknown setting/],
  ])('%s is named, the defaults are used', (_name, content, problem) => {
    const { state } = service(content)
    expect(state().settings).toEqual(defaultSettings)
    expect(state().problems[0]).toMatch(problem)
  })

  test('a folder in place of the file is named', () => {
    const file = join(makeTemporaryWorkspace(), 'settings.json')
    mkdirSync(file)
    expect(createSettingsService(file, () => undefined).state().problems).toEqual([expect.stringContaining(file)])
  })
})

describe('changing', () => {
  test('touches only the given keys; what is unknown stays in the file', async () => {
    const { update, file, changes, current } = service('{"theme": "dark", "future": [1]}')
    const state = await update({ language: 'de' })
    expect(state).toMatchObject({ settings: { ...defaultSettings, theme: 'dark', language: 'de' }, rev: 2 })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ theme: 'dark', future: [1], language: 'de' })
    expect(changes).toEqual([state])
    expect(current()).toEqual(state.settings)
  })

  test('a file that cannot be read is never overwritten', async () => {
    const { update, file } = service('{"theme": ')
    await expect(update({ language: 'de' })).rejects.toMatchObject({ code: 'input/invalid' })
    expect(readFileSync(file, 'utf8')).toBe('{"theme": ')
  })

  test('several changes at once all arrive', async () => {
    const { update, file, state } = service()
    await Promise.all([update({ theme: 'dark' }), update({ language: 'de' }), update({ stopGraceSeconds: 3 })])
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ theme: 'dark', language: 'de', stopGraceSeconds: 3 })
    expect(state().rev).toBe(4)
  })

  test('a change after a refused one works', async () => {
    const { update, file, current } = service('{')
    await expect(update({ theme: 'dark' })).rejects.toThrow()
    writeFileSync(file, '{}')
    await update({ theme: 'dark' })
    expect(current().theme).toBe('dark')
  })
})
