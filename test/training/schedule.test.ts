import { expect, test } from 'vitest'
import { learningRateOf, methodAt } from '../../main/training/schedule.ts'

const rates = (config: Parameters<typeof learningRateOf>[0]): number[] => Array.from({ length: config.epochs }, (_, epoch) => learningRateOf(config, epoch))
const close = (found: number[], expected: number[]): void => expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 12))

test('cosine falls to 0 over the run, as torch.optim.lr_scheduler.CosineAnnealingLR(T_max = epochs)', () => {
  close(rates({ schedule: 'cosine', learningRate: 1, epochs: 4 }), [1, 0.5 + Math.SQRT1_2 / 2, 0.5, 0.5 - Math.SQRT1_2 / 2])
})

test('steps multiply the rate by the factor after every so many epochs, as StepLR', () => {
  close(rates({ schedule: 'step', learningRate: 1, epochs: 5, step: { epochs: 2, factor: 0.5 } }), [1, 1, 0.5, 0.5, 0.25])
  close(rates({ schedule: 'step', learningRate: 1, epochs: 6 }), [1, 1, 0.1, 0.1, 0.01, 0.01])
})

test('warm-up rises linearly to what the schedule says', () => {
  close(rates({ schedule: 'constant', learningRate: 1, epochs: 4, warmupEpochs: 3 }), [0.25, 0.5, 0.75, 1])
})

test('per step: cosine and warm-up move with every batch, and agree with per epoch where epochs begin', () => {
  const config = { schedule: 'cosine', learningRate: 1, epochs: 2, rateChanges: 'step' } as const
  const perStep = (of: Parameters<typeof learningRateOf>[0]) => [0, 1].flatMap((epoch) => [0, 1].map((place) => learningRateOf(of, epoch, { place, batches: 2 })))
  close(perStep(config), [1, 0.5 + Math.SQRT1_2 / 2, 0.5, 0.5 - Math.SQRT1_2 / 2])
  close(perStep({ ...config, rateChanges: 'epoch' }), [1, 1, 0.5, 0.5])
  close(perStep({ ...config, schedule: 'constant', warmupEpochs: 1 }), [1 / 3, 2 / 3, 1, 1])
})

test('a run that switches trains the second method from the epoch after on', () => {
  const [sdt, tet] = [{ name: 'sdt', criterion: 'cross-entropy' }, { name: 'tet', lambda: 0.05, phi: 1 }] as const
  const config = { method: sdt, switch: { afterEpoch: 2, method: tet } }
  expect([0, 1, 2, 3].map((epoch) => methodAt(config, epoch).name)).toEqual(['sdt', 'sdt', 'tet', 'tet'])
  expect(methodAt({ method: sdt }, 9)).toBe(sdt)
})
