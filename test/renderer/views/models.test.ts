import { expect, test } from 'vitest'
import { exportFormatSchema } from '../../../main/deployment/schema.ts'
import { hasWeights } from '../../../preload/contract/training.ts'
import { firstDraft, readingOf } from '../../../renderer/views/models/foreign.ts'
import { formats, ports, runs } from '../../../renderer/views/models/formats.ts'
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

test('offers every format there is, and knows the ports of those that run here', () => {
  expect(Object.keys(formats)).toEqual(exportFormatSchema.options)
  const model = { shape: [4, 2, 8, 9] as [number, number, number, number], classes: ['a', 'b'], metadata: {} }
  expect(ports(model)).toEqual({ input: 'frames [N, 4, 2, 8, 9]', outputs: 'logits [N, 2], logits_per_timestep [N, 4, 2]' })
  expect(ports({ ...model, format: 'step' })?.input).toBe('frame [N, 2, 8, 9] and the states')
  expect(ports({ ...model, format: 'int8', metadata: { 'saccade.batch': '16', 'saccade.input': 'image' } })?.input).toBe('image [16, 2, 8, 9]')
  expect(ports({ ...model, format: 'nir' })).toBeNull()
  expect([runs({}), runs({ format: 'package' })]).toEqual([true, false])
})

test('what has weights to export, and what a classifier of another origin begins with', () => {
  expect(hasWeights({ epochsDone: 1 })).toBe(true)
  expect(hasWeights({ epochsDone: 0, origin: { file: 'net.pth', hash: 'ab', by: 'names of Saccade' } })).toBe(true)
  expect(hasWeights({ epochsDone: 0 })).toBe(false)
  const draft = firstDraft('m', { inputShape: [null, 6, 2, 34, 32], layout: 'NTCHW' })
  expect(draft).toMatchObject({ feeds: 'recordings', framing: { timesteps: 6, resize: [34, 32] } })
  expect(readingOf({ ...draft, labels: 'left, right\nup' })).toMatchObject({ labels: ['left', 'right', 'up'] })
  const pictures = firstDraft('m', { inputShape: [1, 3, 224, 224], layout: 'NCHW' })
  expect(pictures).toMatchObject({ feeds: 'pictures', framing: { timesteps: 1, resize: [224, 224] } })
  expect(readingOf(pictures)).toMatchObject({ normalization: { mean: [0.485, 0.456, 0.406] } })
  expect(readingOf({ ...pictures, std: '0, 1, 1' })).toBe('Standard deviations are above 0.')
})
