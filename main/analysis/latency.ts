import { fillBatch } from '../datasets/batches.ts'
import { Random } from '../random.ts'
import { buildPrefixProgram } from '../snn/prefix-program.ts'
import { hostTensor } from '../training/state.ts'
import type { TimeResult } from './schema.ts'
import { goOn, type Subject } from './subject.ts'

/** Runs that are timed, behind one that is not. */
const repeats = 5

/**
 * How long an inference of one sample takes on the run's device: medians, in milliseconds. `first` is a network of one timestep;
 * `further` what each other one adds to it, (all - first) / (T - 1): computed in one go, so that a device that goes on step by step,
 * and so can stop early, is at best as fast.
 */
export async function latencyOf({ shape, dataset, indices, engine, config, variables, signal }: Subject): Promise<NonNullable<TimeResult['latency']>> {
  const [timesteps, ...frame] = shape.shape
  const frames = hostTensor([timesteps, 1, ...frame])
  const shorter = timesteps === dataset.shape[0] ? undefined : { merged: timesteps, timesteps }
  fillBatch(dataset, indices.subarray(0, 1), null, new Random(0), { frames: frames.data, onehot: new Float32Array(shape.classes) }, shorter)
  const measure = async (first: number): Promise<number> => {
    const program = await engine.load(buildPrefixProgram({ ...shape, batch: 1, timesteps: first }).onnx, { device: config.device })
    try {
      const feeds = { ...variables, frames: { shape: [first, 1, ...frame], data: frames.data.subarray(0, (frames.data.length / timesteps) * first) } }
      const fetches = { logits: hostTensor([first, 1, shape.classes]) }
      const times: number[] = []
      for (let i = 0; i <= repeats; i++) {
        goOn(signal)
        const started = performance.now()
        await program.run(feeds, fetches)
        if (i > 0) times.push(performance.now() - started)
      }
      return times.sort((a, b) => a - b)[Math.floor(repeats / 2)] ?? NaN
    } finally {
      await program.release()
    }
  }
  const all = await measure(timesteps)
  const first = timesteps === 1 ? all : await measure(1)
  return { device: config.device, first, further: timesteps === 1 ? 0 : Math.max(0, (all - first) / (timesteps - 1)), all }
}
