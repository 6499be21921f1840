import { fillBatch } from '../datasets/batches.ts'
import type { HostTensor } from '../engines/engine.ts'
import { Random } from '../random.ts'
import { buildDriveProgram } from '../snn/drive-program.ts'
import { hostTensor } from '../training/state.ts'
import { goOn, type Subject } from './subject.ts'

/** What a network says of every sample of a split, and what its layers are driven by. */
export interface Outputs {
  /** O(t), [N, T, classes]. */
  readonly logits: Float32Array
  readonly labels: readonly number[]
  /** Every layer with weights: mean of its input over samples, time and elements; multiply-accumulates per timestep. */
  readonly layers: readonly { readonly name: string; readonly macs: number; readonly drive: number }[]
}

/** Runs the split once, in evaluation mode. @throws where the signal is aborted */
export async function outputsOf({ shape, dataset, indices, config, engine, variables, signal, onProgress }: Subject): Promise<Outputs> {
  const [timesteps, ...frame] = shape.shape
  const { classes } = shape
  const batch = Math.min(config.batchSize, indices.length)
  const program = buildDriveProgram({ ...shape, batch })
  const frames = hostTensor([timesteps, batch, ...frame])
  const onehot = new Float32Array(batch * classes)
  const fetches: Record<string, HostTensor> = { logits: hostTensor([timesteps, batch, classes]) }
  for (const { name } of program.layers) fetches[`drive/${name}`] = hostTensor([batch])
  const logits = new Float32Array(indices.length * timesteps * classes)
  const sums = new Map(program.layers.map(({ name }) => [name, 0]))
  const loaded = await engine.load(program.onnx, { device: config.device })
  try {
    for (let from = 0; from < indices.length; from += batch) {
      goOn(signal)
      // The last batch may be padded with empty frames, which count nowhere.
      const rows = indices.subarray(from, from + batch)
      fillBatch(dataset, rows, null, new Random(0), { frames: frames.data, onehot }, timesteps === dataset.shape[0] ? undefined : { merged: timesteps, timesteps })
      await loaded.run({ ...variables, frames }, fetches)
      const found = fetches['logits']?.data ?? new Float32Array()
      rows.forEach((_, i) => {
        for (let t = 0; t < timesteps; t++) {
          const at = (t * batch + i) * classes
          logits.set(found.subarray(at, at + classes), ((from + i) * timesteps + t) * classes)
        }
        for (const { name } of program.layers) sums.set(name, (sums.get(name) ?? 0) + (fetches[`drive/${name}`]?.data[i] ?? NaN))
      })
      onProgress?.(Math.min(1, (from + batch) / indices.length))
    }
  } finally {
    await loaded.release()
  }
  return {
    logits,
    labels: Array.from(indices, (index) => dataset.labels[index] ?? -1),
    layers: program.layers.map(({ name, macs }) => ({ name, macs, drive: (sums.get(name) ?? NaN) / indices.length })),
  }
}
