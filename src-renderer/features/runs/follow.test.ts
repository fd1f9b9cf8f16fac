/** When a log view follows its end. */
import { describe, expect, it } from 'vitest'
import { afterLines, afterScroll, following } from './follow'

describe('follow', () => {
  it('ends when the user scrolls up and begins again at the end', () => {
    const up = afterScroll(following, 10, 20)
    expect(up.isFollowing).toBe(false)
    expect(afterScroll(up, 20, 20)).toEqual(following)
  })

  it('counts lines only while it does not follow', () => {
    expect(afterLines(following, 5)).toEqual(following)
    const up = afterScroll(following, 10, 20)
    expect(afterLines(afterLines(up, 5), 3).newLines).toBe(8)
  })

  it('keeps the count while the user scrolls on above the end', () => {
    const up = afterLines(afterScroll(following, 10, 20), 4)
    expect(afterScroll(up, 5, 24)).toBe(up)
  })
})
