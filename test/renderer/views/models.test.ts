import { expect, test } from 'vitest'
import { modelTitles } from '../../../renderer/views/models/titles.ts'

test('exports of one name are numbered in the order in which they were made', () => {
  const titles = modelTitles([
    { id: 'digits-3', name: 'digits', created: '2026-03-03T10:00:00.000Z' },
    { id: 'digits', name: 'digits', created: '2026-03-01T10:00:00.000Z' },
    { id: 'cards', name: 'cards', created: '2026-03-02T10:00:00.000Z' },
    { id: 'digits-2', name: 'digits', created: '2026-03-02T10:00:00.000Z' },
  ])
  expect(Object.fromEntries(titles)).toEqual({ digits: 'digits', 'digits-2': 'digits (2)', 'digits-3': 'digits (3)', cards: 'cards' })
})
