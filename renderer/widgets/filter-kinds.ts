import type { Filter } from '../../preload/contract/index.ts'

type FilterType = Filter['type']

/** One setting of a filter as a control shows it. */
export interface FilterField {
  readonly key: string
  readonly label: string
  readonly unit?: string
  /** Whole numbers from `least` on; may be left empty where `empty` is set. Missing: one of `choices`. */
  readonly least?: number
  readonly empty?: boolean
  readonly choices?: readonly { readonly value: string | number | boolean; readonly label: string }[]
}

export interface FilterKind {
  readonly label: string
  readonly help: string
  readonly start: Filter
  readonly fields: readonly FilterField[]
}

const pixels = (key: string, label: string, least = 0): FilterField => ({ key, label, unit: 'px', least })

/** What the window offers for each type of filter, in the order of the menu. */
export const filterKinds: Record<FilterType, FilterKind> = {
  'background-activity': {
    label: 'Background activity',
    help: 'Keeps events that one of the 8 pixels around supports within dt.',
    start: { type: 'background-activity', dt: 5000 },
    fields: [{ key: 'dt', label: 'dt', unit: 'µs', least: 1 }],
  },
  refractory: {
    label: 'Refractory period',
    help: 'Drops events of a pixel that follow the last kept one too soon.',
    start: { type: 'refractory', period: 1000 },
    fields: [{ key: 'period', label: 'Period', unit: 'µs', least: 1 }],
  },
  'hot-pixels': {
    label: 'Hot pixels',
    help: 'Silences pixels with more events than the mean plus sigma standard deviations.',
    start: { type: 'hot-pixels', sigma: 5, pixels: null },
    fields: [{ key: 'sigma', label: 'Sigma', least: 1 }],
  },
  polarity: {
    label: 'Polarity',
    help: 'Only ON, only OFF, both as ON, or exchanged.',
    start: { type: 'polarity', keep: 'merge' },
    fields: [
      {
        key: 'keep',
        label: 'Keep',
        choices: [
          { value: 'merge', label: 'Both as ON' },
          { value: 'on', label: 'ON only' },
          { value: 'off', label: 'OFF only' },
          { value: 'swap', label: 'Exchanged' },
        ],
      },
    ],
  },
  crop: {
    label: 'Crop',
    help: 'A region of interest, from its upper left corner.',
    start: { type: 'crop', x: 0, y: 0, width: 64, height: 64, moveOrigin: true },
    fields: [
      pixels('x', 'x'),
      pixels('y', 'y'),
      pixels('width', 'Width', 1),
      pixels('height', 'Height', 1),
      {
        key: 'moveOrigin',
        label: 'Origin',
        choices: [
          { value: true, label: 'Moves to the region' },
          { value: false, label: 'Stays' },
        ],
      },
    ],
  },
  'time-window': {
    label: 'Time window',
    help: 'Events from … to …, from the recording’s first event on; an empty end is the recording’s.',
    start: { type: 'time-window', from: 0, to: 1_000_000 },
    fields: [
      { key: 'from', label: 'From', unit: 'µs', least: 0 },
      { key: 'to', label: 'To', unit: 'µs', least: 0, empty: true },
    ],
  },
  downsample: {
    label: 'Downsample',
    help: 'Joins factor × factor pixels; events of one new pixel within the merge time count once.',
    start: { type: 'downsample', factor: 2, merge: 0 },
    fields: [
      { key: 'factor', label: 'Factor', least: 2 },
      { key: 'merge', label: 'Merge within', unit: 'µs', least: 0 },
    ],
  },
  flip: {
    label: 'Flip',
    help: 'Mirrors left and right, or top and bottom.',
    start: { type: 'flip', axis: 'horizontal' },
    fields: [
      {
        key: 'axis',
        label: 'Axis',
        choices: [
          { value: 'horizontal', label: 'Left–right' },
          { value: 'vertical', label: 'Top–bottom' },
        ],
      },
    ],
  },
  rotate: {
    label: 'Rotate',
    help: 'Clockwise, as seen on the screen.',
    start: { type: 'rotate', degrees: 90 },
    fields: [{ key: 'degrees', label: 'By', choices: [90, 180, 270].map((value) => ({ value, label: `${value}°` })) }],
  },
  transpose: { label: 'Transpose', help: 'Swaps x and y.', start: { type: 'transpose' }, fields: [] },
}

/** A filter with one setting changed. */
export function changed(filter: Filter, key: string, value: string | number | boolean | null): Filter {
  return { ...filter, [key]: value }
}

/** The value of a setting. */
export function settingOf(filter: Filter, key: string): string | number | boolean | null {
  const value: unknown = Object.entries(filter).find(([name]) => name === key)?.[1]
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

/** Filters in a line: "background activity, crop". */
export function filtersText(filters: readonly Filter[]): string {
  return filters.map(({ type }) => filterKinds[type].label.toLowerCase()).join(', ') || 'none'
}

/** The filter at `index` moved by one place, up or down. */
export function moved(filters: readonly Filter[], index: number, by: -1 | 1): Filter[] {
  const next = [...filters]
  const [one] = next.splice(index, 1)
  if (one !== undefined) next.splice(Math.max(0, index + by), 0, one)
  return next
}
