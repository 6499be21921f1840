import { epochOrder, fillBatch } from '../datasets/batches.ts'
import type { HostTensor } from '../engines/engine.ts'
import { Random } from '../random.ts'
import { buildMembraneGradientProgram } from '../snn/gradient-program.ts'
import { type MethodSettings, methodSchema } from '../snn/schema.ts'
import { hostTensor } from '../training/state.ts'
import type { GradientsResult } from './schema.ts'
import { goOn, type Subject } from './subject.ts'

/** The run's own loss beside the two that everything is compared with. */
function lossesOf(own: MethodSettings): Record<'own' | 'sdt' | 'tet', MethodSettings> {
  return { own, sdt: methodSchema.parse({ name: 'sdt' }), tet: methodSchema.parse({ name: 'tet' }) }
}

/** Sum and sum of squares at every timestep. */
class Moments {
  readonly #sums: Float64Array
  readonly #squares: Float64Array
  #count = 0

  constructor(timesteps: number) {
    this.#sums = new Float64Array(timesteps)
    this.#squares = new Float64Array(timesteps)
  }

  add(values: readonly number[]): void {
    this.#count++
    values.forEach((value, t) => {
      this.#sums[t] = (this.#sums[t] ?? 0) + value
      this.#squares[t] = (this.#squares[t] ?? 0) + value ** 2
    })
  }

  get means(): number[] {
    return Array.from(this.#sums, (sum) => sum / this.#count)
  }

  get deviations(): number[] {
    return this.means.map((mean, t) => Math.sqrt(Math.max(0, (this.#squares[t] ?? NaN) / this.#count - mean ** 2)))
  }
}

/**
 * What turns the gradient with respect to a layer's currents into that with respect to its potentials: 1, but PLIF's neurons take
 * x/tau in, 1/tau = sigmoid(w).
 */
function currentShare({ config, variables }: Subject, layer: string): number {
  const w = config.network.neuron.learnTau === 'plif' ? variables[`${layer}.neuron.leak`]?.data[0] : undefined
  return w === undefined ? 1 : 1 / (1 + Math.exp(-w))
}

function notesOf({ config: { method, network } }: Subject): string[] {
  const notes = [
    'The gradient of each sample\'s own loss, batch norm with its running statistics; terms on the weights alone (r(t), L2) depend on no potential and are left out.',
    'dL/du(t) = dL/dx(t), because u(t) = v(t-1)/tau + x(t): the potential before the threshold, and the current that goes into it.',
  ]
  if (method.name === 'tmc') notes.push('TMC\'s loss is of a batch as a whole: its samples\' gradients are not independent.')
  if (method.name === 'tks') notes.push('TKS weighs its terms as at the end of training.')
  if (network.sharing) notes.push('Layers or channels share membranes: a layer\'s potentials are those at its own turn.')
  return notes
}

/**
 * How much of the loss gradient reaches the potentials of each timestep, layer by layer (the temporal gradient vanishing that TRT is to
 * mitigate): mean over seeded batches of ||dL/du(t)||, for the run's own loss, SDT and TET.
 */
export async function gradients(subject: Subject): Promise<GradientsResult> {
  const { shape, dataset, indices, options, engine, config, variables, signal, onProgress } = subject
  const [timesteps, ...frame] = shape.shape
  const batch = Math.min(options.batchSize, indices.length)
  const count = Math.min(options.batches, Math.floor(indices.length / batch))
  const losses = lossesOf(config.method)
  const program = buildMembraneGradientProgram({ ...shape, batch, losses })
  const { layers } = program
  const order = epochOrder(indices.length, options.seed, 0)
  const frames = hostTensor([timesteps, batch, ...frame])
  const onehot = hostTensor([batch, shape.classes])
  const elapsed: Record<string, HostTensor> = program.inputs.some(({ name }) => name === 'elapsed') ? { elapsed: { shape: [1], data: Float32Array.of(1) } } : {}
  const fetches = Object.fromEntries(program.outputs.map(({ name }) => [name, hostTensor([timesteps, batch])]))
  const shares = new Map(layers.map((layer) => [layer, currentShare(subject, layer)]))
  const names = ['own', 'sdt', 'tet'] as const
  const found = names.map((name) => ({ name, whole: new Moments(timesteps), layers: layers.map((layer) => ({ layer, moments: new Moments(timesteps) })) }))
  const loaded = await engine.load(program.onnx, { device: config.device })
  try {
    for (let i = 0; i < count; i++) {
      goOn(signal)
      const rows = Int32Array.from(order.subarray(i * batch, (i + 1) * batch), (at) => indices[at] ?? -1)
      fillBatch(dataset, rows, null, new Random(0), { frames: frames.data, onehot: onehot.data })
      await loaded.run({ ...variables, ...elapsed, frames, onehot }, fetches)
      for (let b = 0; b < batch; b++) {
        for (const { name, whole, layers: of } of found) {
          const total = new Float64Array(timesteps)
          for (const { layer, moments } of of) {
            const squares = Array.from(total, (_, t) => (fetches[`square/${name}/${layer}`]?.data[t * batch + b] ?? NaN) / (shares.get(layer) ?? 1) ** 2)
            squares.forEach((square, t) => (total[t] = (total[t] ?? 0) + square))
            moments.add(squares.map(Math.sqrt))
          }
          whole.add(Array.from(total, Math.sqrt))
        }
      }
      onProgress?.((i + 1) / count)
    }
  } finally {
    await loaded.release()
  }
  return {
    kind: 'gradients', options, samples: count * batch, batches: count, timesteps, method: config.method.name, notes: notesOf(subject),
    losses: found.map(({ name, whole, layers: of }) => ({
      name, norms: whole.means, layers: of.map(({ layer, moments }) => ({ name: layer, norms: moments.means, deviations: moments.deviations })),
    })),
  }
}
