import type { HostTensor } from '../engines/engine.ts'
import { Random } from '../random.ts'
import type { VariableFeeds } from '../training/evaluate.ts'

export type Direction = ReadonlyMap<string, Float32Array>

/**
 * A random direction in the space of the weights, filter-normalized (Li et al. 2018, section 4): Gaussian, each filter (first
 * index) scaled to the norm of the weights' filter; biases and batch norm stay where they are. Seeded by name, so that runs of
 * the same network are looked at along the same random numbers, each scaled by its own filters.
 */
export function filterNormalized(weights: VariableFeeds, seed: number, which: number): Direction {
  const directions = new Map<string, Float32Array>()
  for (const [name, { shape, data }] of Object.entries(weights)) {
    if (shape.length < 2) continue
    const random = new Random(seed, `landscape direction ${which} of ${name}`)
    const direction = Float32Array.from(data, () => random.normal())
    const size = data.length / (shape[0] ?? 1)
    for (let from = 0; from < data.length; from += size) {
      const scale = norm(data, from, from + size) / (norm(direction, from, from + size) + 1e-10)
      for (let i = from; i < from + size; i++) direction[i] = (direction[i] ?? 0) * scale
    }
    directions.set(name, direction)
  }
  return directions
}

/** Euclidean norm of values[from..to): a filter of a dense layer may have more values than a call can take arguments. */
export function norm(values: Float32Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += values[i]! * values[i]!
  return Math.sqrt(sum)
}

/** Weights that can be moved along directions; what no direction names stays, and shares the given memory. */
export function movable(weights: VariableFeeds, named: Iterable<string>): { readonly moved: VariableFeeds; to(steps: readonly (readonly [number, Direction])[]): void } {
  const names = new Set(named)
  const moved: Record<string, HostTensor> = Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data: names.has(name) ? new Float32Array(data) : data }]),
  )
  return {
    moved,
    to(steps) {
      for (const name of names) {
        const [from, target] = [weights[name]?.data, moved[name]?.data]
        if (!from || !target) continue
        const along = steps.flatMap(([distance, direction]) => {
          const values = direction.get(name)
          return values && distance !== 0 ? [[distance, values] as const] : []
        })
        for (let i = 0; i < target.length; i++) {
          let value = from[i]!
          for (const [distance, values] of along) value += distance * values[i]!
          target[i] = value
        }
      }
    },
  }
}
