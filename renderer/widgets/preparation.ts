import { presetOf } from '../../preload/contract/framing-presets.ts'
import type { Filter, Framing, Normalization } from '../../preload/contract/index.ts'
import { duration, plural } from '../app/format.ts'

/** How a dataset's or a model's input was made: of events, or of static pictures where there is a normalization. */
export interface Preparation {
  readonly framing: Framing
  readonly filters?: readonly Filter[] | undefined
  /** [height, width] behind the filters. */
  readonly sensor: readonly [number, number]
  readonly normalization?: Normalization | undefined
}

/** One filter with its settings: "crop to 64×48 at (10, 20)". */
export function filterWords(filter: Filter): string {
  switch (filter.type) {
    case 'background-activity':
      return `background activity (support within ${duration(filter.dt)})`
    case 'refractory':
      return `refractory period of ${duration(filter.period)}`
    case 'hot-pixels':
      return filter.pixels === null
        ? `hot pixels (above mean + ${filter.sigma} σ) silenced`
        : `${plural(filter.pixels.length, 'given pixel')} silenced`
    case 'polarity':
      return { on: 'only ON', off: 'only OFF', merge: 'both polarities as ON', swap: 'polarities exchanged' }[filter.keep]
    case 'crop':
      return `crop to ${filter.width}×${filter.height} at (${filter.x}, ${filter.y})${filter.moveOrigin ? '' : ', origin stays'}`
    case 'time-window':
      return `time from ${duration(filter.from)} to ${filter.to === null ? 'the end' : duration(filter.to)}`
    case 'downsample':
      return `${filter.factor}×${filter.factor} pixels joined${filter.merge > 0 ? `, events within ${duration(filter.merge)} merged` : ''}`
    case 'flip':
      return filter.axis === 'horizontal' ? 'mirrored left–right' : 'mirrored top–bottom'
    case 'rotate':
      return `turned by ${filter.degrees}° clockwise`
    case 'transpose':
      return 'x and y swapped'
  }
}

function splitWords({ timesteps, splitBy, blockUs = 100_000, remainder }: Framing): string {
  const split = { count: 'of equally many events', time: 'of equal time', duration: `of ${duration(blockUs)}` }[splitBy]
  const last = { count: 'the last takes what is left over', time: '', duration: 'later events left out' }[splitBy]
  const rest = remainder === 'drop' && splitBy !== 'duration' ? 'what is left over dropped' : last
  return `T = ${timesteps} frames ${split}${rest === '' ? '' : `, ${rest}`}`
}

function holdsWords({ representation = 'counts', tau = 50_000, normalize }: Framing): string {
  const holds = {
    counts: 'event counts per pixel and polarity',
    binary: 'binary: 1 where there was any event of the polarity',
    'time-surface': `time surface: exponential decay since the last event, τ ${duration(tau)}`,
    'voxel-grid': 'voxel grid: events spread bilinearly over two frames',
  }[representation]
  return normalize === 'max' ? `${holds}; each frame divided by its maximum` : holds
}

function sizeWords({ resize, resizing }: Framing, [height, width]: readonly [number, number], pictures: boolean): string {
  if (resize === null) return pictures ? `${width}×${height}, as the pictures are` : `${width}×${height}, the sensor’s`
  const size = `${resize[1]}×${resize[0]}`
  if (pictures)
    return resize[0] === height && resize[1] === width ? `${size}, as the pictures are` : `${size}, resized so that they fill the frame`
  return `${size}, from ${width}×${height}, antialiased bilinear${resizing === 'uint8' ? ' on 8-bit images' : ''}`
}

/** What was done to recordings before they were samples, as rows of names and words. */
export function preparationRows({ framing, filters = [], sensor, normalization }: Preparation): [string, string][] {
  const numbers = (values: readonly number[]) => values.map((value) => Number(value.toFixed(4))).join(', ')
  if (normalization !== undefined)
    return [
      ['Frames', `each picture is shown at all T = ${framing.timesteps} timesteps`],
      ['Size', sizeWords(framing, sensor, true)],
      ['Values', `(value − ${numbers(normalization.mean)}) / ${numbers(normalization.std)} per channel, from ${normalization.source}`],
    ]
  const preset = presetOf(framing, filters)
  return [
    ['Filters', filters.length === 0 ? 'none: all events' : filters.map((filter) => filterWords(filter)).join(' → ')],
    ...(preset === null ? [] : ([['Framing rule', preset.name]] as [string, string][])),
    ['Frames', splitWords(framing)],
    ['Frames hold', holdsWords(framing)],
    ['Frame size', sizeWords(framing, sensor, false)],
  ]
}
