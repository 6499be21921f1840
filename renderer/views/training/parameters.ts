import type { MethodSettings, NeuronSettings, OptimizerSettings } from '../../../preload/contract/index.ts'

/** What a hyper-parameter is, for its label and tooltip. */
export interface Parameter {
  readonly title: string
  /** The formula it stands in, or its effect. */
  readonly help: string
}

/** Each method's loss, in the field's symbols: O(t) logits per timestep, y the class, T timesteps. */
export const methodTexts: Record<
  MethodSettings['name'],
  { readonly title: string; readonly long: string; readonly formulas: readonly string[] }
> = {
  sdt: {
    title: 'SDT',
    long: 'Standard direct training: one loss of the output averaged over time.',
    formulas: ['L = CE( 1/T Σₜ O(t), y )'],
  },
  tet: {
    title: 'TET',
    long: 'Temporal efficient training: a loss at every timestep, pulled towards φ.',
    formulas: ['L = (1 − λ) · 1/T Σₜ CE(O(t), y) + λ · 1/T Σₜ MSE(O(t), φ)'],
  },
  trt: {
    title: 'TRT',
    long: 'Temporal regularization training: a loss at every timestep, and a penalty on weights that fades over time.',
    formulas: ['L = 1/T Σₜ [ (1 − η) CE(O(t), y) + η MSE(O(t), onehot y) + r(t) ]', 'r(t) = Σ λ w² / ( 1 + (|w| + ε)(e^(δt) − 1) )'],
  },
  lts: {
    title: 'LTS',
    long: 'Label on the last timestep (IMP, 2024): the network may take all of its time before it answers.',
    formulas: ['L = CE( O(T), y )'],
  },
  tks: {
    title: 'TKS',
    long: 'Temporal knowledge sharing: the timesteps that name the right class teach all the others, more with every epoch.',
    formulas: [
      'z = Σₜ O(t) · [arg max O(t) = y],  q = softmax(z / τ)',
      'L = a · CE( 1/T Σₜ O(t), y ) + (1 − a) · τ² · 1/T Σₜ CE(O(t), q),  a = 1 − α · epoch/epochs',
    ],
  },
  tmc: {
    title: 'TMC',
    long: 'A loss at every timestep, and a price for being sure, the higher the earlier: what is left to learn is left to later timesteps.',
    formulas: [
      'L = 1/T Σₜ [ CE(O(t), y) + ( Pₜ / Qₜ )^((T − t)/T) ],  t = 0 … T − 1',
      'Pₜ, Qₜ: what softmax of the mean of O(0) … O(t) gives to y, and to all others',
    ],
  },
  mps: {
    title: 'MPS',
    long: 'Membrane potential smoothing’s guidance (2025): every timestep learns to answer as the next one does. The smoothing itself is a choice of the neuron.',
    formulas: ['L = CE( 1/T Σₜ O(t), y ) + γ τ² · 1/(T − 1) Σₜ KL( p(t + 1) ‖ p(t) )', 'p(t) = softmax( O(t) / τ ); p(t + 1) teaches and is not changed'],
  },
  slt: {
    title: 'SLT',
    long: 'Stochastic latency training: every batch sees a number of timesteps drawn at random, so the network learns to answer early.',
    formulas: ['T′ ~ U{1 … T} for each batch', 'L = CE( 1/T′ Σₜ O(t), y )'],
  },
  'slt-tet': {
    title: 'SLT-TET',
    long: 'Stochastic latency training with TET’s loss: every batch sees a number of timesteps drawn at random, each with a loss of its own.',
    formulas: ['T′ ~ U{1 … T} for each batch', 'L = (1 − λ) · 1/T′ Σₜ CE(O(t), y) + λ · 1/T′ Σₜ MSE(O(t), φ)'],
  },
}

/** Numeric hyper-parameters of a method, in the order of its formula. */
const labelSmoothing = { title: 'Label smoothing', help: 'Cross-entropy against (1 − s) onehot + s/classes. 0 is the plain label.' } as const
const tet = {
  lambda: { title: 'λ', help: 'Share of the term that pulls all logits to φ: (1 − λ) CE + λ MSE(O(t), φ).' },
  phi: { title: 'φ', help: 'The value the logits are pulled to; the papers take the firing threshold.' },
  labelSmoothing,
} as const
export const methodParameters = {
  sdt: { labelSmoothing, l2: { title: 'L2', help: 'Adds L2 · Σ p² over all parameters to the loss, as the TRT authors’ code does for SDT. The optimizer’s weight decay is apart from it.' } },
  tet,
  tks: {
    alpha: { title: 'α', help: 'How far the share of the label falls over the epochs: a = 1 − α · epoch/epochs.' },
    temperature: { title: 'τ', help: 'Softens what the right timesteps teach: q = softmax(z / τ). Weighs it by τ².' },
  },
  tmc: {},
  mps: {
    gamma: { title: 'γ', help: 'Strength of the guidance by the next timestep. 0 is SDT.' },
    temperature: { title: 'τ', help: 'Softens both outputs: p = softmax(O / τ). Weighs the guidance by τ².' },
  },
  slt: { labelSmoothing },
  'slt-tet': tet,
  trt: {
    eta: { title: 'η', help: 'Share of the squared error: (1 − η) CE(O(t), y) + η MSE(O(t), onehot y).' },
    lambda: { title: 'λ', help: 'Strength of the weight penalty r(t) = Σ λ w² / (1 + (|w| + ε)(e^(δt) − 1)).' },
    delta: {
      title: 'δ',
      help: 'How fast the penalty fades over the timesteps: e^(δt) in its denominator. 0 makes it a plain weight decay.',
    },
    epsilon: { title: 'ε', help: 'Keeps the fading alive for weights near zero: |w| + ε.' },
  },
  lts: { labelSmoothing },
} as const satisfies Record<MethodSettings['name'], Readonly<Record<string, Parameter>>>

export const neuronParameters = {
  tau: { title: 'τ', help: 'Membrane time constant: u ← u/τ + x. 1 is an integrate-and-fire neuron without leak.' },
  threshold: { title: 'Threshold', help: 'A neuron spikes where u > threshold (strictly).' },
  resetValue: { title: 'Reset to', help: 'Hard reset: u becomes this value where the neuron spiked.' },
  alpha: { title: 'α', help: 'Surrogate: half-width of triangle max(0, α − |u − θ|)/α² and rectangle; slope of sigmoid and arctangent; deviation of the Gaussian.' },
} as const satisfies Partial<Record<keyof NeuronSettings, Parameter>>

export const optimizerParameters = {
  beta1: { title: 'β₁', help: 'Decay of the mean of gradients: m ← β₁ m + (1 − β₁) g.' },
  beta2: { title: 'β₂', help: 'Decay of the mean of squared gradients: v ← β₂ v + (1 − β₂) g².' },
  epsilon: { title: 'ε', help: 'w ← w − lr · m̂ / (√v̂ + ε).' },
  alpha: { title: 'α', help: 'Decay of the mean of squared gradients: v ← α v + (1 − α) g².' },
  momentum: { title: 'Momentum', help: 'v ← momentum · v + g; w ← w − lr · v.' },
  weightDecay: { title: 'Weight decay', help: 'Adam, SGD, RMSprop: adds weightDecay · w to the gradient. AdamW: w ← w − lr · weightDecay · w, apart from the gradient.' },
} as const satisfies Record<string, Parameter>

export const optimizerTitles: Record<OptimizerSettings['name'], string> = {
  adam: 'Adam',
  adamw: 'AdamW',
  sgd: 'SGD with momentum',
  rmsprop: 'RMSprop',
}
