import type { MethodSettings } from '../snn/schema.ts'
import type { TrainingConfig } from './schema.ts'

export type TrainingSettings = Pick<
  TrainingConfig,
  'method' | 'switch' | 'optimizer' | 'learningRate' | 'schedule' | 'step' | 'warmupEpochs' | 'rateChanges' | 'clipNorm' | 'epochs' | 'stages' | 'batchSize' | 'augmentation'
>
/** Settings under a name, with where they come from. */
export interface TrainingPreset {
  readonly id: string
  readonly title: string
  /** Paper and table. */
  readonly source: string
  readonly settings: TrainingSettings
}

const adam = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const
const plain = { flip: false, roll: 0 }
const flipAndRoll = { flip: true, roll: 5 }
/** What all rows of TRT's Table S2 share: Adam 1e-3, cosine to 0, 300 epochs of batches of 64. */
const paper = (method: MethodSettings, augmentation: TrainingSettings['augmentation']): TrainingSettings => ({
  method,
  optimizer: adam,
  learningRate: 1e-3,
  schedule: 'cosine',
  epochs: 300,
  batchSize: 64,
  augmentation,
})
const trt = (eta: number, lambda: number, delta: number): MethodSettings => ({
  name: 'trt',
  eta,
  lambda,
  delta,
  epsilon: 1e-5,
  firstTimestep: 0,
})
const slt = (method: MethodSettings): TrainingSettings => ({
  ...paper(method, { flip: true, roll: 0, crop: 4, cutout: 16 }),
  epochs: 150,
  batchSize: 128,
})

const nda = (degrees: number, more: Partial<TrainingSettings['augmentation']> = {}): TrainingSettings => ({
  ...paper({ name: 'sdt', criterion: 'cross-entropy' }, { flip: true, roll: 0, nda: degrees, ...more }),
  optimizer: { ...adam, weightDecay: 1e-4 },
  epochs: 200,
  batchSize: 256,
})

/**
 * The papers' settings. TRT: Temporal Regularization Training, Table S2 and the authors' code (which counts t from 0).
 * TET: Deng et al., Temporal Efficient Training, ICLR 2022, and the authors' code.
 */
export const trainingPresets: readonly TrainingPreset[] = [
  {
    id: 'quick',
    title: 'TRT, quick (small sets of recordings)',
    source: "TRT with N-Caltech101's eta, lambda and delta; epochs, batch and roll chosen here for about a thousand small recordings",
    settings: { ...paper(trt(0.05, 5e-5, 0.5), { flip: false, roll: 2 }), epochs: 40, batchSize: 32 },
  },
  {
    id: 'trt-dvs-cifar10',
    title: 'TRT, DVS-CIFAR10',
    source: 'TRT, Table S2 (DVS-CIFAR10)',
    settings: paper(trt(0.001, 5e-5, 0.5), flipAndRoll),
  },
  {
    id: 'trt-n-caltech101',
    title: 'TRT, N-Caltech101',
    source: 'TRT, Table S2 (N-Caltech101)',
    settings: paper(trt(0.05, 5e-5, 0.5), plain),
  },
  {
    id: 'trt-cifar',
    title: 'TRT, CIFAR',
    source: 'TRT, Table S2 (CIFAR10/100); flip, crop and cutout from the code',
    settings: paper(trt(0.05, 1e-5, 0.25), { flip: true, roll: 0, crop: 4, cutout: 16 }),
  },
  {
    id: 'tet-dvs-cifar10',
    title: 'TET, DVS-CIFAR10',
    source: 'TET (ICLR 2022) for DVS-CIFAR10: lambda 0.001, Adam 1e-3, 300 epochs; batch 128 from the code',
    settings: { ...paper({ name: 'tet', lambda: 0.001, phi: 1 }, flipAndRoll), batchSize: 128 },
  },
  {
    id: 'sdt-tet-dvs-cifar10',
    title: 'SDT, then TET after epoch 200',
    source: 'TET (ICLR 2022), figure of VGGSNN on DVS-CIFAR10: 200 epochs of SDT, then TET to 300',
    settings: {
      ...paper({ name: 'sdt', criterion: 'cross-entropy' }, flipAndRoll),
      switch: { afterEpoch: 200, method: { name: 'tet', lambda: 0.001, phi: 1 } },
    },
  },
  {
    id: 'tet-cifar',
    title: 'TET, CIFAR',
    source: 'TET (ICLR 2022) for CIFAR10/100: lambda 0.05, Adam 0.01, 300 epochs; batch 128 from the code',
    settings: { ...paper({ name: 'tet', lambda: 0.05, phi: 1 }, { flip: true, roll: 0, crop: 4 }), learningRate: 0.01, batchSize: 128 },
  },
  {
    id: 'tit-tet-cifar',
    title: 'TIT with TET, CIFAR',
    source: 'TET (ICLR 2022), section 4.4: 300 epochs at T = 2, then 50 with more timesteps (here: all of the dataset’s) at 1e-4',
    settings: {
      ...paper({ name: 'tet', lambda: 0.05, phi: 1 }, { flip: true, roll: 0, crop: 4 }),
      stages: [{ timesteps: 2, epochs: 300, learningRate: 0.01 }],
      epochs: 50,
      learningRate: 1e-4,
      batchSize: 128,
    },
  },
  {
    id: 'tks',
    title: 'TKS',
    source: 'TKS (arXiv 2304.06540), the authors’ code: alpha 0.7, temperature 3, AdamW 5e-3, 5 epochs of warm-up, 600 epochs of batches of 128',
    settings: {
      ...paper({ name: 'tks', alpha: 0.7, temperature: 3 }, flipAndRoll),
      optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
      learningRate: 5e-3,
      warmupEpochs: 5,
      epochs: 600,
      batchSize: 128,
    },
  },
  {
    id: 'tmc-dvs-cifar10',
    title: 'TMC, DVS-CIFAR10',
    source: 'TMC (ICML 2025), the authors’ code for DVS-CIFAR10: Adam 1.5e-3, cosine, 300 epochs of batches of 20; flip and roll as TET',
    settings: { ...paper({ name: 'tmc' }, flipAndRoll), learningRate: 1.5e-3, batchSize: 20 },
  },
  {
    id: 'mps',
    title: 'MPS guidance',
    source:
      'MPS (ICLR 2025): the outputs of adjacent timesteps are brought together; gamma, temperature and the rest are chosen here. Its other half is a neuron: set "Smoothing" there',
    settings: paper({ name: 'mps', gamma: 1, temperature: 2 }, flipAndRoll),
  },
  {
    id: 'slt-cifar',
    title: 'SLT, CIFAR',
    source: 'SLT (AAAI 2024), the authors’ code: Adam 1e-3, cosine, 150 epochs of batches of 128, flip, crop and cutout',
    settings: slt({ name: 'slt' }),
  },
  {
    id: 'slt-tet-cifar',
    title: 'SLT-TET, CIFAR',
    source: 'SLT (AAAI 2024), the authors’ code with TET: lambda 0.05, means 1, else as SLT',
    settings: slt({ name: 'slt-tet', lambda: 0.05, phi: 1 }),
  },
  {
    id: 'tet-s-n-caltech101',
    title: 'TET-S, N-Caltech101',
    source: 'IMP+TET-S (NeurIPS 2024), the authors’ code: TET with lambda 0 and label smoothing 0.01, SGD 0.1, weight decay 5e-4, 200 epochs of batches of 16; NDA stands for their event augmentation',
    settings: {
      ...paper({ name: 'tet', lambda: 0, phi: 1, labelSmoothing: 0.01 }, { flip: true, roll: 0, nda: 15 }),
      optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 5e-4 },
      learningRate: 0.1,
      epochs: 200,
      batchSize: 16,
    },
  },
  {
    id: 'lts-imagenet100',
    title: 'LTS, ImageNet-100',
    source: 'IMP+LTS (NeurIPS 2024), the authors’ code for ImageNet-100: SGD 0.1, weight decay 1e-4, cosine, 200 epochs of batches of 64',
    settings: {
      ...paper({ name: 'lts' }, { flip: true, roll: 0, resizedCrop: true }),
      optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 1e-4 },
      learningRate: 0.1,
      epochs: 200,
    },
  },
  {
    id: 'nda-dvs-cifar10',
    title: 'SDT with NDA, DVS-CIFAR10',
    source: 'NDA (ECCV 2022), the authors’ code: Adam 1e-3 for batches of 256, weight decay 1e-4, cosine, 200 epochs; rotation and shear up to 30°',
    settings: nda(30),
  },
  {
    id: 'nda-n-caltech101',
    title: 'SDT with NDA, N-Caltech101',
    source: 'NDA (ECCV 2022), the authors’ code: rotation and shear up to 15°, roll up to 3 pixels, else as for DVS-CIFAR10',
    settings: nda(15),
  },
  {
    id: 'nda-cutmix-dvs-cifar10',
    title: 'SDT with NDA and CutMix, DVS-CIFAR10',
    source: 'NDA (ECCV 2022) with the CutMix of its paper (Yun et al., ICCV 2019), which its code keeps as a helper; else as NDA',
    settings: nda(30, { mix: true }),
  },
  {
    id: 'event-drop',
    title: 'SDT with EventDrop',
    source: 'EventDrop (IJCAI 2021): a stretch of time, an area, single events or nothing is dropped, with equal chance; optimizer and epochs of TRT’s Table S2',
    settings: paper({ name: 'sdt', criterion: 'cross-entropy' }, { flip: false, roll: 0, eventDrop: true }),
  },
  {
    id: 'sdt',
    title: 'SDT, baseline',
    source: "The baseline of TET and TRT (cross-entropy of the time-mean output), with the optimizer of TRT's Table S2",
    settings: paper({ name: 'sdt', criterion: 'cross-entropy' }, flipAndRoll),
  },
]
