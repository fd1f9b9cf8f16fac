/** Settings are judged while typing by the contract's rules. */
import { describe, expect, it } from 'vitest'
import { defaultSettings } from '@shared/contract/settings'
import { settingProblem } from './setting-validation'

describe('settingProblem', () => {
  it('finds nothing wrong with the defaults', () => {
    for (const name of Object.keys(defaultSettings) as (keyof typeof defaultSettings)[]) expect(settingProblem(name, defaultSettings[name])).toBeNull()
  })

  it('says how a value has to look', () => {
    expect(settingProblem('defaultPythonVersion', 'three')).toContain('3.11')
    expect(settingProblem('engineEndpoint', 'docker')).toContain('unix:///')
  })

  it('refuses a missing number', () => {
    expect(settingProblem('stopGraceSeconds', Number.NaN)).not.toBeNull()
    expect(settingProblem('stopGraceSeconds', 601)).not.toBeNull()
  })
})
