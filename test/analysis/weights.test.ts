import { describe, expect, it } from 'vitest'
import { contributionOf, decaySurface, momentOf } from '../../main/analysis/weights.ts'
import type { Tensor } from '../../main/graph/tensor.ts'
import { runGraph, spread } from '../snn/run.ts'

const settings = { lambda: 5e-5, delta: 0.25, epsilon: 1e-5, timesteps: 6 }

describe('r(t)', () => {
  it('has the decay factors of the closed form, with both ways to count t', () => {
    for (const first of [0, 1] as const) {
      const { t, factor } = decaySurface(settings, first, [0.01, 0.5, 1])
      expect(t).toEqual([0, 1, 2, 3, 4, 5].map((i) => i + first))
      t.forEach((step, i) => [0.01, 0.5, 1].forEach((w, j) => expect(factor[i]?.[j]).toBeCloseTo(1 / (1 + (w + 1e-5) * (Math.E ** (0.25 * step) - 1)), 12)))
      // With |w| = 1 the factor is exp(-delta t), but for epsilon.
      t.forEach((step, i) => expect(factor[i]?.[2]).toBeCloseTo(Math.exp(-0.25 * step), 4))
    }
    expect(decaySurface(settings, 0).factor[0]?.every((value) => value === 1)).toBe(true)
  })
  it('adds to the loss what the training step adds: the mean over t', async () => {
    const values = Float32Array.from({ length: 200 }, (_, i) => spread(i))
    for (const first of [0, 1] as const) {
      const { value } = await runGraph([{ shape: [200], data: values }], (graph, [w]) => {
        const [penalty] = graph.apply('trtPenalty', [w as Tensor], { ...settings, first })
        return { value: penalty as Tensor }
      })
      const found = contributionOf(values, { ...settings, first })
      expect(found).toHaveLength(6)
      expect(found.reduce((sum, each) => sum + each, 0) / 6 / (value?.[0] ?? NaN)).toBeCloseTo(1, 5)
      expect([...found].sort((a, b) => b - a)).toEqual(found)
      const last = values.reduce((sum, w) => sum + (5e-5 * w * w) / (1 + (Math.abs(w) + 1e-5) * (Math.exp(0.25 * (5 + first)) - 1)), 0)
      expect(found[5]).toBeCloseTo(last, 9)
    }
  })
})

describe('histograms of weights', () => {
  it('count every weight once, the outermost bins what lies beyond', () => {
    expect(momentOf([-3, -0.5, -0.001, 0.002, 0.5, 1, 1, 9], [-1, -0.5, 0, 0.5, 1], 0.01)).toMatchObject({ counts: [1, 2, 1, 4], nearZero: 0.25 })
    const { mean, deviation, norm } = momentOf([1, 3], [0, 4], 0.1)
    expect([mean, deviation, norm]).toEqual([2, 1, Math.sqrt(10)])
  })
})
