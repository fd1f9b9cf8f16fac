/**
 * The real container engine that tests run against. `scripts/test.mjs` sets both variables; without them such a suite is
 * skipped, and its name says why.
 */
import { describe } from 'vitest'

const endpoint = process.env['FFD_TEST_ENGINE'] ?? ''
const image = process.env['FFD_TEST_IMAGE'] ?? ''

/** `endpoint`: unix:///… of the engine; `image`: a worker image with uv and a system Python 3.11. null: there is no engine. */
export const testEngine: { endpoint: string; image: string } | null = endpoint === '' || image === '' ? null : { endpoint, image }

export function describeWithEngine(name: string, suite: (engine: { endpoint: string; image: string }) => void): void {
  if (testEngine === null)
    describe.skip(`${name} (skipped: no container engine, FFD_TEST_ENGINE and FFD_TEST_IMAGE are not set)`, () => suite({ endpoint, image }))
  else describe(name, () => suite(testEngine))
}
