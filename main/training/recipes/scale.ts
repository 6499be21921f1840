import { small } from '../../snn/models/small.ts'
import { totalEpochs } from '../stages.ts'
import type { Figure, RecipeAnalysis, RecipeSettings } from './recipe.ts'

export const cpuBatch = 32
/** Epochs of a run that is scaled down, at least, and the steps that they should make. */
const [fewest, most, steps] = [8, 100, 600]

/** Epochs of a run that is scaled down: few, but enough steps to learn something where there are few samples. @param train samples per class */
export function enoughEpochs(train: readonly number[]): number {
  const samples = train.reduce((sum, count) => sum + count, 0)
  return Math.min(most, Math.max(fewest, Math.ceil(steps / Math.max(1, Math.ceil(samples / cpuBatch)))))
}

/** A cell's settings for a processor: the network Small with the cell's neurons, few epochs with all that goes by epochs in proportion. */
export function forCpu(settings: RecipeSettings, epochs: number): RecipeSettings {
  const { network, stages, switch: changed, keepEvery, step, warmupEpochs } = settings
  const { norm, sharing, neuron } = network
  const share = Math.min(1, epochs / totalEpochs(settings))
  const fewer = (count: number): number => Math.max(1, Math.round(count * share))
  const own = fewer(settings.epochs)
  return {
    ...settings,
    network: { ...small.network, neuron, ...(norm && { norm }), ...(sharing && { sharing }) },
    epochs: own,
    batchSize: Math.min(settings.batchSize, cpuBatch),
    ...(stages && { stages: stages.map((stage) => ({ ...stage, epochs: fewer(stage.epochs) })) }),
    ...(changed && own > 1 && { switch: { ...changed, afterEpoch: Math.min(own - 1, fewer(changed.afterEpoch)) } }),
    ...(keepEvery && { keepEvery: fewer(keepEvery) }),
    ...(step && { step: { ...step, epochs: fewer(step.epochs) } }),
    ...(warmupEpochs && { warmupEpochs: Math.round(warmupEpochs * share) }),
  }
}

const layers = small.network.layers.filter(({ type }) => type === 'conv').length

/** Numbers of layers that the network Small has not are left out. */
export function figuresForCpu(figures: readonly Figure[]): Figure[] {
  return figures.filter(({ quantity }) => quantity.of !== 'firing-rate' || (quantity.layer ?? 1) <= layers)
}

/** An analysis in a tenth of its work. @param stills whether it is of static pictures, which can be shown longer than was trained */
export function analysisForCpu({ kind, options: { timesteps, ...options } }: RecipeAnalysis, stills: boolean): RecipeAnalysis {
  const most = { grid: 13, batches: 10 }
  const fewer = Object.entries(most).flatMap(([name, value]) => (typeof options[name] === 'number' ? [[name, Math.min(value, options[name])]] : []))
  return { kind, options: { ...options, ...(stills && timesteps !== undefined && { timesteps }), ...(Object.fromEntries(fewer) as Record<string, number>) } }
}
