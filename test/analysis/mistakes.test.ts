import { describe, expect, it } from 'vitest'
import { calibration, classFigures } from '../../main/analysis/calibration.ts'
import { compareMistakes, mcnemar } from '../../main/analysis/disagreement.ts'
import { mistakesOf } from '../../main/analysis/mistakes.ts'

describe('calibration', () => {
  it('ECE and its bins, by hand', () => {
    // (0.2, 0.4]: 0.3 right, 0.4 wrong; (0.8, 1]: 0.9 right, 1 right, 1 wrong.
    const { ece, mce, bins } = calibration([0.3, 0.4, 0.9, 1, 1], [true, false, true, true, false], 5)
    expect(bins.map(({ samples }) => samples)).toEqual([0, 2, 0, 0, 3])
    expect(bins[0]).toEqual({ from: 0, to: 0.2, samples: 0, confidence: null, accuracy: null })
    expect(bins[1]?.confidence).toBeCloseTo(0.35, 12)
    expect(bins[1]?.accuracy).toBe(0.5)
    expect(bins[4]?.accuracy).toBeCloseTo(2 / 3, 12)
    expect(mce).toBeCloseTo(2.9 / 3 - 2 / 3, 12)
    expect(ece).toBeCloseTo((2 * 0.15 + 3 * 0.3) / 5, 12)
  })
  it('a network that is sure and right has no error', () => {
    expect(calibration([1, 1], [true, true])).toMatchObject({ ece: 0, mce: 0 })
  })
})

describe('classes', () => {
  it('precision, recall and F1 by hand; a class that is never said has no precision', () => {
    const [a, b, c, d] = classFigures([
      [3, 1, 0, 0],
      [2, 4, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 0, 0],
    ])
    expect(a).toEqual({ support: 4, precision: 3 / 5, recall: 3 / 4, f1: 6 / 9 })
    expect(b).toEqual({ support: 6, precision: 4 / 6, recall: 4 / 6, f1: 8 / 12 })
    expect(c).toEqual({ support: 1, precision: null, recall: 0, f1: 0 })
    expect(d).toEqual({ support: 0, precision: null, recall: null, f1: null })
  })
})

describe("McNemar's exact test", () => {
  it.each([
    [0, 0, 1],
    [0, 5, 2 / 32],
    [1, 5, (2 * 7) / 64],
    [5, 1, (2 * 7) / 64],
    [3, 3, 1],
    // 2 (1 + 10 + 45)/1024
    [2, 8, 112 / 1024],
  ])('%i against %i', (b, c, p) => {
    expect(mcnemar(b, c)).toBeCloseTo(p, 12)
  })
  it('takes thousands of samples', () => {
    expect(mcnemar(1000, 1000)).toBe(1)
    // Normal approximation with continuity correction: z = (1100 - 900 - 1)/sqrt(2000).
    expect(mcnemar(900, 1100)).toBeGreaterThan(8.5e-6 * 0.9)
    expect(mcnemar(900, 1100)).toBeLessThan(8.5e-6 * 1.1)
  })
})

const manifest = {
  hash: 'a', classes: ['x', 'y'],
  samples: [0, 1, 1, 0].map((label, i) => ({ file: `${i}.aedat`, hash: '', label, split: 'test' as const, events: 1, durationUs: 1, problems: [], ...(i === 2 && { cut: [10, 20] as [number, number] }) })),
}
/** Mean logits of rows 0, 1, 2, 3 over two timesteps: [1, 0], [2, 0], [0, 3], [0, 0]. */
const logits = Float32Array.of(2, 1, 0, -1, 4, 0, 0, 0, 1, 4, -1, 2, 0, 1, 0, -1)

describe('mistakes', () => {
  const found = mistakesOf(logits, Int32Array.of(0, 1, 2, 3), 2, manifest)
  it('matrix, predictions and losses are those of the mean logits', () => {
    expect(found.confusion).toEqual([
      [2, 0],
      [1, 1],
    ])
    expect(found.accuracy).toBe(0.75)
    expect(found.predicted).toEqual([0, 0, 1, 0])
    const likelihood = [1 / (1 + Math.exp(-1)), 1 / (1 + Math.exp(2)), 1 / (1 + Math.exp(-3)), 0.5]
    found.loss.forEach((loss, i) => expect(loss).toBeCloseTo(-Math.log(likelihood[i] ?? NaN), 6))
    expect(found.confidence[1]).toBeCloseTo(1 / (1 + Math.exp(-2)), 6)
    expect(found.calibration.loss).toBeCloseTo(likelihood.reduce((sum, p) => sum - Math.log(p) / 4, 0), 6)
  })
  it('the hardest come first, with the recordings and cuts they are from', () => {
    expect(found.hardest.map(({ row }) => row)).toEqual([1, 3, 0, 2])
    expect(found.hardest.at(-1)).toMatchObject({ file: '2.aedat', cut: [10, 20], label: 1, predicted: 1 })
    expect(found.hardest[0]).not.toHaveProperty('cut')
  })
  it('two runs: where they disagree and who is right', () => {
    const other = { ...found, rows: [3, 2, 1], labels: [0, 1, 1], predicted: [1, 1, 1], confidence: [0.6, 0.9, 0.8] }
    expect(compareMistakes(found, other)).toEqual({
      samples: 3, bothRight: 1, bothWrong: 0, onlyFirst: 1, onlySecond: 1, pValue: 1,
      disagreements: [
        { row: 1, label: 1, predicted: [0, 1], confidence: [found.confidence[1], 0.8], right: 'second' },
        { row: 3, label: 0, predicted: [0, 1], confidence: [0.5, 0.6], right: 'first' },
      ],
    })
    expect(() => compareMistakes(found, { ...other, dataset: 'b' })).toThrow(/different datasets/)
    expect(() => compareMistakes(found, { ...other, rows: [7, 8, 9] })).toThrow(/share no sample/)
  })
})
