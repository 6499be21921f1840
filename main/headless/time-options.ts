import { UsageError } from '../workbench/api.ts'
import { choice, number } from './command.ts'

const string = { type: 'string' } as const

/** Flags of the analyses of time, energy and weights. */
export const timeFlags = {
  timesteps: string, scale: string, 'first-layer': string, pooled: string, sums: string, 'output-layer': string, neurons: string,
  'batch-norm': string, synapses: string, 'pj-add': string, 'pj-mac': string, 'near-zero': string,
} as const

export const timeUsage = `  --timesteps N           time, energy: so many timesteps, of pictures also more than were trained
  --scale T,T,...         scaling: at which numbers of timesteps, 1 to 100 (default 1,2,3,4,5,6,7,8)
  --first-layer every|once  --output-layer every|once|none  energy: how often they are counted (default every)
  --pooled spikes|several|mac  --sums several|mac  energy: inputs behind average pooling (default spikes) and SEW-ADD (several)
  --neurons none|counted  --batch-norm folded|counted  --synapses formula|exact  energy: the first of each by default
  --pj-add X  --pj-mac X  energy: picojoules of an addition and of a multiply-accumulate (default 0.9, 4.6: 45 nm)
  --near-zero X           weights: magnitude below which a weight counts as near zero (default 0.01)`

/** What the flags say, in the words of the analyses' options. @throws UsageError naming the flag */
export function timeOptions(values: { readonly [Name in keyof typeof timeFlags]?: string | undefined }) {
  const scale = values.scale?.split(',').map((text) => number(text.trim(), 'scale') ?? NaN)
  if (scale?.some((timesteps) => !Number.isInteger(timesteps) || timesteps < 1 || timesteps > 100))
    throw new UsageError(`--scale must be whole numbers from 1 to 100, separated by commas, not "${values.scale ?? ''}".`)
  return {
    timesteps: number(values.timesteps, 'timesteps'),
    scale,
    nearZero: number(values['near-zero'], 'near-zero'),
    conventions: {
      firstLayer: choice(values['first-layer'], 'first-layer', ['every', 'once'], 'every'),
      pooled: choice(values.pooled, 'pooled', ['spikes', 'several', 'mac'], 'spikes'),
      sums: choice(values.sums, 'sums', ['several', 'mac'], 'several'),
      outputLayer: choice(values['output-layer'], 'output-layer', ['every', 'once', 'none'], 'every'),
      neurons: choice(values.neurons, 'neurons', ['none', 'counted'], 'none'),
      batchNorm: choice(values['batch-norm'], 'batch-norm', ['folded', 'counted'], 'folded'),
      synapses: choice(values.synapses, 'synapses', ['formula', 'exact'], 'formula'),
      addition: number(values['pj-add'], 'pj-add'),
      multiplication: number(values['pj-mac'], 'pj-mac'),
    },
  }
}
