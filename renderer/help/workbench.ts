/** Exports, live, recipes, watch folders, settings of the program. */
import type { ExportSettings, Settings } from '../../preload/contract/index.ts'
import { under, type Help } from './help.ts'

/** Every setting of an export, and what it is made of. */
const exported: Record<keyof ExportSettings | 'run' | 'checkpoint', Help> = {
  run: { title: 'Export: run', text: 'Whose weights are exported; it has finished an epoch.' },
  checkpoint: { title: 'Export: checkpoint', text: 'The best epoch, by validation or test as the run says, or the last.' },
  format: {
    title: 'Export: format',
    text: 'Which kind of file. Each is opened again and run beside the trained network before it is kept.',
  },
  spikeCounts: {
    title: 'Export: spike counts',
    text: 'Adds the number of spikes of every layer to the outputs: firing rates and energy on the device.',
  },
  image: {
    title: 'Export: one still picture',
    text: 'image [N, C, H, W] instead of T equal frames; the first layer’s convolution is computed once.',
  },
  batch: { title: 'Export: batch size', text: 'One fixed size, for accelerators; empty takes any.' },
  convolutions: {
    title: 'Export: convolutions',
    text: 'In Winograd’s tiles, 3x3 convolutions take fewer products: faster on processors, in a larger file. Sums are taken in another order, so that it is not the same as step to the last bit; it is proven on the test split as every file.',
  },
  maxLoss: {
    title: 'Export: largest loss of accuracy',
    text: 'A file of 8 bits that loses more percentage points on the test split is refused.',
  },
  int8Form: {
    title: 'Export: 8 bits as',
    text: 'Convolutions of spikes as products of integers, which ONNX Runtime computes fast on a processor, or as Conv behind DequantizeLinear, which compilers for accelerators look for. The numbers are the same.',
  },
  dialect: {
    title: 'Export: NIR for',
    text: 'Whose reading of NIR the file follows: where r stands, and whether pools are sums.',
    equation: 'τ du/dt = (v_leak − u) + r x',
  },
  simulationSeconds: {
    title: 'Export: NIR simulated again for',
    text: 'The file is read again and computed by NIR’s own rule, on as many test samples as this time allows: of large networks on the first ones only. The record says how many.',
  },
}

const live = {
  source: {
    title: 'Live: source',
    text: 'A recording as if it were happening now, recordings that come into a folder, or a TCP stream of events.',
  },
  path: { title: 'Live: recording', text: 'The recording that is played to the model in real time.' },
  speed: { title: 'Live: speed', text: '2 plays it twice as fast; what the network has no time for is dropped and counted.' },
  repeat: { title: 'Live: repeat', text: 'Begins again at its end, until it is stopped.' },
  folder: { title: 'Live: folder', text: 'Each recording that is written there is answered once it is whole.' },
  existing: { title: 'Live: what lies there', text: 'Also the recordings that lay there before, by name.' },
  port: { title: 'Live: port', text: 'Where one sender at a time connects; 0 takes any free one.' },
  windowMs: {
    title: 'Live: window',
    text: 'How long a stretch of events makes one answer; as long as the training samples where it is empty.',
  },
  hopMs: {
    title: 'Live: hop',
    text: 'From the beginning of a window to that of the next. Shorter than a window, windows overlap and answers come more often.',
  },
  perTimestep: {
    title: 'Live: timestep by timestep',
    text: 'Computes each timestep as it ends, where the model and its framing rule allow it: an early exit then answers before the window is over.',
  },
  exitAt: {
    title: 'Live: early exit',
    text: 'An answer counts as soon as its confidence is this high; the timesteps behind it are not computed.',
    equation: 'max softmax( 1/t Σ O(1..t) ) ≥ confidence',
  },
} as const satisfies Record<string, Help>

const compare = {
  models: { title: 'Compare: models', text: 'Two or more that tell the same classes apart; each is fed by its own filters and framing rule.' },
  on: { title: 'Compare: what on', text: 'All samples of a split, with tests of whether one is better; or one recording, timestep by timestep.' },
} as const satisfies Record<string, Help>

const setting: Record<keyof Settings | 'library', Help> = {
  theme: { title: 'Theme', text: 'Light, dark, or as the system is set.' },
  device: {
    title: 'Default device',
    text: 'What New run begins with; each run can be given another. Measured speeds stand on the page Devices.',
  },
  threads: {
    title: 'Threads',
    text: 'CPU threads of training, inference and decoding. Fewer leave room for other work; sums in another order may differ in the last digit.',
  },
  memoryBytes: {
    title: 'Memory for frames',
    text: 'A dataset whose frames are larger is read from the disk batch by batch instead of kept in memory.',
  },
  updates: { title: 'Updates', text: 'Folder on a web server where new versions are looked for at the start.' },
  library: {
    title: 'Library folder',
    text: 'Where recordings’ facts, datasets, runs and models lie. Another one is used from the next start on.',
  },
}

const recipe = {
  dataset: { title: 'Recipe: dataset', text: 'Your copy of the dataset the paper names; it is never guessed.' },
  confirmed: {
    title: 'Recipe: as the paper uses it',
    text: 'Your word that this is the named dataset: its published values stand beside yours then.',
  },
  scale: { title: 'Recipe: scale', text: 'As published, or scaled down for a CPU; what differs is listed where the number stands.' },
  repeats: { title: 'Recipe: runs of a cell', text: 'Seeds that each cell of the table is averaged over.' },
  epochs: { title: 'Recipe: epochs', text: 'How long each run trains where it is scaled down; the schedule spans them.' },
  device: { title: 'Recipe: device', text: 'Where all its runs are trained.' },
} as const satisfies Record<string, Help>

const watch = {
  folder: { title: 'Watch: folder', text: 'What appears in it is taken into the library once it is wholly written.' },
  label: { title: 'Watch: label', text: 'Where a recording’s class comes from: its subfolder, its file name, or nowhere.' },
  pattern: {
    title: 'Watch: pattern',
    text: 'A regular expression; the part in parentheses is the label.',
    equation: 'cifar10_(\\w+)_\\d+',
  },
  dataset: { title: 'Watch: feeds the dataset', text: 'New labelled recordings are added to it; what it has keeps its split.' },
} as const satisfies Record<string, Help>

export const workbenchHelp = {
  ...under('export.', exported),
  ...under('live.', live),
  ...under('compare.', compare),
  ...under('setting.', setting),
  ...under('recipe.', recipe),
  ...under('watch.', watch),
} as const
