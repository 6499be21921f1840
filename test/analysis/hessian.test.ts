import { describe, expect, it } from 'vitest'
import { difference, dominant, dot, hutchinson, largest, length, spreadOf, type Vector } from '../../main/analysis/hessian.ts'
import { Random } from '../../main/random.ts'
import { spread } from '../snn/run.ts'

/** Q diag(values) Q, with Q the reflection I - 2uu: a dense symmetric matrix whose eigenvalues are known. */
function quadratic(values: readonly number[]) {
  const raw = Float64Array.from(values, (_, i) => spread(11 * i + 2))
  const u = raw.map((value) => value / length(raw))
  const reflected = (v: Vector): Vector => {
    const along = dot(u, v)
    return v.map((value, i) => value - 2 * along * (u[i] ?? NaN))
  }
  return { product: async (v: Vector): Promise<Vector> => reflected(reflected(v).map((value, i) => value * (values[i] ?? NaN))), eigenvector: (k: number) => reflected(Float64Array.from(values, (_, i) => Number(i === k))) }
}
const options = { size: 6, iterations: 300, tolerance: 1e-12 }

describe('Hessian-vector products', () => {
  it('of a quadratic are exact, whatever the length of the vector', async () => {
    const { product } = quadratic([5, 3, 1, 0.5, -1, 0])
    const v = Float64Array.from({ length: 6 }, (_, i) => 7 * spread(i))
    const found = await difference(async (offset) => (await product(offset)).map((value) => value + 2), v, 0.01)
    const exact = await product(v)
    found.forEach((value, i) => expect(value).toBeCloseTo(exact[i] ?? NaN, 9))
  })
  it('of a quartic have an error that falls with the square of the step', async () => {
    const field = async (offset: Vector): Promise<Vector> => offset.map((x) => 4 * (1 + x) ** 3)
    const error = async (step: number): Promise<number> => Math.abs(((await difference(field, Float64Array.of(1), step))[0] ?? NaN) - 12)
    expect((await error(0.1)) / (await error(0.05))).toBeCloseTo(4, 6)
  })
})

describe('largest eigenvalue', () => {
  it('is found with its vector', async () => {
    const { product, eigenvector } = quadratic([5, 3, 1, 0.5, -1, 0])
    const found = await largest(product, { ...options, random: new Random(1) })
    expect(found.value).toBeCloseTo(5, 9)
    expect(found.residual).toBeLessThan(1e-5)
    expect(Math.abs(dot(found.vector, eigenvector(0)))).toBeCloseTo(1, 9)
    expect(found.iterations).toBeLessThan(300)
  })
  it('is the largest also where a negative one has a larger magnitude', async () => {
    const { product, eigenvector } = quadratic([2, -9, 1, 0.5, -1, 0])
    expect((await dominant(product, { ...options, random: new Random(1) })).value).toBeCloseTo(-9, 9)
    const found = await largest(product, { ...options, random: new Random(1) })
    expect(found.value).toBeCloseTo(2, 9)
    expect(Math.abs(dot(found.vector, eigenvector(0)))).toBeCloseTo(1, 6)
  })
  it('of a flat loss is 0', async () => {
    expect(await largest(async (v) => v.map(() => 0), { ...options, random: new Random(1) })).toMatchObject({ value: 0, residual: 0, iterations: 1 })
  })
  it('ends when it may, and says by the residual how far it came', async () => {
    const { product } = quadratic([5, 4.9, 1, 0.5, -1, 0])
    const found = await largest(product, { ...options, iterations: 3, random: new Random(1) })
    expect(found.iterations).toBe(3)
    expect(found.residual).toBeGreaterThan(1e-3)
  })
})

describe('trace', () => {
  it('of a diagonal matrix is exact with one probe', async () => {
    const values = [5, 3, 1, 0.5, -1, 0]
    const found = await hutchinson(async (v) => v.map((x, i) => x * (values[i] ?? NaN)), { size: 6, random: new Random(1), probes: 1 })
    expect(found.trace).toBeCloseTo(8.5, 12)
  })
  it('of any matrix is within a few of its standard errors', async () => {
    const { trace, error } = await hutchinson(quadratic([5, 3, 1, 0.5, -1, 0]).product, { size: 6, random: new Random(1), probes: 400 })
    expect(error).toBeGreaterThan(0)
    expect(Math.abs(trace - 8.5)).toBeLessThan(4 * error)
  })
  it("takes a sample's standard deviation", () => {
    expect(spreadOf([1, 2, 3, 4])).toEqual({ mean: 2.5, deviation: Math.sqrt(5 / 3) })
  })
})
