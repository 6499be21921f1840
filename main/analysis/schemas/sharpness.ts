import { z } from 'zod'

/** Besides these, sharpness takes the landscape's `loss` and `samples`. */
export const sharpnessOptions = {
  /** Power iteration: Hessian-vector products at most. */
  iterations: z.number().int().min(1).max(500).default(20),
  /**
   * Step of the difference that a Hessian-vector product is, as a share of the norm of what is moved. Of the starter project's network
   * (27,652 parameters, TRT) half the step changed the eigenvalue least at 0.003: by 0.1 % (plain) and 6 % (normalized); at 0.01
   * curvature is averaged over the step (39 % plain), at 0.001 single spikes are noise (9 % normalized).
   */
  hessianStep: z.number().positive().max(0.5).default(0.003),
  /** Random vectors for the trace (Hutchinson); 0: no trace. */
  probes: z.number().int().min(0).max(1000).default(4),
  /** Loss rise: random directions, and how far along them, in filter norms. */
  directions: z.number().int().min(1).max(1000).default(10),
  radius: z.number().positive().max(10).default(0.5),
}

/** Curvature of the loss over one choice of coordinates. */
export const curvatureSchema = z.object({
  /** Largest Hessian eigenvalue, by power iteration. */
  eigenvalue: z.number(),
  /** Hessian-vector products it took, and ||Hv - eigenvalue v|| / ||Hv|| of the last one. */
  iterations: z.number(),
  residual: z.number(),
  /** v·Hv of the same vector with half the step: how much the step matters. */
  halved: z.number(),
  /** Hutchinson's estimate with its standard error; null where none was asked for. */
  trace: z.object({ value: z.number(), error: z.number(), probes: z.number() }).nullable(),
  /** Numbers that were free. */
  parameters: z.number(),
})
export type Curvature = z.infer<typeof curvatureSchema>

/** How sharp the minimum is that a checkpoint lies in. */
export const sharpnessNumbersSchema = z.object({
  kind: z.literal('sharpness'),
  samples: z.number(),
  /** At the checkpoint. */
  loss: z.number(),
  gradientNorm: z.number(),
  /** What the Hessian-vector products are of (hessian.ts): of the loss itself, or of the field that training follows in its place. */
  products: z.enum(['central difference of the gradient', 'central difference of the surrogate gradient']),
  /** Over every trained parameter as it is. */
  plain: curvatureSchema,
  /** Weights of two and more dimensions in units of their filter's norm: the same for networks that differ in scale only. */
  normalized: curvatureSchema,
  /** L(w + radius d) - L(w) for random filter-normalized directions d. */
  rise: z.object({ radius: z.number(), mean: z.number(), deviation: z.number(), values: z.array(z.number()) }),
  /** Passes over all samples: forward only, and forward with backward. */
  passes: z.object({ forward: z.number(), gradient: z.number() }),
})
