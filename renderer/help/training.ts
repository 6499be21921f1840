/** The training form. Hyper-parameters of methods, neurons, optimizers and augmentations stand in the tables that the form is made of. */
import type { TrainingConfig } from '../../preload/contract/index.ts'
import { augmentationKinds, type AugmentationKind } from '../views/training/augmentation.ts'
import { methodParameters, methodTexts, neuronParameters, optimizerParameters } from '../views/training/parameters.ts'
import { explained, under, type Help } from './help.ts'

/** What is set in one field of its own; the others are tables, or groups of fields. */
type Plain = Exclude<keyof TrainingConfig, 'network' | 'augmentation' | 'validationShare' | 'stages' | 'step' | 'switch'>

const config: Record<Plain, Help> = {
  name: {
    title: 'Name of the run',
    text: 'What lists, legends and reports call it. It follows dataset, network and method until you write one.',
  },
  dataset: { title: 'Dataset', text: 'The frames that are trained on. Their number of timesteps T and their classes are the network’s.' },
  method: {
    title: 'Method and preset',
    text: 'The loss. A preset sets it together with optimizer, schedule and augmentation as a paper trained.',
  },
  epochs: { title: 'Epochs', text: 'How often every training sample is seen; the schedule of the learning rate spans all of them.' },
  batchSize: {
    title: 'Batch size',
    text: 'Samples of one step. Memory grows with it, and with T; batch norm sees all of them and all timesteps together.',
  },
  learningRate: {
    title: 'Learning rate',
    text: 'Step length of the optimizer at the start; the schedule scales it.',
    equation: 'w ← w − lr · step',
  },
  schedule: {
    title: 'Schedule',
    text: 'How the learning rate falls over the epochs: along a cosine to 0, in steps, or not at all.',
    equation: 'lr(e) = lr/2 · (1 + cos(π e/epochs))',
    source: 'Loshchilov & Hutter 2017, without restarts',
  },
  optimizer: { title: 'Optimizer', text: 'How gradients become steps; each as PyTorch computes it.' },
  protocol: {
    title: 'Best epoch by',
    text: 'Which split chooses the best checkpoint: a validation part kept apart (fair), or the test split as TET and TRT report it.',
  },
  seed: {
    title: 'Seed',
    text: 'Seeds initial weights, order of samples and augmentation. The same seed on the CPU gives the same losses, to the last bit.',
  },
  warmupEpochs: {
    title: 'Warm-up',
    text: 'The learning rate rises linearly over so many epochs.',
    equation: 'lr(e) · (e + 1)/(warm-up + 1)',
  },
  rateChanges: {
    title: 'Rate changes',
    text: 'Whether the schedule moves once an epoch, as the papers’ code does, or with every step, as timm’s schedulers do.',
  },
  clipNorm: {
    title: 'Clip gradient norm',
    text: 'Scales the gradient down to this norm (over all parameters) where it is larger. 0 never does.',
    equation: 'g ← g · min(1, c/‖g‖)',
  },
  keepEvery: {
    title: 'Keep every, epochs',
    text: 'Keeps a checkpoint of every so many epochs, for the information centroid over training. 0 keeps best and last only.',
  },
  device: {
    title: 'Device',
    text: 'Where training steps are computed. “Automatic” measures a few real steps on each that is here and takes the fastest that agrees with the CPU.',
  },
  precision: {
    title: 'Precision',
    text: 'float32, or mixed: products in float16, weights, optimizer and loss in float32; GPUs only.',
    source: 'Micikevicius et al. 2018',
  },
}

const parts = {
  criterion: {
    title: 'Criterion',
    text: 'Cross-entropy of the output averaged over time, or its squared error to the one-hot label.',
    equation: 'MSE( 1/T Σₜ O(t), onehot y )',
    source: 'TET, eq. 9; S-MSE: TRT, eq. 11',
  },
  'first-timestep': {
    title: 't counts from',
    text: 'Whether r(t) fades from t = 0, as the authors’ code has it, or from t = 1, as the paper writes.',
    source: 'TRT, eq. 13',
  },
  switch: {
    title: 'Then switch to',
    text: 'Another method’s loss from an epoch on; weights, optimizer and schedule go on.',
    source: 'TET, DVS-CIFAR10: SDT, then TET',
  },
  'switch-epoch': {
    title: 'After epoch',
    text: 'From the next epoch on the other loss is trained; weights, optimizer and schedule go on.',
  },
  'step-epochs': {
    title: 'Step every, epochs',
    text: 'After so many epochs the learning rate is multiplied by the factor.',
    equation: 'lr · factor^⌊e/epochs⌋',
  },
  'step-factor': { title: 'Factor', text: 'What the learning rate is multiplied by at each step.', equation: 'lr · factor^⌊e/epochs⌋' },
  'stage-timesteps': {
    title: 'Timesteps of a stage',
    text: 'T of this stage, at most the dataset’s. Frames of events are merged to so many.',
    source: 'TET, section 4.4 (TIT)',
  },
  'stage-epochs': {
    title: 'Epochs of a stage',
    text: 'How long this stage is trained before the next goes on with its weights.',
    source: 'TET, section 4.4 (TIT)',
  },
  'stage-rate': {
    title: 'Learning rate of a stage',
    text: 'Each stage begins its own schedule, with a new optimizer.',
    source: 'TET, section 4.4 (TIT)',
  },
} as const satisfies Record<string, Help>

const network = {
  layers: {
    title: 'Network',
    text: 'Convolutions or blocks of spiking neurons and a linear last layer without one; the prediction is the mean of its output over time.',
    equation: 'ŷ = arg max 1/T Σₜ O(t)',
  },
  norm: {
    title: 'Normalization',
    text: 'Statistics of batch norm and what scales them: over all timesteps together, tdBN, TEBN or TAB.',
    equation: 'TEBN: p(t) · BN(x)',
    source: 'tdBN: Zheng et al. 2021, eq. 7-9; TEBN: Duan et al. 2022, eq. 9; TAB: Jiang et al. 2024',
  },
  sharing: {
    title: 'Membranes',
    text: 'Whether layers of one shape, or the halves of a layer’s channels, go through the same potentials: less memory on a chip.',
    source: 'Kim et al. 2023, EfficientLIF-Net',
  },
  shortcut: {
    title: 'Shortcut of SEW blocks',
    text: 'How the spikes s of a block meet its shortcut x.',
    equation: 'ADD: s + x; AND: s · x; IAND: (1 − s) · x',
    source: 'Fang et al. 2021, table 1',
  },
  topology: {
    title: 'Topology string',
    text: 'A network as the TRT authors’ code names it, layer by layer; your neuron stays as it is set.',
  },
} as const satisfies Record<string, Help>

const neuron = {
  ...explained(neuronParameters, 'Neuron: '),
  reset: {
    title: 'Neuron: reset',
    text: 'Where it spiked, the potential goes to the reset value (hard), or the threshold is taken off it (soft).',
    equation: 'hard: u ← reset value; soft: u ← u − threshold',
  },
  surrogate: {
    title: 'Neuron: surrogate',
    text: 'What stands for the derivative of the spike in the backward pass; the step itself has none.',
    equation: 'triangle: max(0, α − |u − θ|)/α²',
    source: 'triangle: TET, TRT; rectangle: STBP; arctangent: PLIF; LocalZO: Mukhoty et al. 2023, theorem 1',
  },
  'detach-reset': {
    title: 'Neuron: the gradient stops at the reset',
    text: 'Leaves the reset out of the gradient; the TET and TRT code keeps it in.',
  },
  'time-constant': {
    title: 'Neuron: time constant',
    text: 'Fixed, or one τ for each layer learned with the weights.',
    equation: 'PLIF: u ← u + σ(w) (x − (u − reset value))',
    source: 'PLIF: Fang et al. 2021, eq. 10',
  },
  'learned-threshold': {
    title: 'Neuron: threshold',
    text: 'Fixed, or one threshold for each layer learned with the weights.',
    equation: 'threshold = tanh(w)',
    source: 'LTMD: Wang et al. 2022',
  },
  'first-potential': {
    title: 'Neuron: first potential',
    text: 'Where each neuron starts: at 0, or at a learned potential of its own.',
    source: 'IMP: Shen et al. 2024',
  },
  smoothing: {
    title: 'Neuron: smoothing',
    text: 'Potentials smoothed over time with one learned a for each layer.',
    equation: 'u ← a u(t−1) + (1 − a) u',
    source: 'MPS: Ding et al. 2025',
  },
  spike: {
    title: 'Neuron: spike',
    text: 'A step with a surrogate gradient, or a sigmoid with its true one: shows what the surrogate costs.',
    equation: 'σ(k (u − threshold))',
    source: 'TET, table 2',
  },
} as const satisfies Record<string, Help>

const sweep = {
  repeats: { title: 'Runs of every setting', text: 'Each with a seed of its own; accuracies are averaged over them.' },
  axis: { title: 'Setting to vary', text: 'A setting and the values it takes, separated by commas; each makes a run.' },
  combine: {
    title: 'How values are combined',
    text: 'Every value with every other, first with first, or some combinations drawn at random.',
  },
  drawn: { title: 'Combinations at random', text: 'How many are drawn, without repetition.' },
} as const satisfies Record<string, Help>

const { sdt, tet, trt, lts, tks, mps, slt } = methodParameters
const sources = {
  sdt: 'TET, eq. 9',
  tet: 'TET, eq. 10, 13 and 14',
  trt: 'TRT, eq. 12-14',
  lts: 'Shen et al. 2024',
  tks: 'Dong et al. 2023',
  tmc: 'TMC, ICML 2025',
  mps: 'Ding et al. 2025',
  slt: 'Anumasa et al. 2024',
  'slt-tet': 'Anumasa et al. 2024',
} as const
type MethodName = keyof typeof methodTexts
const of = <Key extends string>(
  name: MethodName,
  table: Readonly<Record<Key, { readonly title: string; readonly help: string }>>,
): Record<Key, Help> =>
  Object.fromEntries(
    Object.entries(explained(table, `${methodTexts[name].title}: `)).map(([key, help]) => [
      key,
      { ...(help as Help), source: sources[name] },
    ]),
  ) as Record<Key, Help>

const augmentation = Object.fromEntries(
  augmentationKinds.map(({ key, label, help }) => [key, { title: `Augmentation: ${label.toLowerCase()}`, text: help }]),
) as Record<AugmentationKind['key'], Help>

export const trainingHelp = {
  ...under('training.', config),
  ...under('training.', parts),
  ...under('network.', network),
  ...under('neuron.', neuron),
  ...under('optimizer.', explained(optimizerParameters, 'Optimizer: ')),
  ...under('augmentation.', augmentation),
  ...under('sweep.', sweep),
  ...under('method.sdt.', of('sdt', sdt)),
  ...under('method.tet.', of('tet', tet)),
  ...under('method.trt.', of('trt', trt)),
  ...under('method.lts.', of('lts', lts)),
  ...under('method.tks.', of('tks', tks)),
  ...under('method.mps.', of('mps', mps)),
  ...under('method.slt.', of('slt', slt)),
  ...under('method.slt-tet.', of('slt-tet', methodParameters['slt-tet'])),
} as const

/** The method's own explanation: its loss. */
export const methodHelp = (name: MethodName): Help => ({
  title: methodTexts[name].title,
  text: methodTexts[name].long,
  equation: methodTexts[name].formulas.join('; '),
  source: sources[name],
})
