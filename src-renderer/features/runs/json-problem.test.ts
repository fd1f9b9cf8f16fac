import { expect, test } from 'vitest'
import { jsonProblem } from './json-problem'

test('JSON and an empty body have no problem', () => {
  for (const text of ['', ' \n', '{"a": [1, null, "x"]}', 'null']) expect(jsonProblem(text)).toBeNull()
})

test('the place is where the first wrong character stands', () => {
  expect(jsonProblem('{\n  "a": 1,,\n}')).toEqual({ line: 2, column: 10 })
  expect(jsonProblem('{"a": nope}')).toEqual({ line: 1, column: 7 })
})

test('comments, a comma at the end, single quotes and a missing end are no JSON', () => {
  for (const text of ['{} // no', '[1,]', "{'a': 1}", '{"a": 1', '"\t"', '\ufeff{}']) expect(jsonProblem(text)).toMatchObject({ line: 1, column: expect.any(Number) })
})
