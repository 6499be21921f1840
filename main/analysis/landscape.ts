import { fillBatch } from '../datasets/batches.ts'
import type { HostTensor } from '../engines/engine.ts'
import { Random } from '../random.ts'
import { buildEvaluationProgram } from '../snn/evaluation-program.ts'
import type { VariableFeeds } from '../training/evaluate.ts'
import { crossEntropy, timeMean } from '../training/metrics.ts'
import { hostTensor } from '../training/state.ts'
import type { LandscapeResult } from './schema.ts'
import { goOn, type Subject } from './subject.ts'

/**
 * A random direction in the space of the weights, filter-normalized (Li et al. 2018, section 4): Gaussian, each filter (first
 * index) scaled to the norm of the weights' filter; biases and batch norm stay where they are. Seeded by name, so that runs of
 * the same network are looked at along the same directions.
 */
export function filterNormalized(weights: VariableFeeds, seed: number, which: 0 | 1): ReadonlyMap<string, Float32Array> {
  const directions = new Map<string, Float32Array>()
  for (const [name, { shape, data }] of Object.entries(weights)) {
    if (shape.length < 2) continue
    const random = new Random(seed, `landscape direction ${which} of ${name}`)
    const direction = Float32Array.from(data, () => random.normal())
    const size = data.length / (shape[0] ?? 1)
    for (let from = 0; from < data.length; from += size) {
      const scale = norm(data, from, from + size) / (norm(direction, from, from + size) + 1e-10)
      for (let i = from; i < from + size; i++) direction[i] = (direction[i] ?? 0) * scale
    }
    directions.set(name, direction)
  }
  return directions
}

/** Euclidean norm of values[from..to): a filter of a dense layer may have more values than a call can take arguments. */
function norm(values: Float32Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += values[i]! * values[i]!
  return Math.sqrt(sum)
}

/** Loss over a grid around the checkpoint (TRT figure 3, TET figure 2): w + a d1 + b d2, running statistics fixed. */
export async function landscape(subject: Subject): Promise<LandscapeResult> {
  const { shape, dataset, indices, options, engine, config, variables, signal, onProgress } = subject
  const [timesteps, ...frame] = shape.shape
  const { classes } = shape
  const { grid, span } = options
  // Spread over the split, whose rows are sorted by class.
  const count = Math.min(options.samples, indices.length)
  const rows = Int32Array.from({ length: count }, (_, i) => indices[Math.floor((i * indices.length) / count)] ?? -1)
  const batch = Math.min(config.batchSize, count)
  const program = buildEvaluationProgram({ ...shape, batch })
  const directions = [filterNormalized(variables, options.seed, 0), filterNormalized(variables, options.seed, 1)] as const
  const moved: Record<string, HostTensor> = Object.fromEntries(
    Object.entries(variables).map(([name, { shape: sizes, data }]) => [name, { shape: sizes, data: directions[0].has(name) ? new Float32Array(data) : data }]),
  )
  const batches = Array.from({ length: Math.ceil(count / batch) }, (_, i) => {
    const part = rows.subarray(i * batch, (i + 1) * batch)
    const frames = hostTensor([timesteps, batch, ...frame])
    fillBatch(dataset, part, null, new Random(0), { frames: frames.data, onehot: new Float32Array(batch * classes) })
    return { frames, labels: Array.from(part, (row) => dataset.labels[row] ?? -1) }
  })
  const logits = hostTensor([timesteps, batch, classes])
  const loaded = await engine.load(program.onnx, { device: config.device })
  const lossAt = async (a: number, b: number): Promise<number> => {
    for (const [name, first] of directions[0]) {
      const [from, to, second] = [variables[name]?.data, moved[name]?.data, directions[1].get(name)]
      if (!from || !to || !second) continue
      for (let i = 0; i < to.length; i++) to[i] = from[i]! + a * first[i]! + b * second[i]!
    }
    let sum = 0
    for (const { frames, labels } of batches) {
      goOn(signal)
      await loaded.run({ ...moved, frames }, { logits })
      labels.forEach((label, i) => (sum += lossOf(logits.data, { timesteps, batch, classes, sample: i, label, loss: options.loss })))
    }
    return sum / count
  }
  try {
    const axis = Array.from({ length: grid }, (_, i) => (span * (2 * i - (grid - 1))) / (grid - 1))
    const loss: number[][] = []
    for (const [j, b] of axis.entries()) {
      const row: number[] = []
      for (const [i, a] of axis.entries()) {
        row.push(await lossAt(a, b))
        onProgress?.((j * grid + i + 1) / (grid * grid + 9))
      }
      loss.push(row)
    }
    const centre = await lossAt(0, 0)
    const ring = Array.from({ length: 8 }, (_, k) => (k * Math.PI) / 4)
    let rise = 0
    for (const angle of ring) rise += ((await lossAt((span / 2) * Math.cos(angle), (span / 2) * Math.sin(angle))) - centre) / ring.length
    return { kind: 'landscape', options, samples: count, axis, loss, centre, rise }
  } finally {
    await loaded.release()
  }
}

interface Sample {
  readonly timesteps: number
  readonly batch: number
  readonly classes: number
  readonly sample: number
  readonly label: number
  readonly loss: 'sdt' | 'tet'
}

/** Cross-entropy of one sample: of the time-mean logits (SDT) or the mean over timesteps (TET, without its MSE term). */
function lossOf(logits: Float32Array, { timesteps, batch, classes, sample, label, loss }: Sample): number {
  if (loss === 'sdt') return crossEntropy(timeMean(logits, timesteps, batch, classes, sample, new Float64Array(classes)), label)
  let sum = 0
  for (let t = 0; t < timesteps; t++) {
    const at = (t * batch + sample) * classes
    sum += crossEntropy(Float64Array.from(logits.subarray(at, at + classes)), label)
  }
  return sum / timesteps
}
