import { expect, test } from 'vitest'
import { defaultPipeline } from './select-default'

test.each([
  ['nothing to select', { names: [], isSample: true, lastRun: 'gone' }, null],
  ['the first', { names: ['a', 'hello'], isSample: false, lastRun: null }, 'a'],
  ['in the samples the one that greets', { names: ['broken_import_date', 'hello'], isSample: true, lastRun: null }, 'hello'],
  ['in samples without it the first', { names: ['flood'], isSample: true, lastRun: null }, 'flood'],
  ['the one that ran last', { names: ['a', 'b', 'hello'], isSample: true, lastRun: 'b' }, 'b'],
  ['a last one that is gone counts no more', { names: ['a'], isSample: false, lastRun: 'b' }, 'a'],
])('%s', (_name, input, expected) => expect(defaultPipeline(input)).toBe(expected))
