import { z } from 'zod'

export const weightsOptions = {
  /** Magnitude below which a weight counts as near zero. */
  nearZero: z.number().positive().max(10).default(0.01),
}

const numbers = z.array(z.number())

/** Of one parameter tensor at one moment. */
const momentSchema = z.object({ counts: numbers, nearZero: z.number(), mean: z.number(), deviation: z.number(), norm: z.number() })

/** TRT's r(t) and what it acts on. */
export const weightsNumbersSchema = z.object({
  kind: z.literal('weights'),
  /** r(t) as the run was trained; of other methods TRT's usual settings, `trained` false. */
  regularization: z.object({
    trained: z.boolean(), lambda: z.number(), delta: z.number(), epsilon: z.number(), timesteps: z.number(),
    /** Number of the first timestep in the run: 0 in the authors' code, 1 in the paper. */
    first: z.union([z.literal(0), z.literal(1)]),
  }),
  /** 1/(1 + (|w| + epsilon)(e^(delta t) - 1)), t as each of the two counts it. */
  decay: z.object({
    magnitudes: numbers,
    code: z.object({ t: numbers, /** [t][|w|] */ factor: z.array(numbers) }),
    paper: z.object({ t: numbers, factor: z.array(numbers) }),
  }),
  /** Every parameter that r(t) covers, in forward order: sum over its elements of r(t) for each t, as the run counts t. */
  contributions: z.array(z.object({ name: z.string(), role: z.enum(['weight', 'gain']), elements: z.number(), perTimestep: numbers })),
  /** Of each: histogram over `edges`, before and after training; share below options.nearZero. What lies outside is in the first or last bin. */
  histograms: z.array(z.object({ name: z.string(), role: z.enum(['weight', 'gain']), edges: numbers, initial: momentSchema, trained: momentSchema })),
  /** That the weights before training were drawn with. */
  seed: z.number(),
})
