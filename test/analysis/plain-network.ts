import type { HostTensor } from '../../main/engines/engine.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import type { NetworkInfo } from '../../main/snn/program.ts'
import type { NetworkDescription } from '../../main/snn/schema.ts'
import { size, spread } from '../snn/run.ts'

export interface TinyWeights {
  readonly frames: HostTensor
  readonly weights: ReadonlyMap<string, Float32Array>
  readonly variables: Record<string, HostTensor>
}

/** Inputs for a tiny network: batch norm's statistics as after training, and frames in which neurons spike often, rarely and never. @param sizes [T, B, C, H, W] */
export function tinyWeights(info: NetworkInfo, sizes: readonly number[]): TinyWeights {
  const weights = initialVariables(info, 5)
  for (const { name, role } of info.variables) {
    const values = weights.get(name)
    values?.forEach((_, i) => {
      if (role === 'mean') values[i] = 0.3 * spread(i)
      if (role === 'variance') values[i] = 0.4 + 0.3 * spread(i + 3)
      if (role === 'gain') values[i] = 1 + 0.4 * spread(i + 9)
      if (role === 'shift') values[i] = 0.2 + 0.4 * spread(i + 17)
    })
  }
  const frames = { shape: sizes, data: Float32Array.from({ length: size(sizes) }, (_, i) => Math.max(0, 3 * spread(i))) }
  return { frames, weights, variables: Object.fromEntries(info.variables.map(({ name, shape }) => [name, { shape, data: weights.get(name) ?? new Float32Array() }])) }
}

type Plane = (channel: number, y: number, x: number) => number

/**
 * Spikes [t][b][neuron] of every layer of a chain of 3x3 convolutions (stride 1, padding 1) with average pooling and neurons with a hard
 * reset to 0, in evaluation mode, by plain loops in float64: shares no code with the graph.
 */
export function plainSpikes(frames: HostTensor, weights: ReadonlyMap<string, Float32Array>, { layers, neuron }: NetworkDescription): Record<string, number[][][]> {
  const [timesteps = 0, batch = 0, channels = 0, high = 0, wide = 0] = frames.shape
  const result: Record<string, number[][][]> = {}
  let [c, h, w] = [channels, high, wide]
  let input: (t: number, b: number) => Plane = (t, b) => (k, y, x) => frames.data[(((t * batch + b) * channels + k) * high + y) * wide + x] ?? NaN
  layers.forEach((layer, l) => {
    if (layer.type !== 'conv') throw new Error('the plain network knows convolutions only')
    const of = (part: string, i: number): number => weights.get(`conv${l + 1}.${part}`)?.[i] ?? NaN
    const [ci, hi, wi, before] = [c, h, w, input]
    const spikes = Array.from({ length: timesteps }, () => Array.from({ length: batch }, () => new Array<number>(layer.out * hi * wi).fill(0)))
    for (let b = 0; b < batch; b++)
      for (let o = 0; o < layer.out; o++)
        for (let y = 0; y < hi; y++)
          for (let x = 0; x < wi; x++) {
            let potential = 0
            for (let t = 0; t < timesteps; t++) {
              let sum = 0
              for (let k = 0; k < ci; k++)
                for (let dy = -1; dy <= 1; dy++)
                  for (let dx = -1; dx <= 1; dx++)
                    if (y + dy >= 0 && y + dy < hi && x + dx >= 0 && x + dx < wi) sum += of('weight', ((o * ci + k) * 3 + dy + 1) * 3 + dx + 1) * before(t, b)(k, y + dy, x + dx)
              const normalized = (of('norm.gain', o) * (sum - of('norm.mean', o))) / Math.sqrt(of('norm.variance', o) + 1e-5) + of('norm.shift', o)
              potential = potential / neuron.tau + normalized
              const fires = potential > neuron.threshold
              if (fires) potential = 0
              const row = spikes[t]?.[b]
              if (row) row[(o * hi + y) * wi + x] = Number(fires)
            }
          }
    result[`conv${l + 1}`] = spikes
    const by = layer.pool?.size ?? 1
    ;[c, h, w] = [layer.out, hi / by, wi / by]
    input = (t, b) => (k, y, x) => {
      let sum = 0
      for (let dy = 0; dy < by; dy++) for (let dx = 0; dx < by; dx++) sum += spikes[t]?.[b]?.[(k * hi + y * by + dy) * wi + x * by + dx] ?? NaN
      return sum / (by * by)
    }
  })
  return result
}
