import { expect, test } from 'vitest'
import { notFinite, refuseDiverged } from '../../main/analysis/finite.ts'

test('the place of a number that is none is named', () => {
  expect(notFinite({ trace: [1, 2, null], name: 'NaN', deep: { a: [[0], [1]] } })).toBeNull()
  expect(notFinite({ trace: [1, NaN] })).toBe('trace[1]')
  expect(notFinite({ ok: 1, deep: { a: [[0], [1, -Infinity]] } })).toBe('deep.a[1][1]')
})

test('a checkpoint that diverged is refused by the name of its weights', () => {
  const weights = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) })
  expect(() => refuseDiverged({ a: weights(1, 2), b: weights(0) }, 'best')).not.toThrow()
  expect(() => refuseDiverged({ a: weights(1, 2), b: weights(0, NaN) }, 'best')).toThrow(/best checkpoint holds values in "b".*diverged/)
})
