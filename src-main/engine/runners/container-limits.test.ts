import { describe, expect, test } from 'vitest'
import { AppError } from '@shared/app-error'
import { containerLimits } from './container-limits'

const GiB = 1024 ** 3
const engine = { memoryBytes: 8 * GiB, cpuCount: 2 }
const none = { memoryHardBytes: null, cpuHard: null }

function refusalOf(limits: Parameters<typeof containerLimits>[0]): AppError | null {
  try {
    containerLimits(limits, engine)
    return null
  } catch (error) {
    return error instanceof AppError ? error : null
  }
}

describe('memory', () => {
  test('without a limit of its own is a share of the engine’s', () => {
    expect(containerLimits(none, engine)).toEqual({ memoryBytes: Math.floor(8 * GiB * 0.8), nanoCpus: null, notices: [] })
    expect(containerLimits(none, { memoryBytes: null, cpuCount: null }).memoryBytes).toBe(4 * GiB)
  })

  test('is exactly the pipeline’s limit, down to what an engine can do', () => {
    expect(containerLimits({ ...none, memoryHardBytes: 67_108_865 }, engine)).toMatchObject({ memoryBytes: 67_108_865, notices: [] })
    expect(containerLimits({ ...none, memoryHardBytes: 6_291_456 }, engine).memoryBytes).toBe(6_291_456)
    expect(containerLimits({ ...none, memoryHardBytes: 64 * GiB }, { memoryBytes: null, cpuCount: null })).toMatchObject({ memoryBytes: 64 * GiB, notices: [] })
  })

  test('below that is refused with the next step', () => {
    const refusal = refusalOf({ ...none, memoryHardBytes: 6_291_455 })
    expect(refusal?.code).toBe('pipeline/invalid-config')
    expect(refusal?.message).toMatch(/^mem_hard_limit is 6291455 bytes; a container cannot have less than 6 MiB.*Raise it/)
  })

  test('of more than the engine has is all it has, and is said', () => {
    const limits = containerLimits({ ...none, memoryHardBytes: 64 * GiB }, engine)
    expect(limits.memoryBytes).toBe(8 * GiB)
    expect(limits.notices).toEqual([{ severity: 'warning', message: expect.stringMatching(/allows 64 GiB, the container engine has 8 GiB/) as string }])
  })
})

describe('the processor', () => {
  test.each([
    [0.5, 500_000_000],
    [0.01, 10_000_000],
    [1.123456789123, 1_123_456_789],
    [2, 2_000_000_000],
  ])('%d cores', (cpuHard, nanoCpus) => expect(containerLimits({ ...none, cpuHard }, engine)).toMatchObject({ nanoCpus, notices: [] }))

  test('more cores than there are are those there are, and what the server does is said', () => {
    const limits = containerLimits({ ...none, cpuHard: 8 }, engine)
    expect(limits.nanoCpus).toBe(2_000_000_000)
    expect(limits.notices[0]?.message).toMatch(/allows 8 cores, the container engine has 2.*refuses to start/)
    expect(containerLimits({ ...none, cpuHard: 8 }, { ...engine, cpuCount: null })).toMatchObject({ nanoCpus: 8_000_000_000, notices: [] })
  })

  test('less than an engine can give is refused', () => {
    expect(refusalOf({ ...none, cpuHard: 0.009 })?.message).toMatch(/^cpu_hard_limit allows 0\.009 of a core.*0\.01.*Raise it/)
  })
})
