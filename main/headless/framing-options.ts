import { framingPresets } from '../../preload/contract/framing-presets.ts'
import type { Filter, Framing } from '../../preload/contract/index.ts'
import { UsageError } from '../workbench/api.ts'
import { choice, number } from './command.ts'
import { filterUsage, parseFilters } from './filter-option.ts'

/** The command line's options for framing rule and filters. */
export const framingOptions = {
  preset: { type: 'string' },
  timesteps: { type: 'string' },
  'split-by': { type: 'string' },
  block: { type: 'string' },
  representation: { type: 'string' },
  tau: { type: 'string' },
  normalize: { type: 'string' },
  resize: { type: 'string' },
  filter: { type: 'string', multiple: true },
} as const

export const framingUsage = `  --preset NAME          ${framingPresets.map(({ name }) => `"${name}"`).join(', ')}:
                         framing and filters as there; options beside it change single settings
  --timesteps T          frames per recording (default 10); of pictures, how often each is shown (default 4)
  --split-by time|count|duration
                         blocks of equal duration, of equal event count (default), or of --block µs
  --block US             duration of a block (default 100000)
  --representation counts|binary|time-surface|voxel-grid
                         what a frame holds (default counts)
  --tau US               decay of time surfaces (default 50000)
  --normalize none|max   divide each frame by its largest value (default none)
  --resize HxW|none      antialiased bilinear resize (default 48x48;
                         pictures of one size keep it, others become 224x224)
${filterUsage}`

type Values = { [K in Exclude<keyof typeof framingOptions, 'filter'>]?: string | undefined } & { filter?: string[] | undefined }

/**
 * The framing rule and filters that the options ask for; the preset's own filters come behind those of the command line.
 * @param usual what there is without options
 * @throws UsageError naming the option
 */
export function readFraming(values: Values, usual: Pick<Framing, 'timesteps' | 'resize'>): { framing: Framing; filters: Filter[] } {
  const preset = values.preset === undefined ? undefined : framingPresets.find(({ name }) => name.toLowerCase() === values.preset?.toLowerCase())
  if (values.preset !== undefined && preset === undefined)
    throw new UsageError(`--preset must be one of ${framingPresets.map(({ name }) => `"${name}"`).join(', ')}, not "${values.preset}".`)
  const base: Framing = preset?.framing ?? { timesteps: usual.timesteps, splitBy: 'count', normalize: 'none', resize: usual.resize }
  const blockUs = number(values.block, 'block') ?? base.blockUs
  const tau = number(values.tau, 'tau') ?? base.tau
  const representation = choice(values.representation, 'representation', ['counts', 'binary', 'time-surface', 'voxel-grid'], base.representation ?? 'counts')
  const framing: Framing = {
    ...base,
    timesteps: number(values.timesteps, 'timesteps') ?? base.timesteps,
    splitBy: choice(values['split-by'], 'split-by', ['time', 'count', 'duration'], base.splitBy),
    normalize: choice(values.normalize, 'normalize', ['none', 'max'], base.normalize),
    resize: size(values.resize, base.resize),
    ...(blockUs !== undefined && { blockUs }),
    ...(tau !== undefined && { tau }),
    ...(representation !== 'counts' && { representation }),
  }
  if (representation === 'counts') delete framing.representation
  return { framing, filters: [...parseFilters(values.filter), ...(preset?.filters ?? [])] }
}

/** "48x64" is [48, 64]; "none" keeps the sensor's size. */
function size(text: string | undefined, usual: [number, number] | null): [number, number] | null {
  if (text === undefined) return usual
  if (text === 'none') return null
  const [, height, width] = /^(\d+)x(\d+)$/.exec(text) ?? []
  if (height === undefined || width === undefined) throw new UsageError(`--resize must be HEIGHTxWIDTH (e.g. 48x48) or none, not "${text}".`)
  return [Number(height), Number(width)]
}
