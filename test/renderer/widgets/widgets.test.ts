import { describe, expect, it } from 'vitest'
import { canPick, sortEntries } from '../../../renderer/widgets/FileDialog.tsx'
import { confirm, useConfirm } from '../../../renderer/widgets/confirm.ts'
import { frameSum } from '../../../renderer/widgets/FrameGrid.tsx'
import { readNumber, writeNumber } from '../../../renderer/widgets/NumberField.tsx'
import { pick, usePicker } from '../../../renderer/widgets/picker.ts'

const entry = (name: string, kind: 'folder' | 'recording' | 'other') => ({ name, path: `/${name}`, kind, bytes: 1 })

describe('choosing files', () => {
  const entries = [
    entry('10.bin', 'recording'),
    entry('model.onnx', 'other'),
    entry('2.bin', 'recording'),
    entry('zoo', 'folder'),
    entry('art', 'folder'),
  ]
  it('puts folders first, then what can be chosen, numbers in order', () => {
    expect(sortEntries(entries, 'recording').map(({ name }) => name)).toEqual(['art', 'zoo', '2.bin', '10.bin', 'model.onnx'])
    expect(sortEntries(entries, 'model').map(({ name }) => name)).toEqual(['art', 'zoo', 'model.onnx', '2.bin', '10.bin'])
  })
  it('offers only what was asked for', () => {
    expect(entries.filter((other) => canPick(other, 'model')).map(({ name }) => name)).toEqual(['model.onnx'])
    expect(entries.filter((other) => canPick(other, 'folder'))).toEqual([])
    const pictures = [entry('a.PNG', 'other'), entry('b.jpeg', 'other'), entry('c.webp', 'recording'), entry('d.png', 'folder'), ...entries]
    expect(pictures.filter((other) => canPick(other, 'picture')).map(({ name }) => name)).toEqual(['a.PNG', 'b.jpeg', 'c.webp'])
  })
  it('asks one question at a time: a new one cancels the old', async () => {
    const first = pick('recording')
    const second = pick('folder', '/data')
    expect(await first).toBeNull()
    expect(usePicker.getState().open).toMatchObject({ kind: 'folder', start: '/data' })
    usePicker.getState().open?.answer('/data/set')
    expect(await second).toBe('/data/set')
    expect(usePicker.getState().open).toBeNull()
  })
})

describe('confirm', () => {
  it('answers what the user said', async () => {
    const question = { title: 'Remove?', message: '', action: 'Remove' }
    const yes = confirm(question)
    useConfirm.getState().open?.answer(true)
    expect(await yes).toBe(true)
    const superseded = confirm(question)
    const no = confirm(question)
    useConfirm.getState().open?.answer(false)
    expect([await superseded, await no]).toEqual([false, false])
  })
})

describe('numbers as text', () => {
  it.each([
    ['1e-5', 1e-5],
    ['0,5', 0.5],
    [' 3 ', 3],
    ['', null],
    ['x', null],
    ['1e999', null],
  ])('reads "%s"', (text, value) => expect(readNumber(text)).toBe(value))
  it.each([
    [1e-5, '1e-5'],
    [0.05, '0.05'],
    [0, '0'],
    [300, '300'],
    [5e-4, '5e-4'],
  ])('writes %s', (value, text) => expect(writeNumber(value)).toBe(text))
  it('reads what it writes', () => {
    for (const value of [1e-8, 0.0003, 0.9, 42, -1]) expect(readNumber(writeNumber(value))).toBe(value)
  })
  it('adds up one frame of several', () => {
    expect(frameSum(Float32Array.of(1, 2, 3, 4), 1, 2)).toBe(7)
  })
})
