import { describe, expect, it } from 'vitest'
import { filterNormalized } from '../../main/analysis/landscape.ts'
import { spread } from '../snn/run.ts'

const tensor = (shape: readonly number[], from: number) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 3 * spread(i + from)),
})
const weights = { conv: tensor([4, 2, 3, 3], 0), output: tensor([3, 8], 50), gain: tensor([4], 90) }
const norm = (values: Float32Array): number => Math.hypot(...values)

describe('filter-normalized directions', () => {
  const direction = filterNormalized(weights, 1, 0)
  it('have the norm of each filter of the weights, and leave vectors alone', () => {
    expect([...direction.keys()]).toEqual(['conv', 'output'])
    for (const [name, size] of [['conv', 18], ['output', 8]] as const) {
      for (let from = 0; from < weights[name].data.length; from += size) {
        const found = direction.get(name)?.subarray(from, from + size) ?? new Float32Array()
        expect(norm(found)).toBeCloseTo(norm(weights[name].data.subarray(from, from + size)), 4)
      }
    }
  })
  it('take filters of any size', () => {
    const wide = { dense: tensor([1, 300_000], 7) }
    const found = filterNormalized(wide, 1, 0).get('dense') ?? new Float32Array()
    const length = (values: Float32Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
    expect(length(found) / length(wide.dense.data)).toBeCloseTo(1, 4)
  })
  it('are the same for the same seed, and two different ones', () => {
    expect(filterNormalized(weights, 1, 0)).toEqual(direction)
    expect(filterNormalized(weights, 1, 1).get('conv')).not.toEqual(direction.get('conv'))
    expect(filterNormalized(weights, 2, 0).get('conv')).not.toEqual(direction.get('conv'))
  })
})
