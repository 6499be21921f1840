import { describe, expect, it } from 'vitest'
import type { DatasetSummary, LibraryModel } from '../../../preload/contract/index.ts'
import { placeOf, suitable } from '../../../renderer/views/models/compare/state.ts'
import { comparable } from '../../../renderer/views/models/formats.ts'

const model = (id: string, format: LibraryModel['format'], classes = ['a', 'b']) => ({ id, format, classes }) as LibraryModel
const dataset = (id: string, classes: string[]) => ({ id, classes }) as DatasetSummary

describe('what can be compared', () => {
  const models = [model('w', 'window'), model('n', 'nir'), model('x', 'int8', ['class 0', 'class 1']), model('s', 'step', ['b', 'a']), model('other', 'window', ['a', 'c'])]
  const datasets = [dataset('ab', ['a', 'b']), dataset('ac', ['a', 'c']), dataset('abc', ['a', 'b', 'c'])]
  const fitting = (...chosen: string[]) => suitable(models, datasets, chosen).datasets.map(({ id }) => id)
  it('is what runs here; datasets have the classes of all that are chosen', () => {
    expect(suitable(models, datasets, []).models.map(({ id }) => id)).toEqual(['w', 'x', 's', 'other'])
    expect(fitting()).toEqual(['ab', 'ac', 'abc'])
    expect(fitting('w', 's')).toEqual(['ab'])
    expect(fitting('x')).toEqual(['ab', 'ac'])
    expect(fitting('w', 'other')).toEqual([])
  })
  it('begins with the model that is looked at and the latest that tells the same classes apart', () => {
    expect(comparable(models, 'w')).toEqual(['w', 's'])
    expect(comparable(models, 'other')).toEqual(['other'])
    expect(comparable(models, 'n')).toEqual([])
  })
  it('is a dataset that is there, or a path that was typed', () => {
    expect(placeOf({ kind: 'dataset', path: '/a', split: 'train', dataset: 'ab' })).toEqual({ kind: 'dataset', dataset: 'ab', split: 'train' })
    expect(placeOf({ kind: 'dataset', path: '/a', split: 'train', dataset: null })).toBeNull()
    expect(placeOf({ kind: 'recording', path: ' /a ', split: 'test', dataset: 'ab' })).toEqual({ kind: 'recording', path: '/a' })
    expect(placeOf({ kind: 'recording', path: ' ', split: 'test', dataset: 'ab' })).toBeNull()
  })
})
