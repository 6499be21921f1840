import { z } from 'zod'

/** Which loss: SDT's, TET's, the run's own as it was trained, or that without its terms on the weights alone (TRT's r(t)); losses.ts. */
export const lossNameSchema = z.enum(['sdt', 'tet', 'own', 'own-fit'])
export type LossName = z.infer<typeof lossNameSchema>

export const landscapeOptions = {
  /** Points along each side. Where N - 1 has small factors (9, 13, 17, 33, 49), it is refined in steps. */
  grid: z.number().int().min(3).max(101).default(13),
  /** How far it reaches, in units of the filters' norms. */
  span: z.number().positive().max(10).default(1),
  loss: lossNameSchema.default('sdt'),
  /** Over how many samples, spread evenly over the split. */
  samples: z.number().int().min(1).default(96),
  /** Points of the cut along each direction. */
  cutPoints: z.number().int().min(3).max(401).default(25),
}

const curve = z.array(z.number())
/** [along the second][along the first]. */
const surface = z.array(curve)

/** Loss around a checkpoint in two random filter-normalized directions. */
export const landscapeNumbersSchema = z.object({
  kind: z.literal('landscape'),
  samples: z.number(),
  /** Distances along each direction, from -span to span. While it is being refined fewer than options.grid. */
  axis: curve,
  /** Of options.loss. */
  loss: surface,
  /** At the checkpoint, and how much higher the loss is on average half the span away from it: eight points of a circle. */
  centre: z.number(),
  rise: z.number(),
  /** The same of every loss, from the same passes; missing in results of before. own-fit only where it is not own. */
  surfaces: z.partialRecord(lossNameSchema, surface).optional(),
  centres: z.partialRecord(lossNameSchema, z.number()).optional(),
  rises: z.partialRecord(lossNameSchema, z.number()).optional(),
  /** 1-D cuts along each direction alone, finer than the grid. */
  cuts: z.object({ axis: curve, first: z.partialRecord(lossNameSchema, curve), second: z.partialRecord(lossNameSchema, curve) }).optional(),
  /** Evaluations of all samples that were made, and that an earlier, unfinished or coarser landscape had left. */
  points: z.object({ taken: z.number(), reused: z.number() }).optional(),
})
