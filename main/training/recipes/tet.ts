import { neuronSchema, type NetworkDescription } from '../../snn/schema.ts'
import { presetNetwork, presetSettings } from './settings.ts'
import type { PaperDatasetId } from './datasets.ts'
import { accuracy, published, type CellValues, type Cited, type Expected, type Figure, type Recipe, type RecipeCell, type RecipeSettings } from './recipe.ts'

/** The code's seed and two more; the paper does not say its seeds. */
const seeds = [1000, 1001, 1002]
const [resnet, snn5, vgg] = [presetNetwork('resnet19'), presetNetwork('snn5'), presetNetwork('vggsnn')]

const tet = (like: RecipeSettings, lambda: number): RecipeSettings => ({ ...like, method: { name: 'tet', lambda, phi: 1 } })
const sdt = (like: RecipeSettings): RecipeSettings => ({ ...like, method: { name: 'sdt', criterion: 'cross-entropy' } })
const cifar = presetSettings('tet-cifar', resnet)
const small = presetSettings('tet-cifar', snn5)
const dvs = presetSettings('tet-dvs-cifar10', vgg)
const inherited = presetSettings('tit-tet-cifar', resnet)
/** Decay only without augmentation. */
const plainDvs: RecipeSettings = { ...dvs, optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 5e-4 }, augmentation: { flip: false, roll: 0 } }
/** TET's neurons leak where TRT's ImageNet networks integrate. */
const leaky = (network: NetworkDescription): NetworkDescription => ({ ...network, neuron: neuronSchema.parse({ tau: 2 }) })
const imagenet: RecipeSettings = {
  ...tet(cifar, 0.001),
  network: leaky(presetNetwork('sew-resnet34')),
  optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 4e-5 },
  learningRate: 0.1,
  epochs: 120,
  augmentation: { flip: true, roll: 0, resizedCrop: true },
}

const cell = (dataset: PaperDatasetId, timesteps: number, values: CellValues, settings: RecipeSettings, figures: readonly Figure[]): RecipeCell => ({ values, dataset, timesteps, settings, figures })
const cite = (label: string, text: string, why = 'cited from its own paper'): Cited => ({ label, text, why })
const notSaid = 'The paper does not say its seeds: 1000 is the code’s, two more make three runs.'
const drawnOnly = 'The figure’s values are not printed: what is obtained stands alone.'
const batch = 'The paper does not say its batch size: 128 is the code’s.'
const base = { paper: 'tet', seeds, analyses: [], cited: [] } as const

const rowsOf = (method: string, settings: RecipeSettings, expected: readonly (readonly [number, number, number])[]): RecipeCell[] =>
  expected.map(([T, mean, deviation]) => cell('cifar100', T, { method, T }, settings, [accuracy(published(mean, deviation))]))

const ablations: readonly Recipe[] = [
  {
    ...base,
    id: 'tet-table1',
    place: 'Table 1',
    title: 'SDT and TET without the MSE term',
    about: 'ResNet-19 on CIFAR-100 at T = 2, 4 and 6: the loss of the mean output against the mean of the timesteps’ losses (λ = 0).',
    notes: [notSaid, batch],
    cells: [
      ...rowsOf('SDT', sdt(cifar), [[2, 69.41, 0.08], [4, 70.86, 0.22], [6, 71.12, 0.57]]),
      ...rowsOf('TET', tet(cifar, 0), [[2, 72.37, 0.21], [4, 74.11, 0.18], [6, 74.65, 0.12]]),
    ],
  },
  {
    ...base,
    id: 'tet-table2',
    place: 'Table 2',
    title: 'Sigmoid spikes with their true gradient',
    about: 'SNN-5 on CIFAR-10 at T = 4, its spikes sigmoid(k (u − θ)) with k = 1, 10 and 20 instead of steps: no surrogate.',
    notes: [notSaid, batch, 'The paper calls the same network CNN-5 and SNN-5.'],
    cells: (['SDT', 'TET'] as const).flatMap((method) =>
      ([1, 10, 20] as const).map((k, i) => {
        const settings: RecipeSettings = { ...(method === 'SDT' ? sdt(small) : small), network: { ...snn5, neuron: { ...snn5.neuron, sigmoidSpike: k } } }
        const expected = { SDT: [published(88, 0.15), published(88.83, 0.32), published(88.5, 0.32)], TET: [published(87.63, 0.38), published(89.31, 0.15), published(88.64, 0.28)] }
        return cell('cifar10', 4, { method, k }, settings, [accuracy(expected[method][i] ?? null)])
      }),
    ),
  },
]

/** TET at T = 2, and time inheritance training from there to 4 and 6. */
const inheritance = (dataset: 'cifar10' | 'cifar100', two: Expected, four: Expected, six: Expected): RecipeCell[] => [
  cell(dataset, 2, { method: 'TET', T: 2 }, cifar, [accuracy(two)]),
  cell(dataset, 4, { method: 'TET, TIT', T: 4 }, inherited, [accuracy(four)]),
  cell(dataset, 6, { method: 'TET, TIT', T: 6 }, inherited, [accuracy(six)]),
]
const titNote = 'At T = 4 and 6 the weights of 300 epochs at T = 2 are trained for 50 more (TIT), all as one run.'

const table3: readonly Recipe[] = [
  {
    ...base,
    id: 'tet-table3-cifar10',
    place: 'Table 3',
    title: 'CIFAR-10: TET',
    about: 'ResNet-19 on CIFAR-10: TET at T = 2, then time inheritance training to T = 4 and 6.',
    notes: [notSaid, batch, titNote],
    cells: inheritance('cifar10', published(94.16, 0.03), published(94.44, 0.08), published(94.5, 0.07)),
    cited: [
      cite('Hybrid training, ResNet-20, T = 250', '92.22 %'), cite('Diet-SNN, ResNet-20, T = 10', '92.54 %'), cite('STBP, CIFARNet, T = 12', '89.83 %'),
      cite('STBP NeuNorm, CIFARNet, T = 12', '90.53 %'), cite('TSSL-BP, CIFARNet, T = 5', '91.41 %'),
      cite('STBP-tdBN, ResNet-19', '93.16 / 92.92 / 92.34 % at T = 6 / 4 / 2'), cite('ANN, ResNet-19', '94.97 %', 'has no spikes'),
    ],
  },
  {
    ...base,
    id: 'tet-table3-cifar100',
    place: 'Table 3',
    title: 'CIFAR-100: TET and SDT',
    about: 'ResNet-19 on CIFAR-100: TET at T = 2, then time inheritance training to T = 4 and 6, beside the authors’ own run of SDT.',
    notes: [notSaid, batch, titNote, 'At T = 4 Table 1 has 74.11 % for TET’s first term alone.', 'The paper calls its own run of SDT STBP-tdBN.'],
    cells: [
      ...inheritance('cifar100', published(72.87, 0.1), published(74.47, 0.15), published(74.72, 0.28)),
      ...rowsOf('SDT', sdt(cifar), [[2, 69.41, 0.08], [4, 70.86, 0.22], [6, 71.12, 0.57]]),
    ],
    cited: [cite('Hybrid training, VGG-11, T = 125', '67.87 %'), cite('Diet-SNN, ResNet-20, T = 5', '64.07 %'), cite('ANN, ResNet-19', '75.35 %', 'has no spikes')],
  },
  {
    ...base,
    id: 'tet-table3-imagenet',
    place: 'Table 3',
    title: 'ImageNet: TET',
    about: 'SEW-ResNet-34 at T = 4, and Spiking-ResNet-34 trained at T = 4 and on to T = 6.',
    notes: [notSaid, batch, 'The paper trains Spiking-ResNet-34’s last 30 epochs with Adam at 1e-4; a run here has one optimizer, so they are trained with SGD at 1e-4.'],
    seeds: [1000],
    cells: [
      cell('imagenet', 4, { network: 'SEW-ResNet-34', T: 4 }, imagenet, [accuracy(published(68))]),
      cell('imagenet', 6, { network: 'Spiking-ResNet-34', T: 6 }, {
        ...imagenet, network: leaky(presetNetwork('resnet34')), stages: [{ timesteps: 4, epochs: 90, learningRate: 0.1 }], epochs: 30, learningRate: 1e-4,
      }, [accuracy(published(64.79))]),
    ],
    cited: [
      cite('Hybrid training, ResNet-34, T = 250', '61.48 %'), cite('SPIKE-NORM, ResNet-34, T = 2500', '69.96 %'),
      cite('STBP-tdBN, Spiking-ResNet-34, T = 6', '63.72 %'), cite('SEW ResNet, SEW-ResNet-34, T = 4', '67.04 %'),
    ],
  },
  {
    ...base,
    id: 'tet-table3-dvs-cifar10',
    place: 'Table 3',
    title: 'DVS-CIFAR10: TET and SDT, with and without augmentation',
    about: 'VGGSNN on DVS-CIFAR10 in ten frames. SDT’s numbers are those of the text.',
    notes: [notSaid, batch, 'Weight decay 5e-4 only without augmentation. The published script trains VGGSNN without pooling; the paper’s network is trained here.'],
    cells: [
      cell('dvs-cifar10-tet', 10, { method: 'TET', augmentation: false }, plainDvs, [accuracy(published(77.33, 0.21))]),
      cell('dvs-cifar10-tet', 10, { method: 'TET', augmentation: true }, dvs, [accuracy(published(83.17, 0.15))]),
      cell('dvs-cifar10-tet', 10, { method: 'SDT', augmentation: false }, sdt(plainDvs), [accuracy(published(73.3))]),
      cell('dvs-cifar10-tet', 10, { method: 'SDT', augmentation: true }, sdt(dvs), [accuracy(published(77.4))]),
    ],
    cited: [
      cite('STBP-tdBN, ResNet-19, T = 10', '67.8 %'), cite('Streaming rollout, DenseNet, T = 10', '66.8 %'),
      cite('Conv3D / LIAF, LIAF-Net, T = 10', '71.70 / 70.40 %'),
    ],
  },
]

/** Shown for longer than was trained: static pictures can be. */
const shown = 8
const time: Recipe['analyses'] = [{ kind: 'time', options: { timesteps: shown } }]

const table4: Recipe = {
  ...base,
  id: 'tet-table4',
  place: 'Table 4',
  title: 'Accuracy of single timesteps',
  about: 'ResNet-19 on CIFAR-100, trained at T = 3 and 4, shown for 8 timesteps: how good each timestep’s output is by itself.',
  notes: [notSaid, batch, 'The paper also tells the variance over the timesteps: SDT 3.81 and 4.04, TET 1.41 and 0.08.'],
  seeds: [1000],
  cells: ([
    ['SDT', 3, [55.61, 57.95, 56.87, 55.09, 57.56, 53.54, 57.72, 54.04]],
    ['SDT', 4, [37.96, 61.78, 55.03, 56.64, 57.47, 54.24, 58.74, 55.48]],
    ['TET', 3, [65.97, 72.22, 71.78, 70.55, 71.9, 69.57, 72.15, 69.78]],
    ['TET', 4, [62.17, 71.57, 71.05, 72.08, 71.77, 71.23, 71.81, 71.36]],
  ] as const).map(([method, T, percents]) =>
    cell('cifar100', T, { method, T }, method === 'SDT' ? sdt(cifar) : cifar, percents.map((percent, i) => ({ name: `Step ${i + 1}`, quantity: { of: 'timestep-later', timestep: i + 1 }, expected: published(percent) }))),
  ),
  analyses: time,
}

const scalability: Recipe = {
  ...base,
  id: 'tet-figure-scalability',
  place: 'Figure: time scalability',
  title: 'More timesteps than were trained',
  about: 'ResNet-19 on CIFAR-100, trained at T = 2, 3 and 4 and shown for 2 to 8 timesteps without further training: accuracy of the mean output.',
  notes: [drawnOnly, batch],
  seeds: [1000],
  cells: (['SDT', 'TET'] as const).flatMap((method) =>
    [2, 3, 4].map((T) =>
      cell('cifar100', T, { method, T }, method === 'SDT' ? sdt(cifar) : cifar, [2, 3, 4, 5, 6, 7, 8].map((timesteps) => ({ name: `First ${timesteps}`, quantity: { of: 'mean-of-first', timesteps }, expected: null }))),
    ),
  ),
  analyses: time,
}

const landscape = (loss: 'sdt' | 'tet'): Recipe['analyses'] => [{ kind: 'landscape', options: { grid: 51, span: 1, loss } }]
const rise: Figure = { name: 'Rise of the loss', quantity: { of: 'landscape-rise' }, expected: null }
const fiveLambdas = 'The paper sweeps five values; those here surround its own, and only λ = 0 and the paper’s have published numbers.'

const figures: readonly Recipe[] = [
  {
    ...base,
    id: 'tet-figure-lambda-cifar100',
    place: 'Figure: λ',
    title: 'CIFAR-100: λ sweep',
    about: 'The share of the squared error in TET’s loss: ResNet-19 on CIFAR-100 at T = 2, where TET trains without inheritance.',
    notes: [notSaid, batch, fiveLambdas],
    cells: [0, 0.01, 0.05, 0.1, 0.5].map((lambda) =>
      cell('cifar100', 2, { lambda }, tet(cifar, lambda), [accuracy(lambda === 0 ? published(72.37, 0.21) : lambda === 0.05 ? published(72.87, 0.1) : null)]),
    ),
  },
  {
    ...base,
    id: 'tet-figure-lambda-dvs-cifar10',
    place: 'Figure: λ',
    title: 'DVS-CIFAR10: λ sweep',
    about: 'The share of the squared error in TET’s loss: VGGSNN on DVS-CIFAR10.',
    notes: [notSaid, batch, fiveLambdas.replace('λ = 0 and the paper’s have published numbers', 'λ = 0.001 has a published number')],
    cells: [0, 1e-4, 1e-3, 1e-2, 1e-1].map((lambda) => cell('dvs-cifar10-tet', 10, { lambda }, tet(dvs, lambda), [accuracy(lambda === 1e-3 ? published(83.17, 0.15) : null)])),
  },
  {
    ...base,
    id: 'tet-figure-switch',
    place: 'Figure: SDT, then TET',
    title: 'From SDT to TET after 200 epochs',
    about: 'VGGSNN on DVS-CIFAR10: 200 epochs of SDT, then TET to 300, beside 300 epochs of each. The runs’ pages show the curves.',
    notes: [drawnOnly],
    seeds: [1000],
    cells: [
      cell('dvs-cifar10-tet', 10, { method: 'SDT, then TET' }, presetSettings('sdt-tet-dvs-cifar10', vgg), [accuracy(null)]),
      cell('dvs-cifar10-tet', 10, { method: 'SDT' }, sdt(dvs), [accuracy(published(77.4))]),
      cell('dvs-cifar10-tet', 10, { method: 'TET' }, dvs, [accuracy(published(83.17, 0.15))]),
    ],
  },
  {
    ...base,
    id: 'tet-figure-statistics',
    place: 'Figure: statistics',
    title: 'Whole and single-timestep accuracy of many runs',
    about: 'SNN-5 on CIFAR-10 at T = 4, 20 runs of SDT and 5 of TET: how the accuracy of the mean output goes with that of single timesteps.',
    notes: [drawnOnly, batch],
    cells: ([['SDT', 20], ['TET', 5]] as const).map(([method, runs]) => ({
      ...cell('cifar10', 4, { method }, method === 'SDT' ? sdt(small) : small, [accuracy(null), { name: 'Mean of single timesteps', quantity: { of: 'timestep-mean' }, expected: null }]),
      seeds: Array.from({ length: runs }, (_, i) => 1000 + i),
    })),
  },
  ...(['sdt', 'tet'] as const).map((loss): Recipe => ({
    ...base,
    id: `tet-figure-landscape-${loss}`,
    place: 'Figure: loss landscape',
    title: `DVS-CIFAR10: landscape of ${loss.toUpperCase()}’s loss`,
    about: `${loss.toUpperCase()}’s loss around the weights that SDT and TET have trained: VGGSNN on DVS-CIFAR10. TET’s minimum is the flatter one.`,
    notes: [drawnOnly],
    seeds: [1000],
    cells: (['SDT', 'TET'] as const).map((method) => cell('dvs-cifar10-tet', 10, { method }, method === 'SDT' ? sdt(dvs) : dvs, [accuracy(null), rise])),
    analyses: landscape(loss),
  })),
  {
    ...base,
    id: 'tet-figure-landscape-cifar100',
    place: 'Figure: loss landscape',
    title: 'CIFAR-100: landscape of SDT’s loss',
    about: 'SDT’s loss around the weights that SDT and TET have trained: ResNet-19 on CIFAR-100.',
    notes: [drawnOnly, 'The paper does not say its T: 4 here.'],
    seeds: [1000],
    cells: (['SDT', 'TET'] as const).map((method) => cell('cifar100', 4, { method }, method === 'SDT' ? sdt(cifar) : cifar, [accuracy(null), rise])),
    analyses: landscape('sdt'),
  },
  {
    ...base,
    id: 'tet-figure-energy',
    place: 'Figure: energy',
    title: 'Accuracy over energy',
    about: 'ResNet-19 on CIFAR-100 at T = 2, 4 and 6: accuracy beside the energy of an inference, 0.9 pJ an addition and 4.6 pJ a multiplication.',
    notes: ['The energies are not printed.', batch, titNote],
    seeds: [1000],
    cells: inheritance('cifar100', published(72.87, 0.1), published(74.47, 0.15), published(74.72, 0.28)).map((one) => ({
      ...one, figures: [...one.figures, { name: 'Energy', quantity: { of: 'energy' }, expected: null }],
    })),
    analyses: [{ kind: 'energy', options: {} }],
  },
]

export const tetRecipes: readonly Recipe[] = [...ablations, ...table3, table4, scalability, ...figures]
