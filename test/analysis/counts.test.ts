import { describe, expect, it } from 'vitest'
import { informationCentroid } from '../../main/analysis/fisher.ts'
import { timeOf } from '../../main/analysis/time.ts'
import { spread } from '../snn/run.ts'

describe('information centroid', () => {
  it('is the mean timestep weighted by the traces', () => {
    expect(informationCentroid([1, 1, 1])).toBe(2)
    expect(informationCentroid([4, 0, 0, 0])).toBe(1)
    expect(informationCentroid([0, 1, 3])).toBe(2.75)
  })
})

describe('accuracy over time', () => {
  const [samples, timesteps, classes] = [40, 5, 3]
  const logits = Float32Array.from({ length: samples * timesteps * classes }, (_, i) => 4 * spread(i * 13))
  const labels = Array.from({ length: samples }, (_, n) => (n * 7) % classes)
  const at = (n: number, t: number): number[] => Array.from({ length: classes }, (_, c) => logits[(n * timesteps + t) * classes + c] ?? NaN)
  const largest = (values: readonly number[]): number => values.indexOf(Math.max(...values))
  const meanTo = (n: number, t: number): number[] =>
    Array.from({ length: classes }, (_, c) => Array.from({ length: t + 1 }, (_, s) => at(n, s)[c] ?? NaN).reduce((a, b) => a + b, 0) / (t + 1))
  const share = (right: (n: number) => boolean): number => labels.filter((_, n) => right(n)).length / samples
  const found = timeOf(logits, labels, timesteps, classes)

  it('single outputs and running means are those of a loop over samples', () => {
    for (let t = 0; t < timesteps; t++) {
      expect(found.single[t]).toBeCloseTo(share((n) => largest(at(n, t)) === labels[n]), 12)
      expect(found.running[t]).toBeCloseTo(share((n) => largest(meanTo(n, t)) === labels[n]), 12)
    }
  })
  it('an exit stops at the first timestep that is confident enough, at the last where none is', () => {
    for (const { confidence, accuracy, timesteps: taken } of found.exits) {
      const stops = labels.map((_, n) => {
        for (let t = 0; t < timesteps; t++) {
          const mean = meanTo(n, t)
          if (Math.exp(Math.max(...mean)) / mean.reduce((sum, value) => sum + Math.exp(value), 0) >= confidence) return t
        }
        return timesteps - 1
      })
      expect(taken).toBeCloseTo(stops.reduce((sum, t) => sum + t + 1, 0) / samples, 12)
      expect(accuracy).toBeCloseTo(share((n) => largest(meanTo(n, stops[n] ?? 0)) === labels[n]), 12)
    }
    expect(found.exits.map(({ timesteps: taken }) => taken)).toEqual([...found.exits.map(({ timesteps: taken }) => taken)].sort((a, b) => a - b))
  })
})
