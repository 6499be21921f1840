import { epochOrder, fillBatch } from '../datasets/batches.ts'
import type { HostTensor } from '../engines/engine.ts'
import { Random } from '../random.ts'
import { buildEvaluationProgram } from '../snn/evaluation-program.ts'
import { buildFisherProgram } from '../snn/fisher-program.ts'
import type { VariableFeeds } from '../training/evaluate.ts'
import { softmax } from '../training/metrics.ts'
import { hostTensor } from '../training/state.ts'
import type { FisherResult } from './schema.ts'
import { goOn, type Subject } from './subject.ts'

/** sum of t I_t / sum of I_t, t from 1 (TRT; Kim et al., AAAI 2023, eq. 5). NaN where every trace is 0. */
export function informationCentroid(trace: readonly number[]): number {
  const total = trace.reduce((sum, value) => sum + value, 0)
  return trace.reduce((sum, value, i) => sum + (i + 1) * value, 0) / total
}

/**
 * Trace of the Fisher information of the first t outputs, for every t, and the information centroid.
 * published: the authors' code, squared norm of the gradient of the batch-mean negative log-likelihood with the true labels,
 * averaged over batches (they divide by 100 after 101 batches: our figures are theirs times 100/101 over as many).
 * exact: one sample at a time, labels drawn from softmax of the mean of the first t outputs.
 * The same batches for every t, from the split in seeded order, without augmentation.
 *
 * Cost: pass t is unrolled over t timesteps only, so all T traces take (T + 1)/2 full passes instead of T (5.5 of 10). One forward pass
 * for all t would not pay on this graph: layers work on all timesteps folded into one batch, so each of the T backward passes would
 * go over all T timesteps, 1 + 2T units of work (forward 1, backward 2) against 1.5(T + 1). Nor do the gradients add up from t to t:
 * the error of the mean's softmax, which they start from, changes with every t.
 */
export async function fisher(subject: Subject): Promise<FisherResult> {
  const { traces, batches } = await fisherTraces(subject, [subject.variables])
  const trace = traces[0] ?? []
  const [timesteps] = subject.shape.shape
  return {
    kind: 'fisher',
    options: subject.options,
    trace,
    centroid: informationCentroid(trace),
    batches,
    // Drawing labels takes one more forward pass, about a third of a whole one.
    passes: { full: timesteps * batches, taken: ((timesteps + 1) / 2 + (subject.options.estimator === 'exact' ? 1 / 3 : 0)) * batches },
  }
}

/** Traces [set][t] of several sets of weights on the same batches. */
export async function fisherTraces(subject: Subject, sets: readonly VariableFeeds[]): Promise<{ traces: number[][]; batches: number }> {
  const { shape, dataset, indices, options, engine, config } = subject
  const [timesteps, ...frame] = shape.shape
  const exact = options.estimator === 'exact'
  const batch = exact ? 1 : Math.min(options.batchSize, indices.length)
  const order = epochOrder(indices.length, options.seed, 0)
  const count = Math.min(options.batches, Math.floor(indices.length / batch))
  const batches = Array.from({ length: count }, (_, i) => Int32Array.from(order.subarray(i * batch, (i + 1) * batch), (at) => indices[at] ?? -1))
  const frames = hostTensor([timesteps, batch, ...frame])
  const onehot = hostTensor([batch, shape.classes])
  const fill = (rows: Int32Array): void => fillBatch(dataset, rows, null, new Random(0), { frames: frames.data, onehot: onehot.data })
  const drawn = exact ? await drawnForAll(subject, sets, batches, fill, frames) : null

  const traces: number[][] = sets.map(() => [])
  for (let t = 1; t <= timesteps; t++) {
    const program = buildFisherProgram({ ...shape, batch, timesteps: t })
    const loaded = await engine.load(program.onnx, { device: config.device })
    try {
      const first: HostTensor = { shape: [t, batch, ...frame], data: frames.data.subarray(0, (frames.data.length / timesteps) * t) }
      const value = hostTensor([1])
      for (const [s, variables] of sets.entries()) {
        let sum = 0
        for (const [i, rows] of batches.entries()) {
          goOn(subject.signal)
          fill(rows)
          const label = drawn?.[s]?.[i]?.[t - 1]
          if (label !== undefined) onehot.data.forEach((_, c, data) => (data[c] = c === label ? 1 : 0))
          await loaded.run({ ...variables, frames: first, onehot }, { trace: value })
          sum += value.data[0] ?? NaN
          // Pass t costs t of the T(T+1)/2 timesteps.
          subject.onProgress?.((t * (t - 1) + (2 * t * (s * count + i + 1)) / (sets.length * count)) / (timesteps * (timesteps + 1)))
        }
        traces[s]?.push(sum / count)
      }
    } finally {
      await loaded.release()
    }
  }
  return { traces, batches: count }
}

/** Labels [set][batch][t - 1] for several sets of weights. */
async function drawnForAll(
  subject: Subject, sets: readonly VariableFeeds[], batches: readonly Int32Array[], fill: (rows: Int32Array) => void, frames: HostTensor,
): Promise<number[][][]> {
  const drawn: number[][][] = []
  for (const variables of sets) drawn.push(await drawnLabels({ ...subject, variables }, batches, fill, frames))
  return drawn
}

/** For each batch of one sample and each t a label drawn from softmax of the mean of the first t outputs. */
async function drawnLabels(
  { shape, engine, config, variables, options }: Subject, batches: readonly Int32Array[], fill: (rows: Int32Array) => void, frames: HostTensor,
): Promise<number[][]> {
  const [timesteps] = shape.shape
  const program = buildEvaluationProgram({ ...shape, batch: 1 })
  const loaded = await engine.load(program.onnx, { device: config.device })
  const random = new Random(options.seed, 'Fisher labels')
  try {
    const logits = hostTensor([timesteps, 1, shape.classes])
    const drawn: number[][] = []
    for (const rows of batches) {
      fill(rows)
      await loaded.run({ ...variables, frames }, { logits })
      const sums = new Float64Array(shape.classes)
      drawn.push(
        Array.from({ length: timesteps }, (_, t) => {
          sums.forEach((sum, c) => (sums[c] = sum + (logits.data[t * shape.classes + c] ?? NaN)))
          const shares = softmax(sums.map((sum) => sum / (t + 1)))
          let rest = random.uniform()
          const found = shares.findIndex((share) => (rest -= share) < 0)
          return found === -1 ? shape.classes - 1 : found
        }),
      )
    }
    return drawn
  } finally {
    await loaded.release()
  }
}
