import { join } from 'node:path'
import { filterNormalized, movable } from './directions.ts'
import { lossesOf, lossNamed } from './losses.ts'
import { Objective, type Losses } from './objective.ts'
import { Points } from './points.ts'
import type { LandscapeResult } from './schema.ts'
import type { LossName } from './schemas/landscape.ts'
import { checkpointKind, type Subject } from './subject.ts'

/**
 * Strides of nested grids of `grid` points a side, coarse to fine: each one's points are among the next one's. 17: 8, 4, 2, 1
 * (3, 5, 9, 17 points a side); 13: 6, 3, 1; 12: 1, its 11 steps can't be halved.
 */
export function strides(grid: number): number[] {
  const found: number[] = []
  for (let stride = grid - 1; stride > 1; ) {
    let factor = 2
    while (stride % factor !== 0) factor++
    found.push((stride /= factor))
  }
  return found
}

const r = Math.SQRT1_2
/** Cosine and sine of every eighth of a turn. */
const eighths = [[1, 0], [r, r], [0, 1], [-r, r], [-1, 0], [-r, -r], [0, -1], [r, -r]] as const

const axisOf = (points: number, span: number): number[] => Array.from({ length: points }, (_, i) => (span * (2 * i - (points - 1))) / (points - 1))

/**
 * Losses over a grid around the checkpoint (Li et al. 2018, as in TRT and TET): w + a d1 + b d2, running statistics fixed,
 * no augmentation. Every loss comes from the same passes. Coarse grids come first and are told through `onPartial`; every point is
 * kept beside the run, so that a landscape that ended early goes on, and a finer one of the same plane begins with the coarse one's.
 */
export async function landscape(subject: Subject): Promise<LandscapeResult> {
  const { options, config, variables, epoch, hash, onProgress, onPartial } = subject
  const { grid, span, seed, split, samples, checkpoint } = options
  const losses = lossesOf(config, epoch)
  const chosen = lossNamed(options.loss, losses)
  const first = filterNormalized(variables, seed, 0)
  const second = filterNormalized(variables, seed, 1)
  const { moved, to } = movable(variables, first.keys())
  const deciding = { seed, split, samples: Math.min(samples, subject.indices.length), batchSize: config.batchSize, device: config.device, losses }
  const points = new Points(join(subject.run, 'analysis'), { checkpoint: checkpointKind(checkpoint), hash }, deciding)

  const axis = axisOf(grid, span)
  const cutAxis = axisOf(options.cutPoints, span)
  // Written out, so that those on the axes are points of the grid.
  const ring = eighths.map(([x, y]) => [(span / 2) * x, (span / 2) * y] as const)
  const cut = [...cutAxis.map((a) => [a, 0] as const), ...cutAxis.map((b) => [0, b] as const)]
  const nested = strides(grid).map((stride) => axis.filter((_, i) => i % stride === 0))
  const gridOf = (part: readonly number[]) => part.flatMap((b) => part.map((a) => [a, b] as const))
  const wanted = new Set([[0, 0] as const, ...ring, ...cut, ...gridOf(axis)].map(([a, b]) => `${a},${b}`))
  const reused = [...wanted].filter((key) => points.get(...(key.split(',').map(Number) as [number, number]))).length
  let taken = 0

  const objective = await Objective.open(subject)
  const take = async (places: readonly (readonly [number, number])[]): Promise<void> => {
    for (const [a, b] of places) {
      if (points.get(a, b)) continue
      to([[a, first], [b, second]])
      points.set(a, b, await objective.losses(moved))
      taken++
      onProgress?.(taken / (wanted.size - reused))
    }
  }
  const at = (a: number, b: number, name: LossName): number => points.get(a, b)?.[name] ?? NaN
  const each = <T>(value: (name: LossName) => T): Partial<Record<LossName, T>> => Object.fromEntries(objective.names.map((name) => [name, value(name)]))
  const result = (part: readonly number[], cuts: boolean): LandscapeResult => {
    const surfaces = each((name) => part.map((b) => part.map((a) => at(a, b, name))))
    const centres: Losses = each((name) => at(0, 0, name))
    const rises: Losses = each((name) => ring.reduce((sum, [a, b]) => sum + (at(a, b, name) - at(0, 0, name)) / ring.length, 0))
    return {
      kind: 'landscape',
      options,
      samples: objective.samples,
      axis: [...part],
      loss: surfaces[chosen] ?? [],
      centre: centres[chosen] ?? NaN,
      rise: rises[chosen] ?? NaN,
      surfaces,
      centres,
      rises,
      points: { taken, reused },
      ...(cuts && { cuts: { axis: cutAxis, first: each((name) => cutAxis.map((a) => at(a, 0, name))), second: each((name) => cutAxis.map((b) => at(0, b, name))) } }),
    }
  }
  try {
    await take([[0, 0], ...ring])
    for (const [level, part] of nested.entries()) {
      await take(gridOf(part))
      // The finest grid takes most of the time: the cuts come before it.
      if (level === Math.max(0, nested.length - 2)) await take(cut)
      if (level < nested.length - 1) onPartial?.(result(part, level >= nested.length - 2))
    }
    return result(axis, true)
  } finally {
    points.save()
    await objective.release()
  }
}
