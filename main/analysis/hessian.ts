import type { Random } from '../random.ts'

export type Vector = Float64Array
/** Hessian times a vector. */
export type Product = (v: Vector) => Promise<Vector>

export const dot = (a: Vector, b: Vector): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
export const length = (a: Vector): number => Math.sqrt(dot(a, a))

/**
 * Hessian-vector product (g(w + h v) - g(w - h v)) / 2h from a gradient field g, exact to O(h²) where g is smooth.
 *
 * Why differences and not the gradient's own graph differentiated again: a spiking network's gradient is a surrogate. Its step has
 * no second derivative, and differentiating the surrogate (for the triangle a jump of sign) would describe a function that nobody
 * evaluates: neither the loss, nor the field that training follows, since it would miss that spikes appear and vanish as weights
 * move. Differences of the field over a small but finite step see both, and cost two gradients.
 *
 * Limits: the field of a spiking network is not the gradient of any function, so its Jacobian J is not symmetric. A power iteration
 * finds its dominant eigenvalue where that is real, and the residual says how well it is one; v·Jv only sees J's symmetric part.
 * With a step that is too small the few spikes that flip are noise, with one that is too large curvature is averaged over the step:
 * `halved` of a result is the same quotient with half the step, and says how much the step matters. With neurons whose spikes are
 * smooth (sigmoid spikes) all of this is the Hessian itself.
 * @param step how far the weights are moved in all, Euclidean
 */
export async function difference(field: (offset: Vector) => Promise<Vector>, v: Vector, step: number): Promise<Vector> {
  const h = step / length(v)
  const ahead = await field(v.map((value) => h * value))
  const behind = await field(v.map((value) => -h * value))
  return ahead.map((value, i) => (value - behind[i]!) / (2 * h))
}

export interface Eigenvalue {
  /** Rayleigh quotient v·Hv of the last unit vector. */
  readonly value: number
  readonly vector: Vector
  /** Products taken. */
  readonly iterations: number
  /** ||Hv - value v|| / ||Hv||: 0 for an eigenvector. */
  readonly residual: number
}

export interface PowerOptions {
  readonly size: number
  readonly random: Random
  /** Products at most. */
  readonly iterations: number
  /** Ends once the quotient changes by less than this share, twice running, or the residual is below its root: the quotient's error goes with the residual's square. */
  readonly tolerance: number
  /** Told after every product. */
  readonly onStep?: () => void
}

/** Eigenvalue of largest magnitude by power iteration, from a random start. */
export async function dominant(product: Product, { size, random, iterations, tolerance, onStep }: PowerOptions): Promise<Eigenvalue> {
  let vector = unit(Float64Array.from({ length: size }, () => random.normal()))
  let found: Eigenvalue = { value: NaN, vector, iterations: 0, residual: NaN }
  let still = 0
  for (let i = 1; i <= iterations; i++) {
    const next = await product(vector)
    onStep?.()
    const value = dot(vector, next)
    const size = length(next)
    // A flat loss: every vector is an eigenvector of 0.
    if (size === 0) return { value: 0, vector, iterations: i, residual: 0 }
    const residual = length(next.map((x, k) => x - value * vector[k]!)) / size
    still = Math.abs(value - found.value) <= tolerance * Math.abs(value) ? still + 1 : 0
    found = { value, vector, iterations: i, residual }
    if (still >= 2 || residual <= Math.sqrt(tolerance)) break
    vector = next.map((x) => x / size)
  }
  return found
}

/**
 * Largest eigenvalue (not largest magnitude): where the dominant one is negative, a second power iteration on H shifted by it,
 * whose spectrum is not below 0, finds the largest.
 */
export async function largest(product: Product, options: PowerOptions): Promise<Eigenvalue> {
  const first = await dominant(product, options)
  if (!(first.value < 0)) return first
  const shifted = await dominant(async (v) => {
    const along = await product(v)
    return along.map((value, i) => value - first.value * v[i]!)
  }, options)
  return { ...shifted, value: shifted.value + first.value, iterations: first.iterations + shifted.iterations }
}

/** Trace by Hutchinson's estimate: mean of v·Hv over random signs v, with the standard error of that mean. */
export async function hutchinson(product: Product, { size, random, probes, onStep }: { readonly size: number; readonly random: Random; readonly probes: number; readonly onStep?: () => void }): Promise<{ trace: number; error: number }> {
  const values: number[] = []
  for (let i = 0; i < probes; i++) {
    const v = Float64Array.from({ length: size }, () => (random.uniform() < 0.5 ? -1 : 1))
    values.push(dot(v, await product(v)))
    onStep?.()
  }
  const { mean, deviation } = spreadOf(values)
  return { trace: mean, error: deviation / Math.sqrt(probes) }
}

/** Mean and standard deviation (of a sample: n - 1). */
export function spreadOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) }
}

const unit = (v: Vector): Vector => {
  const size = length(v)
  return v.map((value) => value / size)
}
