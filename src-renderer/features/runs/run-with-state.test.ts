import { beforeEach, expect, test } from 'vitest'
import { chosenConfig, closeRunWith, environmentOf, initialValues, openRunWith, typeRunWith, useRunWith, variableProblems } from './run-with-state'

beforeEach(() => useRunWith.setState({ pipeline: null, typed: {} }))

test('empty rows do not count, names are trimmed, values are not', () => {
  expect(environmentOf([{ name: ' A ', value: ' x ' }, { name: '', value: '' }, { name: 'B', value: '' }])).toEqual({ A: ' x ', B: '' })
})

test('what cannot be a variable is named at its row', () => {
  expect(variableProblems([{ name: 'GOOD', value: '' }, { name: '1st', value: '' }, { name: 'GOOD', value: 'again' }, { name: '', value: 'no name' }, { name: '', value: '' }])).toEqual([null, 'name', 'double', 'name', null])
})

test('the fifty-first variable is one too many, as on the server', () => {
  const rows = Array.from({ length: 51 }, (_, number) => ({ name: `V${number}`, value: '' }))
  expect(variableProblems(rows).map((problem, index) => (problem === null ? null : [index, problem])).filter(Boolean)).toEqual([[50, 'many']])
})

test('what was typed is kept for each pipeline when the dialog closes', () => {
  openRunWith('a')
  typeRunWith('a', { mode: 'webhook', body: '{}' })
  closeRunWith()
  openRunWith('b')
  expect(useRunWith.getState().typed['a']).toEqual({ ...initialValues, mode: 'webhook', body: '{}' })
  expect(useRunWith.getState().typed['b']).toBeUndefined()
})

test('a value that no process can be given is named', () => {
  expect(variableProblems([{ name: 'A', value: 'x\0y' }, { name: 'B', value: 'x'.repeat(131_001) }, { name: 'C', value: 'x'.repeat(131_000) }])).toEqual(['value', 'long', null])
})

test('opened for a configuration it has that one chosen; one that is gone is none', () => {
  openRunWith('a', 'prod')
  expect(useRunWith.getState()).toMatchObject({ pipeline: 'a', typed: { a: { runConfigId: 'prod', mode: 'start' } } })
  openRunWith('a')
  expect(useRunWith.getState().typed['a']?.runConfigId).toBe('prod')
  expect(chosenConfig([{ id: 'prod' }], 'prod')).toEqual({ id: 'prod' })
  expect(chosenConfig([{ id: 'other' }], 'prod')).toBeNull()
})
