import i18next from 'i18next'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PipelineCache } from '@shared/contract/pipelines'
import english from '../../i18n/en.json'
import { cacheWords, fetchParts } from './fetch-text'

const i18n = i18next.createInstance()
beforeAll(() => i18n.init({ lng: 'en', resources: { en: { translation: english } }, nsSeparator: false, interpolation: { escapeValue: false } }))

const cold: PipelineCache = { state: 'cold', reason: null, startsOffline: false, missing: ['numpy'], fetch: null, pythonMissing: false, imageMissing: false, resolvedAtMs: null, message: null }
const packages = [{ name: 'numpy', version: '2.3.4', bytes: 16_939_602 }, { name: 'six', version: '1.17.0', bytes: 11_050 }]
const estimate = { packages, count: 2, bytes: 16_950_652, unknown: [], problem: null }
const parts = (cache: Partial<PipelineCache>) => fetchParts({ pythonVersion: '3.12', cache: { ...cold, ...cache } }, i18n.getFixedT('en'), 'en')

describe('what a run would fetch', () => {
  it('names packages with versions and their bytes', () => {
    expect(parts({ fetch: estimate })).toEqual(['Would fetch numpy 2.3.4, six 1.17.0: 17 MB.'])
    const many = Array.from({ length: 9 }, (_, number) => ({ name: `p${number}`, version: '1', bytes: 1 }))
    expect(parts({ fetch: { ...estimate, packages: many, count: 50 } })[0]).toMatch(/p7 1, …/)
    expect(parts({ fetch: { ...estimate, packages: [], count: 0, bytes: 0 } })).toEqual(['All its packages are in the cache already.'])
  })

  it('names what cannot be known, a Python and an image that are missing', () => {
    expect(parts({ fetch: { ...estimate, packages: [], count: 0, bytes: 0, unknown: ['docopt'] }, pythonMissing: true, imageMissing: true })).toEqual([
      'Not known beforehand: docopt (to be built, or from the folder).',
      'Python 3.12 is not there and would be fetched.',
      'The worker image is not there and would be pulled.',
    ])
  })

  it('says why nothing is known, once', () => {
    expect(parts({ fetch: { ...estimate, packages: [], count: 0, bytes: 0, problem: 'no way.' } })).toEqual(['What it would fetch is not known: no way.'])
    expect(parts({ state: 'failed', fetch: { ...estimate, packages: [], count: 0, bytes: 0, problem: 'no way.' } })).toEqual([])
    expect(parts({})).toEqual([])
  })

  it('takes the place of the names that are missing', () => {
    const words = (cache: Partial<PipelineCache>) => cacheWords({ pythonVersion: '3.12', cache: { ...cold, ...cache } }, i18n.getFixedT('en'), 'en')
    expect(words({})).toContain('Not in the cache: numpy')
    expect(words({ fetch: estimate })).not.toContain('Not in the cache')
  })
})
