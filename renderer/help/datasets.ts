/** Importing a folder: framing, filters, split. */
import type { Filter, Framing } from '../../preload/contract/index.ts'
import { filterKinds } from '../widgets/filter-kinds.ts'
import { under, type Help } from './help.ts'

type Framed = Exclude<keyof Framing, 'remainder' | 'resizing'>

const framing: Record<Framed | 'preset', Help> = {
  preset: { title: 'Framing: preset', text: 'Framing as papers’ code and libraries do it; what you change afterwards is your own.' },
  timesteps: { title: 'Timesteps T', text: 'The number of frames, one for each timestep of the network; a picture is repeated so often.' },
  splitBy: { title: 'Split by', text: 'Blocks of equal event count, of equal parts of the recording’s time, or of a fixed duration.' },
  blockUs: { title: 'Block', text: 'Duration of a frame where blocks have a fixed one, in microseconds.' },
  representation: {
    title: 'Frames hold',
    text: 'Event counts; 1 for any event; exponential decay since a pixel’s last event; or events spread bilinearly in time.',
    equation: 'time surface: e^(−(t − t_last)/τ)',
  },
  tau: { title: 'Decay τ', text: 'How long a pixel of a time surface stays bright: to 1/e after τ.', equation: 'e^(−(t − t_last)/τ)' },
  normalize: { title: 'Values', text: 'Values as they are, or each frame divided by its largest value.' },
  resize: {
    title: 'Frame size',
    text: 'Antialiased bilinear resize; smaller frames train faster. Without it frames keep the sensor’s size.',
  },
}

const dataset = {
  folder: {
    title: 'Folder to import',
    text: 'One subfolder per class, a folder with a labels.csv, or CIFAR and MNIST as they are published.',
  },
  name: { title: 'Name of the dataset', text: 'What lists and runs call it.' },
  testShare: { title: 'Kept for testing', text: 'Share of every class that is never trained on, drawn by the seed.' },
  seed: { title: 'Seed of the split', text: 'The same seed keeps the same recordings for testing.' },
} as const satisfies Record<string, Help>

const filters = Object.fromEntries(
  Object.entries(filterKinds).map(([type, { label, help }]) => [type, { title: `Filter: ${label.toLowerCase()}`, text: help }]),
) as Record<Filter['type'], Help>

const foreign = {
  feeds: {
    title: 'What it is fed with',
    text: 'Whether a classifier of another origin takes frames of recordings or pictures; its file does not say.',
  },
  name: { title: 'Name in the library', text: 'What the imported model is called here; its file stays as it is.' },
  mean: { title: 'Mean of each channel', text: 'Taken off the pictures’ values in 0..1 before they go in.', equation: '(x − mean)/std' },
  std: {
    title: 'Standard deviation of each channel',
    text: 'What pictures are divided by after the mean is taken off.',
    equation: '(x − mean)/std',
  },
  labels: { title: 'Class names', text: 'In the order of the model’s output, one a line; without them classes are numbered.' },
} as const satisfies Record<string, Help>

export const datasetHelp = {
  ...under('framing.', framing),
  ...under('dataset.', dataset),
  ...under('filter.', filters),
  ...under('foreign.', foreign),
} as const
