import { expect, test } from 'vitest'
import { parseTestArguments } from './test-arguments.mjs'

test('without arguments all parts run, in their order', () => {
  expect(parseTestArguments([])).toEqual({ parts: ['unit', 'engine', 'faults', 'e2e'], rest: [] })
})

test('parts are chosen by name, and the rest goes to vitest', () => {
  const wanted = { parts: ['unit', 'e2e'], rest: ['src-main/engine/runs', '-t', 'stop'] }
  expect(parseTestArguments(['--project', 'e2e', 'src-main/engine/runs', '--project=unit', '-t', 'stop'])).toEqual(wanted)
})

test.each([[['--project', 'units']], [['--project=']], [['--project']]])('an unknown part is refused: %j', (args) => {
  expect(parseTestArguments(args)).toEqual({ problem: expect.stringContaining('unit, engine, faults, e2e') })
})
