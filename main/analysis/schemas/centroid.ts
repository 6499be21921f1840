import { z } from 'zod'

/** Besides these, the centroid over epochs takes the Fisher information's options. */
export const centroidOptions = {
  /** Which of the kept epochs; all of them where missing. */
  epochs: z.array(z.number().int().min(1)).min(1).optional(),
}
