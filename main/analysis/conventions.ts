import type { Conventions } from './schemas/energy.ts'

type Choices = { readonly [K in keyof Conventions]: Conventions[K] extends string ? Readonly<Record<Conventions[K], string>> : (value: number) => string }

/** What each choice means, in a line. */
const meanings: Choices = {
  firstLayer: {
    every: 'The first layer multiplies real numbers and is computed at every timestep: T x MACs (TET).',
    once: 'Every timestep shows the first layer the same picture: its multiply-accumulates are counted once. Of events every timestep is another frame: counted T times.',
  },
  pooled: {
    spikes: 'Behind average pooling one addition per spike, times the share of weights it reaches: rate x MACs (the usual formula; pooling keeps the rate).',
    several: 'Behind average pooling of k x k an input is 0 to k² parts of 1/k²: one addition for each part.',
    mac: 'Behind average pooling an input is a fraction: one multiply-accumulate for each that is not 0.',
  },
  sums: {
    several: 'Behind SEW-ADD an input is a whole number: so many additions.',
    mac: 'Behind SEW-ADD an input is a whole number: one multiply-accumulate for each that is not 0.',
  },
  outputLayer: {
    every: 'The output layer is computed at every timestep, by the rules of its input.',
    once: 'The output layer is linear, so it is computed once, from the mean of its input over time: MACs multiply-accumulates.',
    none: 'The output layer is not counted, nor is the ANN\'s.',
  },
  neurons: {
    none: 'Neurons\' own updates are not counted (TET, TRT and most papers).',
    counted: 'One multiply-accumulate per neuron and timestep (leak, and input added), one addition where tau is 1. Comparing and resetting are not counted.',
  },
  batchNorm: {
    folded: 'Batch norm is folded into the weights and costs nothing.',
    counted: 'Batch norm is one multiply-accumulate per value, at every timestep; of the ANN once.',
  },
  synapses: {
    formula: 'Operations are rate x MACs, where MACs include products with the padding\'s zeros and every input element counts alike.',
    exact: 'Every input element counts with the synapses it really has: at the border of a padded convolution fewer, none for the padding.',
  },
  addition: (value) => `${value} pJ for each addition of 32-bit numbers${value === 0.9 ? ' (45 nm CMOS; Horowitz 2014)' : ''}.`,
  multiplication: (value) => `${value} pJ for each multiply-accumulate${value === 4.6 ? ' (45 nm CMOS: 3.7 for the product, 0.9 for the sum; Horowitz 2014)' : ''}.`,
}

/** The conventions chosen, each with a line that says what it means. */
export function explained(conventions: Conventions): { name: string; choice: string; meaning: string }[] {
  const { firstLayer, pooled, sums, outputLayer, neurons, batchNorm, synapses, addition, multiplication } = conventions
  return [
    { name: 'first layer', choice: firstLayer, meaning: meanings.firstLayer[firstLayer] },
    { name: 'pooled inputs', choice: pooled, meaning: meanings.pooled[pooled] },
    { name: 'summed inputs', choice: sums, meaning: meanings.sums[sums] },
    { name: 'output layer', choice: outputLayer, meaning: meanings.outputLayer[outputLayer] },
    { name: 'neurons', choice: neurons, meaning: meanings.neurons[neurons] },
    { name: 'batch norm', choice: batchNorm, meaning: meanings.batchNorm[batchNorm] },
    { name: 'synapses', choice: synapses, meaning: meanings.synapses[synapses] },
    { name: 'addition', choice: `${addition} pJ`, meaning: meanings.addition(addition) },
    { name: 'multiply-accumulate', choice: `${multiplication} pJ`, meaning: meanings.multiplication(multiplication) },
    { name: 'memory', choice: 'none', meaning: 'Reading and writing weights and potentials is not counted: estimates that do (SpikingJelly\'s Lemaire, NeuroMC, SpikeSim) are not comparable with these.' },
  ]
}
