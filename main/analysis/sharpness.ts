import type { NeuronSettings } from '../snn/schema.ts'
import { Random } from '../random.ts'
import { filterNormalized, movable, norm, type Direction } from './directions.ts'
import { difference, dot, hutchinson, largest, length, spreadOf, type Product, type Vector } from './hessian.ts'
import { lossesOf, lossNamed } from './losses.ts'
import { Objective } from './objective.ts'
import type { SharpnessResult } from './schema.ts'
import type { Curvature } from './schemas/sharpness.ts'
import type { Subject } from './subject.ts'

/** Share by which the eigenvalue may still change when the iteration ends. */
const tolerance = 1e-4

/** Variables one after the other in a vector, each number with the scale that one unit of its coordinate moves it by. */
interface Coordinates {
  readonly names: readonly { readonly name: string; readonly from: number; readonly to: number }[]
  readonly scale: Vector
  /** Norm of the checkpoint in these coordinates. */
  readonly whole: number
}

/** @param filters in units of each filter's norm, biases and batch norm left out; else every number as it is */
function coordinatesOf({ variables }: Subject, trained: readonly string[], filters: boolean): Coordinates {
  const chosen = trained.flatMap((name) => {
    const variable = variables[name]
    return variable && (!filters || variable.shape.length >= 2) ? [{ name, ...variable }] : []
  })
  const scale = new Float64Array(chosen.reduce((sum, { data }) => sum + data.length, 0))
  let [from, squares] = [0, 0]
  const names = chosen.map(({ name, shape, data }) => {
    const size = filters ? data.length / (shape[0] ?? 1) : data.length
    for (let at = 0; at < data.length; at += size) {
      const one = norm(data, at, at + size)
      scale.fill(filters ? one : 1, from + at, from + at + size)
      squares += filters ? Number(one > 0) : one ** 2
    }
    const place = { name, from, to: from + data.length }
    from = place.to
    return place
  })
  return { names, scale, whole: Math.sqrt(squares) }
}

const isSmooth = ({ sigmoidSpike }: NeuronSettings): boolean => sigmoidSpike !== undefined

/**
 * Sharpness in figures: the largest Hessian eigenvalue by power iteration with Hessian-vector products (hessian.ts says what they are
 * of), the trace, and the loss rise at a fixed radius, on fixed samples with batch norm's running statistics. Plain curvature depends
 * on the scale of weights, which batch norm makes arbitrary (Dinh et al. 2017); in units of the filters' norms, as the landscapes of Li
 * et al. 2018 are drawn, it compares across runs.
 */
export async function sharpness(subject: Subject): Promise<SharpnessResult> {
  const { options, config, variables, epoch, onProgress } = subject
  const { iterations, hessianStep, probes, directions, radius, seed } = options
  const chosen = lossNamed(options.loss, lossesOf(config, epoch))
  const objective = await Objective.open(subject, chosen)
  const { moved, to } = movable(variables, objective.trained)
  const passes = { forward: 0, gradient: 0 }
  // Power iterations often end early; then the work is over sooner than the share says.
  const work = 1 + 2 * (2 * (iterations + probes) + 2) + directions / 2
  const told = (): void => onProgress?.(Math.min(1, (passes.gradient + passes.forward / 2) / work))

  /** Gradient in coordinates, and the loss, `offset` away from the checkpoint. */
  const slopeAt = async ({ names, scale }: Coordinates, offset: Vector): Promise<{ gradient: Vector; loss: number }> => {
    const step: Direction = new Map(names.map(({ name, from, to: end }) => [name, Float32Array.from(offset.subarray(from, end), (value, i) => value * scale[from + i]!)]))
    to([[1, step]])
    const sums = new Map(names.map(({ name, from, to: end }) => [name, new Float64Array(end - from)]))
    const losses = await objective.gradient(moved, sums)
    passes.gradient++
    told()
    const gradient = new Float64Array(scale.length)
    for (const { name, from } of names) gradient.set(sums.get(name) ?? [], from)
    return { gradient: gradient.map((value, i) => value * scale[i]!), loss: losses[chosen] ?? NaN }
  }

  const curvatureOf = async (coordinates: Coordinates, stream: string): Promise<Curvature> => {
    const { scale, whole } = coordinates
    const product =
      (share: number): Product =>
      (v) =>
        difference(async (offset) => (await slopeAt(coordinates, offset)).gradient, v, share * whole)
    const random = new Random(seed, `sharpness ${stream}`)
    const size = scale.length
    const found = await largest(product(hessianStep), { size, random, iterations, tolerance })
    const halved = dot(found.vector, await product(hessianStep / 2)(found.vector))
    const estimate = probes === 0 ? null : await hutchinson(product(hessianStep), { size, random: new Random(seed, `trace ${stream}`), probes })
    return {
      eigenvalue: found.value,
      iterations: found.iterations,
      residual: found.residual,
      halved,
      trace: estimate && { value: estimate.trace, error: estimate.error, probes },
      parameters: size,
    }
  }

  try {
    const all = coordinatesOf(subject, objective.trained, false)
    const { gradient, loss } = await slopeAt(all, new Float64Array(all.scale.length))
    const plain = await curvatureOf(all, 'plain')
    const normalized = await curvatureOf(coordinatesOf(subject, objective.trained, true), 'normalized')
    const values: number[] = []
    for (let k = 0; k < directions; k++) {
      to([[radius, filterNormalized(variables, seed, k)]])
      values.push(((await objective.losses(moved))[chosen] ?? NaN) - loss)
      passes.forward++
      told()
    }
    return {
      kind: 'sharpness',
      options,
      samples: objective.samples,
      loss,
      gradientNorm: length(gradient),
      products: isSmooth(config.network.neuron) ? 'central difference of the gradient' : 'central difference of the surrogate gradient',
      plain,
      normalized,
      rise: { radius, ...spreadOf(values), values },
      passes,
    }
  } finally {
    await objective.release()
  }
}
