import type { NeuronSettings } from '../../../preload/contract/index.ts'
import type { HelpKey } from '../../help/registry.ts'

interface Choice {
  readonly value: string
  readonly label: string
  /** What it does, in a line. */
  readonly help: string
  /** What it makes of the neuron. */
  readonly settings: (neuron: NeuronSettings) => Partial<NeuronSettings>
}

interface Part {
  readonly title: string
  readonly help: HelpKey
  /** The first is what a neuron has without a word. */
  readonly choices: readonly Choice[]
  readonly chosen: (neuron: NeuronSettings) => string
}

/** What of a neuron can be learned or otherwise than in the papers' LIF. */
export const neuronParts: readonly Part[] = [
  {
    title: 'Time constant',
    help: 'neuron.time-constant',
    chosen: ({ learnTau }) => learnTau ?? 'fixed',
    choices: [
      { value: 'fixed', label: 'fixed', help: 'τ stays what it is.', settings: () => ({ learnTau: undefined }) },
      {
        value: 'leak',
        label: 'learned',
        help: 'One τ for each layer is learned with the weights: u ← σ(w) u + x; it starts at τ.',
        settings: ({ tau }) => ({ learnTau: 'leak', tau: tau > 1 ? tau : 2 }),
      },
      {
        value: 'plif',
        label: 'learned (PLIF, 2021)',
        help: 'As PLIF has it, 1/τ scales the input too: u ← u + σ(w) (x − (u − reset value)).',
        settings: ({ tau }) => ({ learnTau: 'plif', tau: tau > 1 ? tau : 2 }),
      },
    ],
  },
  {
    title: 'Threshold',
    help: 'neuron.learned-threshold',
    chosen: ({ learnThreshold }) => (learnThreshold ? 'learned' : 'fixed'),
    choices: [
      { value: 'fixed', label: 'fixed', help: 'The threshold stays what it is.', settings: () => ({ learnThreshold: undefined }) },
      {
        value: 'learned',
        label: 'learned (LTMD, 2022)',
        help: 'One threshold for each layer is learned with the weights: tanh(w), from a value below 1 (0.46 in the paper).',
        settings: ({ threshold }) => ({ learnThreshold: true, threshold: threshold < 1 ? threshold : 0.46 }),
      },
    ],
  },
  {
    title: 'First potential',
    help: 'neuron.first-potential',
    chosen: ({ learnInitial }) => (learnInitial ? 'learned' : 'zero'),
    choices: [
      { value: 'zero', label: '0', help: 'Every sample starts from u = 0.', settings: () => ({ learnInitial: undefined }) },
      {
        value: 'learned',
        label: 'learned (IMP, 2024)',
        help: 'The potential before the first timestep is learned, one for each neuron: the first spikes need not wait for input.',
        settings: () => ({ learnInitial: true }),
      },
    ],
  },
  {
    title: 'Smoothing',
    help: 'neuron.smoothing',
    chosen: ({ smoothing }) => (smoothing ? 'learned' : 'none'),
    choices: [
      { value: 'none', label: 'none', help: 'A timestep hands its potential on as it is.', settings: () => ({ smoothing: undefined }) },
      {
        value: 'learned',
        label: 'learned (MPS, 2025)',
        help: 'Potentials are smoothed over time, u ← a u(t−1) + (1 − a) u, one learned a for each layer: timesteps become alike.',
        settings: () => ({ smoothing: true }),
      },
    ],
  },
  {
    title: 'Spike',
    help: 'neuron.spike',
    chosen: ({ sigmoidSpike }) => (sigmoidSpike === undefined ? 'step' : String(sigmoidSpike)),
    choices: [
      { value: 'step', label: 'step', help: '1 where u > threshold, else 0; its gradient is the surrogate’s.', settings: () => ({ sigmoidSpike: undefined }) },
      ...[1, 10, 20].map((k): Choice => ({
        value: String(k),
        label: `sigmoid, k = ${k} (TET’s ablation)`,
        help: `σ(${k === 1 ? '' : `${k} `}(u − threshold)) with its true gradient: not a spike, but shows what the surrogate costs.`,
        settings: () => ({ sigmoidSpike: k }),
      })),
    ],
  },
]

/** "time constant learned (PLIF, 2021)", ...: what is chosen other than the first of each part. */
export function neuronVariantsText(neuron: NeuronSettings): string[] {
  return neuronParts.flatMap(({ title, choices, chosen }) => {
    const choice = choices.findIndex(({ value }) => value === chosen(neuron))
    return choice > 0 ? [`${title.toLowerCase()} ${choices[choice]?.label ?? ''}`] : []
  })
}
