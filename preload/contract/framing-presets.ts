import type { Framing } from '../../main/datasets/schema.ts'
import type { Filter } from '../../main/events/schema.ts'

/** A framing rule, and the filters it needs, that reproduce what a paper's code or a library does. */
export interface FramingPreset {
  readonly name: string
  /** What it reproduces, and where it differs from what one would expect. */
  readonly about: string
  readonly framing: Framing
  readonly filters: readonly Filter[]
}

const plain: Framing = { timesteps: 10, splitBy: 'count', normalize: 'none', resize: null }

/** Plain data, for the window and the command line alike. */
export const framingPresets: readonly FramingPreset[] = [
  {
    name: 'TRT code',
    about:
      'As the TRT authors’ code frames DVS-CIFAR10: blocks of N div T events, the remainder dropped; a frame is 1 where there was any event; both polarities in channel 1; x before y, with y upwards; resized as 8-bit images.',
    framing: { ...plain, remainder: 'drop', representation: 'binary', resize: [48, 48], resizing: 'uint8' },
    filters: [
      { type: 'flip', axis: 'vertical' },
      { type: 'transpose' },
      { type: 'polarity', keep: 'merge' },
    ],
  },
  {
    name: 'TET',
    about:
      'As TET means to frame DVS-CIFAR10: blocks of N div T events, the remainder dropped; counts of both polarities, each frame divided by its maximum; each channel resized for itself as 8-bit image (the published code mixes the channels).',
    framing: { ...plain, remainder: 'drop', normalize: 'max', resize: [48, 48], resizing: 'uint8' },
    filters: [],
  },
  {
    name: 'SpikingJelly by number',
    about: 'Counts in blocks of N div T events, the last block takes the remainder; the sensor’s size.',
    framing: plain,
    filters: [],
  },
  {
    name: 'SpikingJelly by time',
    about:
      'Counts in blocks of (last - first) div T µs, the last block takes the remainder; the sensor’s size. A block without events is an empty frame, where SpikingJelly stops with an error.',
    framing: { ...plain, splitBy: 'time' },
    filters: [],
  },
  {
    name: 'fixed duration',
    about: 'Counts in T blocks of a fixed duration from the first event on; later events are left out, shorter recordings end with empty frames.',
    framing: { ...plain, splitBy: 'duration', blockUs: 100_000 },
    filters: [],
  },
]

/** The preset that a framing rule with these filters is; null where it is none. T, the size and a block's duration may differ. */
export function presetOf(framing: Framing, filters: readonly Filter[]): FramingPreset | null {
  const rule = ({ splitBy, normalize, remainder = 'last', representation = 'counts', resizing = 'float32' }: Framing, chain: readonly Filter[]) =>
    JSON.stringify([splitBy, normalize, remainder, representation, resizing, chain])
  return framingPresets.find((preset) => rule(preset.framing, preset.filters) === rule(framing, filters)) ?? null
}
