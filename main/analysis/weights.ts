import { initialVariables } from '../snn/initial.ts'
import { networkInfo } from '../snn/network.ts'
import { decayFactors, type PenaltySettings } from '../snn/ops/penalty.ts'
import { methodSchema } from '../snn/schema.ts'
import type { TrainingConfig } from '../training/schema.ts'
import type { WeightsResult } from './schema.ts'
import type { Subject } from './subject.ts'

type Moment = WeightsResult['histograms'][number]['initial']

/** Bins of a histogram: fewer where there are few values. */
const binsOf = (values: number): number => Math.max(12, Math.min(48, Math.round(Math.sqrt(values))))
/** |w| of the decay factor's surface: evenly spread. */
const magnitudes = Array.from({ length: 41 }, (_, i) => i / 40)

/** q_t(|w|) = 1/(1 + (|w| + epsilon)(e^(delta t) - 1)) for every t, numbered from `first`: [t][|w|]. (TRT eq. 13) */
export function decaySurface(settings: Pick<PenaltySettings, 'delta' | 'epsilon' | 'timesteps'>, first: 0 | 1, of: readonly number[] = magnitudes): { t: number[]; factor: number[][] } {
  const factors = decayFactors({ lambda: 0, ...settings, first })
  return { t: factors.map((_, t) => t + first), factor: factors.map((k) => of.map((magnitude) => 1 / (1 + k * (magnitude + settings.epsilon)))) }
}

/** r(t) of one parameter, t by t: sum over its elements of lambda w² q_t(|w|). In TRT's loss stands the mean over t. */
export function contributionOf(values: ArrayLike<number>, settings: PenaltySettings): number[] {
  const factors = decayFactors(settings)
  const sums = new Float64Array(factors.length)
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i] ?? NaN)
    factors.forEach((k, t) => (sums[t] = (sums[t] ?? 0) + magnitude ** 2 / (1 + k * (magnitude + settings.epsilon))))
  }
  return Array.from(sums, (sum) => settings.lambda * sum)
}

/** @param edges ascending, one more than bins; values beyond them count in the outermost bins */
export function momentOf(values: ArrayLike<number>, edges: readonly number[], nearZero: number): Moment {
  const [low = 0, high = 0] = [edges[0], edges.at(-1)]
  const counts = new Array<number>(edges.length - 1).fill(0)
  let [sum, squares, near] = [0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN
    const bin = Math.min(counts.length - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * counts.length)))
    counts[bin] = (counts[bin] ?? 0) + 1
    sum += value
    squares += value ** 2
    if (Math.abs(value) < nearZero) near++
  }
  const mean = sum / values.length
  return { counts, nearZero: near / values.length, mean, deviation: Math.sqrt(Math.max(0, squares / values.length - mean ** 2)), norm: Math.sqrt(squares) }
}

/** Bins around the bulk of both: what is further out than 1 in 1000 stands in the outermost bins. Weights' bins are symmetric. */
function edgesOf(role: 'weight' | 'gain', ...moments: readonly ArrayLike<number>[]): number[] {
  const sorted = moments.map((values) => Float64Array.from(values).sort())
  const at = (share: number): number[] => sorted.map((values) => values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0)
  let [low, high] = [Math.min(...at(0.0005)), Math.max(...at(0.9995))]
  if (role === 'weight') [low, high] = [Math.min(low, -high), Math.max(high, -low)]
  if (!(high > low)) [low, high] = [low - 0.5, high + 0.5]
  const bins = binsOf(moments[0]?.length ?? 0)
  return Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins)
}

/** r(t) of a run: its own, or of other methods what TRT's would be with the usual settings. */
function regularizationOf({ method, switch: later }: TrainingConfig, timesteps: number): WeightsResult['regularization'] {
  const own = later?.method.name === 'trt' ? later.method : method
  const trt = own.name === 'trt' ? own : methodSchema.parse({ name: 'trt' })
  if (trt.name !== 'trt') throw new Error('TRT has settings')
  return { trained: own.name === 'trt', lambda: trt.lambda, delta: trt.delta, epsilon: trt.epsilon, timesteps, first: trt.firstTimestep }
}

/** TRT's temporal regularization as a surface and as what it adds to the loss, and the weights before and after training. */
export function weights({ shape, config, variables, options, onProgress }: Subject): Promise<WeightsResult> {
  const [timesteps] = shape.shape
  const regularization = regularizationOf(config, timesteps)
  const info = networkInfo(shape)
  const initial = initialVariables(info, config.seed)
  const covered = info.variables.flatMap(({ name, role }) => (role === 'weight' || role === 'gain' ? [{ name, role, before: initial.get(name) ?? [], after: variables[name]?.data ?? [] }] : []))
  const histograms = covered.map(({ name, role, before, after }, i) => {
    const edges = edgesOf(role, before, after)
    onProgress?.((i + 1) / covered.length)
    return { name, role, edges, initial: momentOf(before, edges, options.nearZero), trained: momentOf(after, edges, options.nearZero) }
  })
  return Promise.resolve({
    kind: 'weights', options, regularization, seed: config.seed, histograms,
    decay: { magnitudes, code: decaySurface(regularization, 0), paper: decaySurface(regularization, 1) },
    contributions: covered.map(({ name, role, after }) => ({ name, role, elements: after.length, perTimestep: contributionOf(after, regularization) })),
  })
}
