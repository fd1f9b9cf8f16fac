import { expect, test } from 'vitest'
import { isEndInView, scrollTopForEnd } from './cell-scroll'

const list = (scrollTop: number) => ({ scrollTop, clientHeight: 400 })
const cell = (offsetTop: number, offsetHeight: number) => ({ offsetTop, offsetHeight })

test('a cell that is in view moves nothing', () => {
  expect(scrollTopForEnd(list(100), cell(150, 200))).toBe(100)
})

test('a cell below comes up until its end is seen', () => {
  expect(scrollTopForEnd(list(0), cell(900, 100))).toBe(614)
})

test('of a cell taller than the list the end is seen, and stays when it is there already', () => {
  const tall = cell(100, 2_000)
  expect(scrollTopForEnd(list(0), tall)).toBe(1_714)
  expect(scrollTopForEnd(list(1_714), tall)).toBe(1_714)
})

test('a cell above comes down until its beginning is seen, never beyond the top', () => {
  expect(scrollTopForEnd(list(900), cell(300, 100))).toBe(286)
  expect(scrollTopForEnd(list(900), cell(0, 100))).toBe(0)
})

test('the end is in view, or it is not', () => {
  expect(isEndInView(list(100), cell(150, 200))).toBe(true)
  expect(isEndInView(list(100), cell(450, 200))).toBe(false)
  expect(isEndInView(list(600), cell(450, 100))).toBe(false)
})
