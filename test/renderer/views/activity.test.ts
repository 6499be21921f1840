import { describe, expect, it } from 'vitest'
import { packed } from '../../../main/analysis/activity.ts'
import { fires, mapsAt, mosaicColumns, neuronsOf, placeOf, rasterOf } from '../../../renderer/views/analysis/activity/spikes.ts'

const shape: [number, number, number, number] = [3, 2, 2, 3]
/** Neuron n fires at t where (5 t + 7 n) mod 4 is 0. */
const on = (t: number, n: number): number => Number((5 * t + 7 * n) % 4 === 0)
const layer = { shape, spikes: packed(Float32Array.from({ length: 36 }, (_, i) => on(Math.floor(i / 12), i % 12))) }

describe('spikes of a layer', () => {
  it('are read from their bits', () => {
    for (let t = 0; t < 3; t++) for (let n = 0; n < 12; n++) expect(fires(layer, t, n), `${t} ${n}`).toBe(on(t, n) === 1)
    expect([...mapsAt(layer, 1)]).toEqual(Array.from({ length: 12 }, (_, n) => on(1, n)))
  })
  it('one row for each neuron where there is room, else shares of rows', () => {
    const whole = rasterOf(layer, 100, null)
    expect([whole.rows, whole.neurons]).toEqual([12, 12])
    expect([...whole.cells]).toEqual(Array.from({ length: 36 }, (_, i) => on(i % 3, Math.floor(i / 3))))
    const few = rasterOf(layer, 5, null)
    expect(few.rows).toBe(5)
    const covered = Array.from({ length: 5 }, (_, row) => neuronsOf(few, row))
    expect(covered[0]?.[0]).toBe(0)
    expect(covered[4]?.[1]).toBe(12)
    covered.forEach(([from, to], row) => {
      if (row > 0) expect(from).toBe(covered[row - 1]?.[1])
      for (let t = 0; t < 3; t++) {
        const fired = Array.from({ length: to - from }, (_, i) => on(t, from + i)).reduce((a, b) => a + b, 0)
        expect(few.cells[row * 3 + t]).toBeCloseTo(fired / (to - from), 6)
      }
    })
  })
  it('of one channel', () => {
    const second = rasterOf(layer, 100, 1)
    expect([second.first, second.rows]).toEqual([6, 6])
    expect([...second.cells]).toEqual(Array.from({ length: 18 }, (_, i) => on(i % 3, 6 + Math.floor(i / 3))))
  })
  it('have places', () => {
    expect(placeOf(shape, 10)).toBe('channel 2, row 2, column 2')
    expect(placeOf([3, 12, 1, 1], 10)).toBe('neuron 11')
  })
  it('maps lie in about the shape asked for', () => {
    expect(mosaicColumns(64, 8, 8, 1)).toBe(8)
    expect(mosaicColumns(64, 8, 8, 4)).toBe(16)
    expect(mosaicColumns(3, 1, 1, 50)).toBe(3)
  })
})
