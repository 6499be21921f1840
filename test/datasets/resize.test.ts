import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resizePlanes } from '../../main/datasets/resize.ts'

/** The definition, written without weights tables: triangle filter of half-width max(1, scale) around each output centre. */
function byDefinition(row: readonly number[], to: number): number[] {
  const scale = row.length / to
  const support = Math.max(1, scale)
  return Array.from({ length: to }, (_, out) => {
    const weights = row.map((_, x) => Math.max(0, 1 - Math.abs(x + 0.5 - (out + 0.5) * scale) / support))
    return row.reduce((sum, value, x) => sum + value * weights[x]!, 0) / weights.reduce((sum, weight) => sum + weight, 0)
  })
}

describe('antialiased bilinear resize', () => {
  it('halves by the weights 1/8 3/8 3/8 1/8, renormalized at the border', () => {
    const row = Float32Array.from([8, 0, 0, 0, 8, 0])
    const out = resizePlanes(row, 1, [1, 6], [1, 3])
    expect([...out].map((value) => Math.round(value * 1e5) / 1e5)).toEqual([3.42857, 1, 3.42857])
  })

  it('gives the same data back where the size stays', () => {
    const data = Float32Array.from([1, 2, 3, 4])
    expect(resizePlanes(data, 1, [2, 2], [2, 2])).toBe(data)
  })

  it('property: equals the definition along each axis, for growing and shrinking', () => {
    const size = fc.integer({ min: 1, max: 40 })
    fc.assert(fc.property(size, size, fc.infiniteStream(fc.integer({ min: 0, max: 50 })), (from, to, stream) => {
      const row = [...stream.take(from)]
      const expected = byDefinition(row, to)
      const wide = resizePlanes(Float32Array.from(row), 1, [1, from], [1, to])
      const tall = resizePlanes(Float32Array.from(row), 1, [from, 1], [to, 1])
      for (let i = 0; i < to; i++) {
        expect(wide[i]).toBeCloseTo(expected[i]!, 4)
        expect(tall[i]).toBeCloseTo(expected[i]!, 4)
      }
    }))
  })

  it('property: a constant image stays constant, in every plane', () => {
    const size = fc.integer({ min: 1, max: 30 })
    fc.assert(fc.property(size, size, size, size, (h, w, toH, toW) => {
      const data = new Float32Array(2 * h * w).fill(3).fill(5, h * w)
      const out = resizePlanes(data, 2, [h, w], [toH, toW])
      out.forEach((value, i) => expect(value).toBeCloseTo(i < toH * toW ? 3 : 5, 4))
    }))
  })
})
