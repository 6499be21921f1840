import { compareMistakes } from '../../analysis/disagreement.ts'
import { openDataset, type Dataset } from '../../datasets/dataset.ts'
import type { Engine } from '../../engines/engine.ts'
import { networkInfo } from '../../snn/network.ts'
import { argmax, softmax } from '../../training/metrics.ts'
import { quantile } from '../bench/measure.ts'
import { networkIn } from '../model-graphs.ts'
import { readModelFile, type ModelFile } from '../model-file.ts'
import { openModel } from '../open-model.ts'
import { wilson } from '../package/card.ts'
import type { ModelRunner } from '../runner.ts'
import { CompareError, orderOf } from './classes.ts'
import { feedOf } from './feed.ts'
import type { ComparedOn, ComparedPair, DatasetComparison, ModelOnDataset } from './schema.ts'

/** A model to be compared: its file and what it is called. */
export interface Candidate {
  readonly id: string
  readonly title: string
  readonly path: string
}

export interface CompareContext {
  readonly engine: Engine
  readonly signal?: AbortSignal | undefined
  /** Samples done, of all models together. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** Samples that are run at once, and those that are run one at a time to see how long one takes. */
const [batchSize, timedSamples] = [8, 15]

/** What one model says of all samples. */
interface Told {
  readonly model: ModelOnDataset
  /** [samples, classes] means over time, in the comparison's order. */
  readonly logits: Float32Array
}

/**
 * Runs models one after the other on the same samples of a dataset. Each gets frames by its own rule.
 * @param folder of the dataset
 * @throws CompareError, ModelFileError, DatasetError, EngineError; also where the signal is aborted
 */
export async function compareOnDataset(candidates: readonly Candidate[], folder: string, split: Extract<ComparedOn, { kind: 'dataset' }>['split'], context: CompareContext): Promise<DatasetComparison> {
  const dataset = openDataset(folder)
  try {
    const { manifest } = dataset
    const rows = split === 'all' ? Int32Array.from(manifest.samples.keys()) : dataset[split]
    if (rows.length === 0) throw new CompareError(`Dataset "${manifest.name}" has no sample in its ${split} split.`)
    const files = candidates.map((candidate) => ({ candidate, file: readModelFile(candidate.path) }))
    // What can't be compared is told before anything is computed.
    const ready = files.map(({ candidate, file }) => ({ candidate, file, order: orderOf(candidate.title, file.metadata, manifest.classes), feed: feedOf(candidate.title, file, dataset, rows, () => context.signal?.throwIfAborted()) }))
    const told: Told[] = []
    const times = await timed(ready, rows.subarray(0, timedSamples), context)
    for (const [i, one] of ready.entries())
      told.push(await onOne({ ...one, times: times[i] ?? [] }, dataset, rows, { ...context, onProgress: (done) => context.onProgress?.(i * rows.length + done, ready.length * rows.length) }))
    const labels = [...rows].map((row) => dataset.labels[row] ?? -1)
    return {
      kind: 'dataset', created: new Date().toISOString(), classes: manifest.classes, rows: [...rows], labels,
      dataset: { id: manifest.id, name: manifest.name, hash: manifest.hash, split },
      models: told.map(({ model }) => model),
      pairs: told.flatMap((first, i) => told.slice(i + 1).map((second, k) => pairOf([i, i + 1 + k], first, second, [...rows], labels))),
    }
  } finally {
    dataset.close()
  }
}

interface Ready {
  readonly candidate: Candidate
  readonly file: ModelFile
  readonly order: ReturnType<typeof orderOf>
  readonly feed: ReturnType<typeof feedOf>
}

async function onOne({ candidate, file, order, feed, times }: Ready & { readonly times: readonly number[] }, dataset: Dataset, rows: Int32Array, { engine, signal, onProgress }: CompareContext): Promise<Told> {
  const { metadata } = file
  const { shape, format = 'window', foreign, batch = batchSize } = metadata
  const classes = order.places.length
  const size = sizeOf(file)
  const runner = await openModel(engine, file)
  const [logits, right] = [new Float32Array(rows.length * classes), new Float64Array(shape[0])]
  const [predicted, confidence]: [number[], number[]] = [[], []]
  const counts = new Map<string, number>()
  try {
    for (let from = 0; from < rows.length; from += batch) {
      signal?.throwIfAborted()
      const here = rows.subarray(from, from + batch)
      const frames = new Float32Array(here.length * size)
      here.forEach((row, i) => feed.fill(row, frames, i * size))
      const answer = await runner.run(frames, here.length)
      here.forEach((row, i) => {
        const over = overTime(answer.perTimestep.subarray(i * shape[0] * classes, (i + 1) * shape[0] * classes), order.places)
        over.forEach((mean, t) => (right[t] = (right[t] ?? 0) + Number(argmax(mean, 0, classes) === dataset.labels[row])))
        const mean = order.places.map((place) => answer.logits[i * classes + place] ?? NaN)
        if (mean.some((value) => !Number.isFinite(value))) throw new CompareError(`${candidate.title} gives values that are no numbers for ${dataset.manifest.samples[row]?.file ?? `sample ${row}`}.`)
        logits.set(mean, (from + i) * classes)
        const best = argmax(logits, (from + i) * classes, classes)
        predicted.push(best)
        confidence.push(softmax(mean)[best] ?? NaN)
      })
      for (const [layer, values] of answer.counts ?? []) counts.set(layer, values.reduce((sum, n) => sum + n, counts.get(layer) ?? 0))
      onProgress?.(from + here.length, rows.length)
    }
    const accuracy = predicted.filter((said, i) => said === dataset.labels[rows[i] ?? -1]).length / rows.length
    const rates = ratesOf(file, counts, rows.length)
    const model: ModelOnDataset = {
      id: candidate.id, title: candidate.title, format, foreign: foreign !== undefined, bytes: file.onnx.length, shape: [...shape], notes: [...order.notes],
      predicted, confidence, accuracy, interval: [...wilson(accuracy, rows.length)],
      accuracyOverTime: foreign?.layout === 'NTCHW' ? [accuracy] : [...right].map((n) => n / rows.length),
      latencyMs: { p50: quantile(times, 0.5), p95: quantile(times, 0.95) },
      frames: feed.frames, rates, ratesFrom: rates && 'measured', trainedOn: trainedOn(file, dataset.manifest.hash),
    }
    return { model, logits }
  } finally {
    await runner.release()
  }
}

/**
 * ms of single samples for each model, ascending. The models take turns, so that whatever else the machine does meets all of them; a
 * first run of each is not counted.
 */
async function timed(ready: readonly Ready[], rows: Int32Array, { engine, signal }: CompareContext): Promise<number[][]> {
  const runners: ModelRunner[] = []
  try {
    for (const { file } of ready) runners.push(await openModel(engine, file))
    const times = ready.map((): number[] => [])
    for (const [i, row] of [rows[0] ?? 0, ...rows].entries())
      for (const [m, { file, feed }] of ready.entries()) {
        signal?.throwIfAborted()
        const frames = new Float32Array(sizeOf(file))
        feed.fill(row, frames, 0)
        const started = performance.now()
        await runners[m]?.run(frames, 1)
        if (i > 0) times[m]?.push(performance.now() - started)
      }
    return times.map((one) => one.sort((a, b) => a - b))
  } finally {
    for (const runner of runners) await runner.release()
  }
}

/** Values of one sample. */
const sizeOf = ({ metadata }: ModelFile): number => metadata.shape.reduce((a, b) => a * b, 1)

/**
 * Means of a sample's logits up to each timestep, [T] of [classes].
 * @param perTimestep [T, classes] in the model's order
 * @param places of the classes among them
 */
export function overTime(perTimestep: Float32Array, places: readonly number[]): Float64Array[] {
  const sums = new Float64Array(places.length)
  return Array.from({ length: perTimestep.length / places.length }, (_, t) => {
    places.forEach((place, c) => (sums[c] = (sums[c] ?? 0) + (perTimestep[t * places.length + place] ?? NaN)))
    return sums.map((sum) => sum / (t + 1))
  })
}

/** Spikes per neuron and timestep; null where the file tells no spikes, or not how many neurons there are. */
function ratesOf({ metadata, properties }: ModelFile, counts: ReadonlyMap<string, number>, samples: number): ModelOnDataset['rates'] {
  const network = networkIn(properties)
  if (counts.size === 0 || network === null) return null
  const { neuronLayers } = networkInfo({ network, classes: metadata.labels.length, shape: metadata.shape })
  return neuronLayers.flatMap(({ name, neurons }) => {
    const count = counts.get(name)
    return count === undefined ? [] : [{ layer: name, rate: count / (samples * metadata.shape[0] * neurons) }]
  })
}

function trainedOn({ properties }: ModelFile, hash: string): boolean | null {
  const told = properties['saccade.dataset']
  return told === undefined ? null : told.includes(hash)
}

function pairOf(models: [number, number], first: Told, second: Told, rows: number[], labels: number[]): ComparedPair {
  const [a, b] = [first, second].map(({ model }) => ({ dataset: '', rows, labels, predicted: model.predicted, confidence: model.confidence })) as [Parameters<typeof compareMistakes>[0], Parameters<typeof compareMistakes>[1]]
  const { bothRight, bothWrong, onlyFirst, onlySecond, pValue, disagreements } = compareMistakes(a, b)
  const differences = Float64Array.from(first.logits, (value, i) => Math.abs(value - (second.logits[i] ?? NaN))).sort()
  return {
    models, bothRight, bothWrong, onlyFirst, onlySecond, pValue, agreement: 1 - disagreements.length / rows.length,
    logitDifferences: Array.from({ length: 101 }, (_, percent) => differences[Math.round((percent / 100) * (differences.length - 1))] ?? 0),
  }
}
