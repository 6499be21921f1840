import type { Engine, HostTensor, LoadOptions } from '../../main/engines/engine.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { chain } from '../../main/snn/models/chain.ts'
import { drawShape, fillDraws } from '../../main/snn/ops/zeroth-order.ts'
import { networkSchema } from '../../main/snn/schema.ts'
import { buildTrainingProgram } from '../../main/snn/training-program.ts'

const [timesteps, batch, classes, side] = [3, 4, 3, 8]
const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** A network with every kind of layer that the papers use: convolution, tdBN, neurons, pooling, a residual block, linear. */
const made = (changes: object) =>
  networkSchema.parse({
    name: 'numeric suite',
    neuron: {},
    layers: [...chain('4C3-AP2-6C3'), { type: 'residual', form: 'spiking', out: 8, strides: [2, 1], globalPool: true }],
    ...changes,
  })

/** What the suite trains: the network of the papers, then one for each further neuron and norm. */
export const variants = {
  'tdBN, LIF': made({}),
  'neurons of which all is learned': made({ neuron: { learnTau: 'leak', learnThreshold: true, threshold: 0.6, learnInitial: true, smoothing: true } }),
  'PLIF, sigmoid spikes': made({ neuron: { learnTau: 'plif', sigmoidSpike: 4, reset: 'soft' } }),
  'tdBN with its scale': made({ norm: 'tdbn', neuron: { threshold: 0.8 } }),
  'TEBN, LocalZO’s draws': made({ norm: 'tebn', neuron: { surrogate: 'localzo', alpha: 0.5 } }),
  TAB: made({ norm: 'tab' }),
  'shared membranes': made({ sharing: 'layers-channels' }),
} as const
export type Variant = keyof typeof variants
/** SwiftShader takes 20 to 60 s for each; every operation is compared there by itself (test/graph/ops.test.ts). */
export const onSoftwareVulkan: readonly Variant[] = ['tdBN, LIF']
export const variantNames = Object.keys(variants) as Variant[]

/** Losses of twenty steps of TRT with Adam: the same network, seed and data wherever they are taken. */
export async function twentySteps(engine: Engine, device: LoadOptions['device'], variant: Variant): Promise<number[]> {
  const network = variants[variant]
  const program = buildTrainingProgram({
    network, classes, shape: [timesteps, 2, side, side], batch,
    method: { name: 'trt', eta: 0.05, lambda: 1e-4, delta: 0.5, epsilon: 1e-5, firstTimestep: 0 },
    optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  })
  const weights = initialVariables(program.info, 11)
  const scalar = (value: number): HostTensor => ({ shape: [1], data: Float32Array.of(value) })
  const zeros = (shape: readonly number[]): HostTensor => ({ shape, data: new Float32Array(size(shape)) })
  let state = Object.fromEntries(program.state.map(({ name, shape }): [string, HostTensor] => [name, { shape, data: weights.get(name) ?? new Float32Array(size(shape)) }]))
  const frames = zeros([timesteps, batch, 2, side, side])
  const onehot = zeros([batch, classes])
  const loaded = await engine.load(program.onnx, { device, threads: 1 })
  const losses: number[] = []
  for (let k = 1; k <= 20; k++) {
    // Counts of events, as imported recordings have them; every class has pixels of its own.
    for (let b = 0; b < batch; b++) {
      const label = (b + k) % classes
      onehot.data.fill(0, b * classes, (b + 1) * classes)
      onehot.data[b * classes + label] = 1
      for (let t = 0; t < timesteps; t++) {
        for (let i = 0; i < 2 * side * side; i++) {
          const drawn = (i * 7919 + t * 31 + b * 101 + k * 17) % 11
          frames.data[(t * batch + b) * 2 * side * side + i] = drawn < (i % classes === label ? 6 : 2) ? 1 + (drawn % 2) : 0
        }
      }
    }
    const next = Object.fromEntries(program.state.map(({ name, shape }) => [`next/${name}`, zeros(shape)]))
    const loss = zeros([1])
    const drawn = { draws: zeros(drawShape), places: zeros([batch]) }
    if (network.neuron.surrogate === 'localzo') fillDraws(11, `step ${k}`, drawn.draws.data, drawn.places.data)
    await loaded.run(
      { ...state, ...(network.neuron.surrogate === 'localzo' && drawn), frames, onehot, learningRate: scalar(2e-3), correction1: scalar(1 - 0.9 ** k), correction2: scalar(1 - 0.999 ** k) },
      { ...next, loss },
    )
    losses.push(loss.data[0] ?? NaN)
    state = Object.fromEntries(program.state.map(({ name }) => [name, next[`next/${name}`] as HostTensor]))
  }
  await loaded.release()
  return losses
}
