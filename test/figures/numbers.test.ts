import { describe, expect, it } from 'vitest'
import { roundUp } from '../../main/figures/numbers.ts'

describe('the end of an axis from 0', () => {
  it.each([[0.0134, 0.015], [0.0145, 0.015], [0.02, 0.02], [0.185, 0.2], [0.063, 0.07], [7, 7], [0, 0]])('%d: %d', (value, end) => {
    expect(roundUp(value)).toBeCloseTo(end, 10)
  })

  it('holds the value, and is not much more', () => {
    for (let value = 0.001; value < 1000; value *= 1.07) {
      expect(roundUp(value)).toBeGreaterThanOrEqual(value)
      expect(roundUp(value)).toBeLessThan(value * 1.5)
      expect(roundUp(roundUp(value))).toBeCloseTo(roundUp(value), 10)
    }
  })
})
