/** Forms of the analyses. What an analysis as a whole shows stands in the registry of analyses. */
import type { Options } from '../views/analysis/registry.ts'
import { under, type Help } from './help.ts'

type Convention = keyof NonNullable<Options['conventions']>

/** Options without a field: what the command line alone sets. */
type Hidden = 'conventions' | 'cutPoints' | 'hessianStep' | 'directions'

const options: Record<Exclude<keyof Options, Hidden> | 'beside', Help> = {
  beside: { title: 'Analysis: compare with', text: 'Other runs whose kept results are drawn into the same figures, five at most.' },
  checkpoint: {
    title: 'Analysis: checkpoint',
    text: 'The weights that are looked at: those of the best epoch, of the last, or of one that was kept.',
  },
  split: { title: 'Analysis: split', text: 'Which samples are looked at: those kept for testing, or those trained on.' },
  estimator: {
    title: 'Analysis: estimator',
    text: 'Squared gradient of the batch mean with true labels, as published, or of every sample with labels drawn from the model.',
    equation: 'I(t) = E ‖∇ log p(y | x, t)‖²',
    source: 'TRT, eq. 15; Kim et al. 2023',
  },
  batches: { title: 'Analysis: batches', text: 'How many batches are averaged; the time grows with it, the noise falls with its root.' },
  batchSize: { title: 'Analysis: samples each', text: 'Samples of one batch; as published, the estimate depends on it.' },
  seed: { title: 'Analysis: seed', text: 'The same seed takes the same samples, directions and drawn labels for every run.' },
  epochs: { title: 'Analysis: epochs', text: 'Which of the kept checkpoints are looked at; none chosen takes all.' },
  loss: {
    title: 'Analysis: loss',
    text: 'Whose loss is drawn: SDT’s of the time mean, TET’s mean over time, or the run’s own.',
    source: 'TET, eq. 9 and 10',
  },
  grid: {
    title: 'Analysis: points a side',
    text: '9, 13, 17, 33 and 49 are refined in steps, so that a coarse picture is there within seconds.',
  },
  span: {
    title: 'Analysis: span',
    text: 'How far the landscape reaches, in filter norms in each direction.',
    equation: 'L(w + a d₁ + b d₂), |a|, |b| ≤ span',
    source: 'Li et al. 2018',
  },
  samples: { title: 'Analysis: samples', text: 'Over how many samples the loss is averaged, spread evenly over the split.' },
  iterations: {
    title: 'Analysis: products',
    text: 'Hessian-vector products of the power iteration, at most.',
    equation: 'v ← Hv/‖Hv‖',
    source: 'Yao et al. 2020',
  },
  probes: {
    title: 'Analysis: probes',
    text: 'Random vectors for the trace; 0 for none.',
    equation: 'tr H ≈ mean vᵀHv, v = ±1',
    source: 'Hutchinson; Yao et al. 2020',
  },
  radius: { title: 'Analysis: radius', text: 'How far away the mean loss rise is measured, in filter norms.' },
  timesteps: { title: 'Analysis: timesteps', text: 'How often a still picture is shown here; also more than in training.' },
  ofSplit: { title: 'Analysis: whole split', text: 'All samples of the split, or so many spread evenly over it.' },
  saturatedAt: {
    title: 'Analysis: saturated from',
    text: 'Mean rate from which a neuron counts as saturated, 0.5 to 1; 1 is a spike at every timestep of every sample.',
  },
  scale: {
    title: 'Analysis: numbers of timesteps',
    text: 'The numbers of timesteps that accuracy is measured with, without fine-tuning.',
    source: 'TET, time scalability',
  },
  nearZero: {
    title: 'Analysis: near zero below',
    text: 'Weights smaller than this count as near zero: what r(t) is meant to make more of.',
    source: 'TRT, ablation of r(t)',
  },
}

const conventions: Record<Convention, Help> = {
  firstLayer: {
    title: 'Energy: first layer',
    text: 'Real numbers come in, so it multiplies: at every timestep, or once where a picture stays the same.',
  },
  pooled: {
    title: 'Energy: behind average pooling',
    text: 'What a mean of spikes costs: additions as of spikes, several additions, or a multiply-accumulate.',
  },
  sums: { title: 'Energy: behind SEW-ADD', text: 'A sum of spikes can be 2 or more: so many additions, or one multiply-accumulate.' },
  outputLayer: {
    title: 'Energy: output layer',
    text: 'Whether the last layer is counted at every timestep, once on the mean, or not at all.',
  },
  neurons: { title: 'Energy: neuron updates', text: 'Whether leak and reset of the membrane potentials are counted.' },
  batchNorm: {
    title: 'Energy: batch norm',
    text: 'Folded into the weights it costs nothing; counted, a multiply-accumulate a value.',
    source: 'TET, eq. 6',
  },
  synapses: {
    title: 'Energy: synapses',
    text: 'Mean rate times MACs, or exact: a spike at the border reaches fewer weights.',
    equation: 'additions = rate · MACs · T',
  },
  addition: {
    title: 'Energy: addition',
    text: 'Energy of a 32-bit floating-point addition in 45 nm.',
    equation: '0.9 pJ',
    source: 'Horowitz 2014',
  },
  multiplication: {
    title: 'Energy: multiply-accumulate',
    text: 'Energy of a 32-bit floating-point multiplication and addition in 45 nm.',
    equation: '4.6 pJ',
    source: 'Horowitz 2014',
  },
}

const activity = {
  layer: { title: 'Activity: layer', text: 'Whose spikes are shown.' },
  heat: {
    title: 'Activity: heat',
    text: 'Spike activation map (short intervals count more, no class) or Grad-CAM with surrogate gradients (for a class).',
    source: 'Kim & Panda 2021; Selvaraju et al. 2017',
  },
  target: { title: 'Activity: class', text: 'The class whose mean logit Grad-CAM asks about.', source: 'Selvaraju et al. 2017' },
} as const satisfies Record<string, Help>

export const analysisHelp = { ...under('option.', options), ...under('energy.', conventions), ...under('activity.', activity) } as const
