import { fillBatch } from '../datasets/batches.ts'
import type { HostTensor } from '../engines/engine.ts'
import { Random } from '../random.ts'
import { buildFiringProgram } from '../snn/firing-program.ts'
import { hostTensor } from '../training/state.ts'
import { spread } from './rows.ts'
import type { FiringResult } from './schema.ts'
import type { FiringLayer } from './schemas/firing.ts'
import { goOn, type Subject } from './subject.ts'

/** Bins of the histograms of neurons over their rates: 0.02 wide. */
export const rateBins = 50

/** Spikes of one neuron layer, gathered batch by batch. */
export class LayerCount {
  readonly name: string
  readonly #spikes: Float64Array
  readonly #timesteps: Float64Array
  readonly #classes: Float64Array

  constructor(name: string, neurons: number, timesteps: number, classes: number) {
    this.name = name
    this.#spikes = new Float64Array(neurons)
    this.#timesteps = new Float64Array(timesteps)
    this.#classes = new Float64Array(classes)
  }

  /**
   * @param rates [T·batch] mean spikes per neuron, time major @param spikes [neurons] sums over time and the samples that count
   * @param labels of the samples that count, which come first in the batch
   */
  add(rates: Float32Array, spikes: Float32Array, batch: number, labels: readonly number[]): void {
    for (let i = 0; i < this.#spikes.length; i++) this.#spikes[i] = (this.#spikes[i] ?? 0) + (spikes[i] ?? NaN)
    for (let t = 0; t < this.#timesteps.length; t++) {
      labels.forEach((label, b) => {
        const rate = rates[t * batch + b] ?? NaN
        this.#timesteps[t] = (this.#timesteps[t] ?? 0) + rate
        this.#classes[label] = (this.#classes[label] ?? 0) + rate
      })
    }
  }

  /** @param samples of each class @param saturatedAt least mean rate of a saturated neuron */
  result(samples: readonly number[], saturatedAt: number): FiringLayer {
    const [neurons, timesteps] = [this.#spikes.length, this.#timesteps.length]
    const all = samples.reduce((sum, n) => sum + n, 0)
    const histogram = new Array<number>(rateBins).fill(0)
    let [total, silent, saturated] = [0, 0, 0]
    for (const spikes of this.#spikes) {
      const rate = spikes / (all * timesteps)
      const bin = Math.min(rateBins - 1, Math.floor(rate * rateBins))
      histogram[bin] = (histogram[bin] ?? 0) + 1
      total += spikes
      if (spikes === 0) silent++
      if (rate >= saturatedAt) saturated++
    }
    return {
      name: this.name, neurons, histogram, silent, saturated,
      rate: total / (neurons * all * timesteps),
      perTimestep: Array.from(this.#timesteps, (sum) => sum / all),
      perClass: samples.map((n, c) => (n === 0 ? null : (this.#classes[c] ?? NaN) / (n * timesteps))),
    }
  }
}

/** Average spike firing rates (ASFR) of a checkpoint: how often its neurons spike, per layer, timestep and class. */
export async function firing({ shape, dataset, indices, config, engine, variables, options, signal, onProgress }: Subject): Promise<FiringResult> {
  const [timesteps, ...frame] = shape.shape
  const rows = spread(indices, options.ofSplit)
  const batch = Math.min(config.batchSize, rows.length)
  const program = buildFiringProgram({ ...shape, batch })
  const frames = hostTensor([timesteps, batch, ...frame])
  const counted = hostTensor([1, timesteps * batch])
  const onehot = new Float32Array(batch * shape.classes)
  const { neuronLayers } = program.info
  const fetches: Record<string, HostTensor> = {}
  for (const { name, neurons } of neuronLayers) {
    fetches[`rate/${name}`] = hostTensor([timesteps * batch])
    fetches[`spikes/${name}`] = hostTensor([1, neurons])
  }
  const layers = neuronLayers.map(({ name, neurons }) => new LayerCount(name, neurons, timesteps, shape.classes))
  const samples = new Array<number>(shape.classes).fill(0)
  const loaded = await engine.load(program.onnx, { device: config.device })
  try {
    for (let from = 0; from < rows.length; from += batch) {
      goOn(signal)
      const some = rows.subarray(from, from + batch)
      const labels = Array.from(some, (row) => dataset.labels[row] ?? -1)
      for (const label of labels) samples[label] = (samples[label] ?? 0) + 1
      for (let i = 0; i < counted.data.length; i++) counted.data[i] = i % batch < some.length ? 1 : 0
      fillBatch(dataset, some, null, new Random(0), { frames: frames.data, onehot }, timesteps === dataset.shape[0] ? undefined : { merged: timesteps, timesteps })
      await loaded.run({ ...variables, frames, counted }, fetches)
      const empty = new Float32Array()
      for (const layer of layers) layer.add(fetches[`rate/${layer.name}`]?.data ?? empty, fetches[`spikes/${layer.name}`]?.data ?? empty, batch, labels)
      onProgress?.(Math.min(1, (from + batch) / rows.length))
    }
  } finally {
    await loaded.release()
  }
  const found = layers.map((layer) => layer.result(samples, options.saturatedAt))
  const neurons = found.reduce((sum, layer) => sum + layer.neurons, 0)
  return {
    kind: 'firing', options, timesteps, samples: rows.length, classes: dataset.manifest.classes, layers: found,
    rate: found.reduce((sum, layer) => sum + layer.rate * layer.neurons, 0) / neurons,
  }
}
