import { z } from 'zod'

/** Leaky integrate-and-fire: u <- u/tau + x; spike when u > threshold (strictly); then the reset. */
export const neuronSchema = z.object({
  /** Time constant, >= 1; 1 makes it an integrate-and-fire neuron. */
  tau: z.number().min(1).default(2),
  threshold: z.number().positive().default(1),
  /** hard: u <- resetValue where it spiked; soft: u <- u - threshold. */
  reset: z.enum(['hard', 'soft']).default('hard'),
  resetValue: z.number().default(0),
  /** Whether the gradient stops at the reset. The TRT and TET authors' code does not stop it. */
  detachReset: z.boolean().default(false),
  surrogate: z.enum(['triangle', 'rectangle', 'sigmoid', 'arctangent', 'gaussian', 'localzo']).default('triangle'),
  /** triangle, rectangle: half-width; sigmoid, arctangent: slope; gaussian: standard deviation; localzo: delta. */
  alpha: z.number().positive().default(1),
  /**
   * One learned time constant for each layer, 1/tau = sigmoid(w); fixed where missing. leak: u <- u/tau + x;
   * plif: u <- u + (x - (u - resetValue))/tau, as PLIF (Fang et al. 2021) has it, where tau scales the input too.
   */
  learnTau: z.enum(['leak', 'plif']).optional(),
  /** One learned threshold for each layer, tanh(w) (LTMD, Wang et al. 2022); fixed where missing. */
  learnThreshold: z.boolean().optional(),
  /** k of a spike that is sigmoid(k (u - threshold)) with its true gradient (TET's ablation) instead of a step; a step where missing. */
  sigmoidSpike: z.number().positive().optional(),
  /** One learned potential before the first timestep for each neuron (IMP, Shen et al. 2024); 0 where missing. */
  learnInitial: z.boolean().optional(),
  /** One learned coefficient a for each layer: u <- a u' + (1 - a) u, u' one timestep earlier (MPS, Ding et al. 2025); none where missing. */
  smoothing: z.boolean().optional(),
})
  .refine(({ tau, learnTau }) => learnTau === undefined || tau > 1, { path: ['tau'], message: 'A learned time constant is 1/sigmoid(w): it starts above 1.' })
  .refine(({ threshold, learnThreshold }) => learnThreshold !== true || threshold < 1, { path: ['threshold'], message: 'A learned threshold is tanh(w): it starts below 1 (at 0.46 in LTMD).' })
export type NeuronSettings = z.infer<typeof neuronSchema>

const poolSchema = z.object({ kind: z.enum(['average', 'max']), size: z.number().int(), stride: z.number().int(), padding: z.number().int().default(0) })

/** Layers of a network description (JSON). A residual block before the last layers may end in adaptive average pooling to 1x1. */
export const layerSchema = z.discriminatedUnion('type', [
  /** Convolution (no bias) + batch norm + LIF [+ pooling after the neuron]. */
  z.object({
    type: z.literal('conv'), out: z.number().int().positive(), kernel: z.number().int().positive().default(3),
    stride: z.number().int().positive().default(1), padding: z.number().int().min(0).default(1), pool: poolSchema.nullable().default(null),
  }),
  /**
   * Residual block. spiking: conv-BN-LIF-conv-BN-(+shortcut)-LIF. sew-*: conv-BN-LIF-conv-BN-LIF gives spikes s, which meet the
   * shortcut x (1x1 conv + BN + LIF where shapes change): add s + x, and s x, iand (1 - s) x.
   */
  z.object({
    type: z.literal('residual'), form: z.enum(['spiking', 'sew-add', 'sew-and', 'sew-iand']), out: z.number().int().positive(),
    kernels: z.tuple([z.number().int(), z.number().int()]).default([3, 3]),
    strides: z.tuple([z.number().int(), z.number().int()]).default([1, 1]),
    paddings: z.tuple([z.number().int(), z.number().int()]).default([1, 1]),
    /** Average over all pixels after the block. */
    globalPool: z.boolean().default(false),
  }),
  z.object({ type: z.literal('average-pool'), size: z.number().int().default(2) }),
  z.object({ type: z.literal('max-pool'), size: z.number().int().default(2), stride: z.number().int().default(2), padding: z.number().int().default(0) }),
  /** Linear with bias + LIF. */
  z.object({ type: z.literal('dense'), out: z.number().int().positive() }),
])
export type LayerDescription = z.infer<typeof layerSchema>

/** The network's last layer is always a linear read-out to the classes, without a neuron. */
export const networkSchema = z.object({
  name: z.string().min(1),
  neuron: neuronSchema,
  /**
   * Batch norm over time and batch; where missing, it is all there is. tdbn: scaled by alpha V_th (Zheng et al. 2021); tebn: by a
   * learned number for each timestep (Duan et al. 2022); tab: a batch norm for each timestep with the statistics of all timesteps
   * up to it (Jiang et al. 2024).
   */
  norm: z.enum(['tdbn', 'tebn', 'tab']).optional(),
  /**
   * EfficientLIF-Net (Kim et al. 2023): one membrane for consecutive layers of one shape (layers), for both halves of a layer's
   * channels (channels), or both; each neuron has its own where missing.
   */
  sharing: z.enum(['layers', 'channels', 'layers-channels']).optional(),
  layers: z.array(layerSchema).min(1),
})
  .refine(({ norm, sharing }) => !sharing?.startsWith('layers') || (norm !== 'tebn' && norm !== 'tab'), {
    path: ['norm'], message: 'Layers that share membranes are computed timestep by timestep: TEBN and TAB need all timesteps at once.',
  })
export type NetworkDescription = z.infer<typeof networkSchema>

/** Target (1 - x) onehot + x/classes instead of onehot in the cross-entropy (Szegedy et al. 2016); none where missing. */
const labelSmoothing = z.number().min(0).max(0.9).optional()

/** How the loss is built from logits per timestep O(t). Sources: README, methods table. */
export const methodSchema = z.discriminatedUnion('name', [
  /** Standard direct training: cross-entropy (or MSE against one-hot) of the time-mean logits; plus l2 times the sum of all squared parameters. */
  z.object({ name: z.literal('sdt'), criterion: z.enum(['cross-entropy', 'mse']).default('cross-entropy'), labelSmoothing, l2: z.number().min(0).optional() }),
  /** Temporal efficient training: (1-lambda) mean_t CE(O(t), y) + lambda MSE(O(t), phi). With labelSmoothing 0.01: TET-S of IMP. */
  z.object({ name: z.literal('tet'), lambda: z.number().min(0).max(1).default(0.05), phi: z.number().default(1), labelSmoothing }),
  /** Temporal regularization training: mean_t [(1-eta) CE + eta MSE(O(t), onehot) + r(t)]. */
  z.object({
    name: z.literal('trt'), eta: z.number().min(0).max(1).default(0.05), lambda: z.number().min(0).default(1e-5),
    delta: z.number().min(0).default(0.5), epsilon: z.number().positive().default(1e-5),
    /** The authors' code counts t from 0, the paper from 1. */
    firstTimestep: z.union([z.literal(0), z.literal(1)]).default(0),
  }),
  /** Label on the last timestep (LTS of IMP, Shen et al. 2024): CE(O(T), y). */
  z.object({ name: z.literal('lts'), labelSmoothing }),
  /**
   * Temporal knowledge sharing: a CE(mean O, y) + (1 - a) temperature² mean_t CE(O(t), teacher), where the teacher is made of the
   * timesteps that are right, and a falls from 1 by alpha over the epochs.
   */
  z.object({ name: z.literal('tks'), alpha: z.number().min(0).max(1).default(0.7), temperature: z.number().positive().default(3) }),
  /** TMC: mean_t [CE(O(t), y) + (P_t / Q_t)^((T - t)/T)], P and Q what the running mean gives to the class and to all others. */
  z.object({ name: z.literal('tmc') }),
  /** MPS, guidance of adjacent timesteps: CE(mean O, y) + gamma temperature² mean_t KL(p(t+1) || p(t)), p = softmax(O / temperature). */
  z.object({ name: z.literal('mps'), gamma: z.number().min(0).default(1), temperature: z.number().positive().default(2) }),
  /** Stochastic latency training: SDT's loss, every batch with a number of timesteps drawn from 1..T. */
  z.object({ name: z.literal('slt'), labelSmoothing }),
  /** The same with TET's loss. */
  z.object({ name: z.literal('slt-tet'), lambda: z.number().min(0).max(1).default(0.05), phi: z.number().default(1), labelSmoothing }),
])
export type MethodSettings = z.infer<typeof methodSchema>
