import { z } from 'zod'

const numbers = z.array(z.number())

/** Norms of the loss gradient with respect to membrane potentials. */
export const gradientsNumbersSchema = z.object({
  kind: z.literal('gradients'),
  samples: z.number(),
  batches: z.number(),
  timesteps: z.number(),
  /** Of each loss ("own" is the run's method), of each neuron layer in forward order: ||dL/du(t)||, t = 1..T, mean over samples, and their standard deviation. */
  losses: z.array(
    z.object({
      name: z.enum(['own', 'sdt', 'tet']),
      layers: z.array(z.object({ name: z.string(), norms: numbers, deviations: numbers })),
      /** Norm over all layers together. */
      norms: numbers,
    }),
  ),
  method: z.string(),
  notes: z.array(z.string()),
})
