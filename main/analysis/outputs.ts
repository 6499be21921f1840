import { fillBatch } from '../datasets/batches.ts'
import type { HostTensor } from '../engines/engine.ts'
import { Random } from '../random.ts'
import { buildDriveProgram, type DriveProgram, measures } from '../snn/drive-program.ts'
import { hostTensor } from '../training/state.ts'
import type { EnergyCounts } from './schemas/energy.ts'
import { goOn, type Subject } from './subject.ts'

/** What a network says of every sample of a split, and what its layers are driven by. */
export interface Outputs {
  /** O(t), [N, T, classes]. */
  readonly logits: Float32Array
  readonly labels: readonly number[]
  readonly counts: EnergyCounts
  /** [N, T], of each timestep, where a price was asked for. */
  readonly prices: Float64Array
}

/** What a timestep of one sample costs; `measured` gives what its layers' inputs were. */
export type Price = (t: number, measured: (output: string) => number) => number

export interface OutputsOptions {
  /** Fills a batch's frames [T, B, C, H, W] with samples; the dataset's where missing. */
  readonly fill?: (rows: Int32Array, frames: Float32Array) => void
  /** Made once the layers are known. */
  readonly price?: (counts: Omit<EnergyCounts, 'layers'> & Pick<DriveProgram, 'layers'>) => Price
}

/** Runs the split once, in evaluation mode. @throws where the signal is aborted */
export async function outputsOf({ shape, dataset, indices, config, engine, variables, signal, onProgress }: Subject, { fill, price }: OutputsOptions = {}): Promise<Outputs> {
  const [timesteps, ...frame] = shape.shape
  const { classes } = shape
  // Many timesteps take the memory of many samples.
  const batch = Math.max(1, Math.min(config.batchSize, indices.length, Math.floor((config.batchSize * Math.max(8, dataset.shape[0])) / timesteps)))
  const program = buildDriveProgram({ ...shape, batch })
  const frames = hostTensor([timesteps, batch, ...frame])
  const onehot = new Float32Array(batch * classes)
  const shorter = timesteps === dataset.shape[0] ? undefined : { merged: timesteps, timesteps }
  const filled = fill ?? ((rows: Int32Array, data: Float32Array): void => fillBatch(dataset, rows, null, new Random(0), { frames: data, onehot }, shorter))
  const fetches: Record<string, HostTensor> = { logits: hostTensor([timesteps, batch, classes]) }
  const names = program.layers.flatMap(({ name }) => measures.map((measure) => `${measure}/${name}`))
  for (const name of names) fetches[name] = hostTensor([timesteps, batch])
  const sums = new Map(names.map((name) => [name, new Float64Array(timesteps)]))
  const logits = new Float32Array(indices.length * timesteps * classes)
  const network = { neuronLayers: program.neuronLayers.map(({ name, neurons }) => ({ name, neurons })), still: shape.still === true, leaks: shape.network.neuron.tau !== 1 || shape.network.neuron.learnTau !== undefined }
  const cost = price?.({ ...network, layers: program.layers })
  const prices = new Float64Array(cost ? indices.length * timesteps : 0)
  const loaded = await engine.load(program.onnx, { device: config.device })
  try {
    for (let from = 0; from < indices.length; from += batch) {
      goOn(signal)
      // The last batch may be padded with empty frames, which count nowhere.
      const rows = indices.subarray(from, from + batch)
      filled(rows, frames.data)
      await loaded.run({ ...variables, frames }, fetches)
      const found = fetches['logits']?.data ?? new Float32Array()
      rows.forEach((_, i) => {
        for (let t = 0; t < timesteps; t++) {
          const at = t * batch + i
          logits.set(found.subarray(at * classes, (at + 1) * classes), ((from + i) * timesteps + t) * classes)
          for (const [name, sum] of sums) sum[t] = (sum[t] ?? 0) + (fetches[name]?.data[at] ?? NaN)
          if (cost) prices[(from + i) * timesteps + t] = cost(t, (name) => fetches[name]?.data[at] ?? NaN)
        }
      })
      onProgress?.(Math.min(1, (from + batch) / indices.length))
    }
  } finally {
    await loaded.release()
  }
  const over = (name: string): number[] => Array.from(sums.get(name) ?? [], (sum) => sum / indices.length)
  const layers = program.layers.map((layer) => ({
    ...layer, mean: over(`mean/${layer.name}`), active: over(`active/${layer.name}`), reach: over(`reach/${layer.name}`), activeReach: over(`activeReach/${layer.name}`),
  }))
  return { logits, labels: Array.from(indices, (index) => dataset.labels[index] ?? -1), counts: { ...network, layers }, prices }
}
