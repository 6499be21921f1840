import type { Framing } from '../../datasets/schema.ts'
import type { Filter } from '../../events/schema.ts'

export const paperDatasetIds = ['cifar10', 'cifar100', 'imagenet100', 'imagenet', 'dvs-cifar10', 'dvs-cifar10-tet', 'n-caltech101'] as const
export type PaperDatasetId = (typeof paperDatasetIds)[number]

/** A dataset as the papers use it: what to get, how to import it, and how to know it again. */
export interface PaperDataset {
  readonly id: PaperDatasetId
  readonly title: string
  readonly kind: 'events' | 'images'
  readonly classes: number
  /** All or some of its classes' names, in lower case without other signs, where they tell it from others. */
  readonly names: readonly string[]
  /** Channels, height and width of a frame as it is trained on. */
  readonly frame: readonly [number, number, number]
  /** Samples in the training and test splits, as published. */
  readonly samples: readonly [number, number]
  /** Which raw files, and where they are published. */
  readonly files: string
  /** Name of its framing, in words. */
  readonly framingName: string
  readonly framing: Omit<Framing, 'timesteps'>
  readonly filters: readonly Filter[]
  /** Share kept for testing, where the files are not published in parts. */
  readonly testShare: number
  readonly notes: readonly string[]
}

const pictures = { splitBy: 'time', normalize: 'none' } as const
const ten = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']
const drawn = 'The papers test on a fixed tenth of every class; here a tenth of every class is drawn with the import’s seed.'

const dvsCifar10 = {
  title: 'DVS-CIFAR10',
  kind: 'events',
  classes: 10,
  names: ten,
  frame: [2, 48, 48],
  samples: [9000, 1000],
  files: 'CIFAR10-DVS: ten folders (airplane … truck) of 1,000 .aedat files each (figshare, Li et al. 2017). Unpack all ten archives into one folder.',
  testShare: 0.1,
} as const satisfies Partial<PaperDataset>

const imageNet = {
  kind: 'images',
  names: [],
  frame: [3, 224, 224],
  framingName: '224×224, each shown T times',
  framing: { ...pictures, resize: [224, 224] },
  filters: [],
  testShare: 0.1,
  notes: ['The papers cut a random part out of the picture in its full size; here it is cut out of a picture resized to 224×224 at import.'],
} as const satisfies Partial<PaperDataset>

export const paperDatasets: Readonly<Record<PaperDatasetId, PaperDataset>> = {
  cifar10: {
    id: 'cifar10',
    title: 'CIFAR-10',
    kind: 'images',
    classes: 10,
    names: ten,
    frame: [3, 32, 32],
    samples: [50_000, 10_000],
    files: 'CIFAR-10: cifar-10-binary.tar.gz, the binary version (cs.toronto.edu/~kriz/cifar.html). Unpack it and choose its folder.',
    framingName: 'pictures as they are, each shown T times',
    framing: { ...pictures, resize: null },
    filters: [],
    testShare: 0.1,
    notes: [],
  },
  cifar100: {
    id: 'cifar100',
    title: 'CIFAR-100',
    kind: 'images',
    classes: 100,
    names: [],
    frame: [3, 32, 32],
    samples: [50_000, 10_000],
    files: 'CIFAR-100: cifar-100-binary.tar.gz, the binary version (cs.toronto.edu/~kriz/cifar.html). Unpack it and choose its folder.',
    framingName: 'pictures as they are, each shown T times',
    framing: { ...pictures, resize: null },
    filters: [],
    testShare: 0.1,
    notes: [],
  },
  imagenet100: {
    ...imageNet,
    id: 'imagenet100',
    title: 'ImageNet-100',
    classes: 100,
    samples: [130_000, 5000],
    files: 'ImageNet-100: the 100 classes of imagenet100.txt out of ILSVRC 2012, with its train and val folders (image-net.org, after registration).',
  },
  imagenet: {
    ...imageNet,
    id: 'imagenet',
    title: 'ImageNet',
    classes: 1000,
    samples: [1_281_167, 50_000],
    files: 'ILSVRC 2012: its train and val folders with one subfolder per class (image-net.org, after registration).',
  },
  'dvs-cifar10': {
    ...dvsCifar10,
    id: 'dvs-cifar10',
    framingName: 'TRT code, 48×48',
    framing: { splitBy: 'count', normalize: 'none', remainder: 'drop', representation: 'binary', resize: [48, 48], resizing: 'uint8' },
    filters: [{ type: 'flip', axis: 'vertical' }, { type: 'transpose' }, { type: 'polarity', keep: 'merge' }],
    notes: [drawn],
  },
  'dvs-cifar10-tet': {
    ...dvsCifar10,
    id: 'dvs-cifar10-tet',
    framingName: 'TET, 48×48',
    framing: { splitBy: 'count', normalize: 'max', remainder: 'drop', resize: [48, 48], resizing: 'uint8' },
    filters: [],
    notes: [drawn, 'TET’s text frames by time, its code by event count: the code is followed.'],
  },
  'n-caltech101': {
    id: 'n-caltech101',
    title: 'N-Caltech101',
    kind: 'events',
    classes: 101,
    names: ['accordion', 'airplanes', 'yinyang'],
    frame: [2, 48, 48],
    samples: [7839, 870],
    files: 'N-Caltech101: Caltech101.zip, 101 folders of .bin files (garrickorchard.com/datasets/n-caltech101). Leave BACKGROUND_Google out.',
    framingName: 'SpikingJelly by number, 48×48',
    framing: { splitBy: 'count', normalize: 'none', resize: [48, 48] },
    filters: [],
    testShare: 0.1,
    notes: [drawn],
  },
}

/** The framing that a recipe's dataset is imported with. */
export const framingOf = ({ framing }: Pick<PaperDataset, 'framing'>, timesteps: number): Framing => ({ ...framing, timesteps })
