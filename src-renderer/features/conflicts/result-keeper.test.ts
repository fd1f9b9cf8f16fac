import { beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '@shared/app-error'
import { createResultKeeper, type Outside, type ResultKeeper } from './result-keeper'

let file: string | null
let taken: string[]
let outside: (Outside | null)[]
let errors: unknown[]
let keeper: ResultKeeper

const write = async (text: string, expected: string | null): Promise<void> => {
  if (expected !== null && expected !== file) throw new AppError('file/changed-on-disk', 'changed')
  file = text
}

beforeEach(() => {
  file = 'begun'
  ;[taken, outside, errors] = [[], [], []]
  keeper = createResultKeeper({ text: file, read: async () => file, write, onTaken: (text) => taken.push(text), onOutside: (next) => outside.push(next), onError: (error) => errors.push(error) })
})

describe('The result of a conflict', () => {
  it('is kept as it is typed, the newest text last', async () => {
    keeper.edit('one')
    const first = keeper.keep()
    keeper.edit('two')
    await Promise.all([first, keeper.keep()])
    expect([file, outside, errors]).toEqual(['two', [], []])
    await keeper.look()
    expect([taken, outside]).toEqual([[], []])
  })

  it('follows the file while nothing of its own is unsaved', async () => {
    file = 'from a terminal'
    await keeper.look()
    expect([taken, outside]).toEqual([['from a terminal'], []])
    keeper.edit('mine')
    await keeper.keep()
    expect(file).toBe('mine')
  })

  it('is taken once, when a look is quicker than the answer of who wrote it', async () => {
    file = 'begun anew'
    await keeper.look()
    keeper.take('begun anew')
    expect(taken).toEqual(['begun anew'])
  })

  it('is not written over what somebody else wrote: the user says which one counts', async () => {
    keeper.edit('mine')
    file = 'from a terminal'
    await keeper.keep()
    expect([file, outside, errors]).toEqual(['from a terminal', [{ text: 'from a terminal' }], []])
    keeper.edit('mine, more')
    await keeper.keep()
    expect(file).toBe('from a terminal')
    await keeper.keepMine()
    expect([file, outside.at(-1)]).toEqual(['mine, more', null])
    file = 'again'
    keeper.edit('mine, most')
    await keeper.look()
    keeper.load()
    expect([file, taken, outside.at(-1)]).toEqual(['again', ['again'], null])
  })

  it('of a file that is gone is written anew only on purpose', async () => {
    file = null
    await keeper.look()
    expect(outside).toEqual([{ text: null }])
    keeper.load()
    expect(taken).toEqual([])
    keeper.edit('mine')
    await keeper.keepMine()
    expect(file).toBe('mine')
  })

  it('that is finished is kept no more, and is when finishing failed', async () => {
    keeper.edit('done')
    await keeper.finish(async () => {
      throw new AppError('file/disk-full', 'full')
    })
    expect([errors, file]).toEqual([[new AppError('file/disk-full', 'full')], 'begun'])
    await keeper.finish(write)
    keeper.edit('late')
    await keeper.keep()
    expect(file).toBe('done')
  })
})
