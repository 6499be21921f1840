import { z } from 'zod'

/** Options of the firing analysis and of mistakes. */
export const firingOptions = {
  /** So many samples, spread evenly over the split; the whole split where missing. */
  ofSplit: z.number().int().min(1).optional(),
  /** A neuron whose mean rate over all samples and timesteps is at least this is saturated; 1: it spikes at every timestep of every sample. */
  saturatedAt: z.number().min(0.5).max(1).default(1),
}

export const firingLayerSchema = z.object({
  name: z.string(),
  neurons: z.number(),
  /** Average spike firing rate (ASFR): spikes per neuron and timestep, mean over samples. */
  rate: z.number(),
  /** The same of every timestep, t = 1..T, and of every class; a class without samples has none. */
  perTimestep: z.array(z.number()),
  perClass: z.array(z.number().nullable()),
  /** Neurons by their mean rate over samples and timesteps, in bins of equal width over 0..1; the last one holds 1 too. */
  histogram: z.array(z.number()),
  /** Neurons that never spike, and saturated ones. */
  silent: z.number(),
  saturated: z.number(),
})
export type FiringLayer = z.infer<typeof firingLayerSchema>

/** How often neurons spike, layer by layer in forward order. */
export const firingNumbersSchema = z.object({
  kind: z.literal('firing'),
  samples: z.number(),
  timesteps: z.number(),
  classes: z.array(z.string()),
  layers: z.array(firingLayerSchema),
  /** Over all neurons of all layers. */
  rate: z.number(),
})
