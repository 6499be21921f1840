import type { Dataset } from '../datasets/dataset.ts'
import type { Engine, HostTensor } from '../engines/engine.ts'
import type { NetworkInfo } from '../snn/program.ts'
import type { Evaluation, VariableFeeds } from '../training/evaluate.ts'
import { argmax } from '../training/metrics.ts'
import type { ModelRunner } from './runner.ts'
import type { ExportProof } from './schema.ts'
import { WindowRunner } from './window-runner.ts'

/**
 * Folding batch norm changes the order of sums, which flips the few spikes whose potential lies within about 1e-6 of the
 * threshold. In a trained network that hardly shows; in a deep one that is hardly trained one flip leads to others, and
 * samples that stand between classes tip over (VGGSNN with random weights: 1 of 40 samples, logits that differ by 0.06 of
 * 0.2, firing rates by 0.0001). So 1 % of the samples may differ (one of a small split), and beyond that twice as many as
 * change in the trained network itself when its own weights are disturbed by as much as rounding does. A network that is
 * really another one (a wrong weight, reset or order of layers) differs in far more, and in its firing rates.
 */
export const allowedDisagreement = 0.01
export const allowedRateDifference = 0.001
/** Relative; float32 sums of some thousand products are off by about this much. */
const rounding = 2 ** -20

/** How far a network's own answers move when its weights are disturbed by rounding. */
export interface Sensitivity {
  /** Samples whose arg max changes. */
  readonly changes: number
  /** Largest change of a layer's mean firing rate. */
  readonly rateChange: number
}

/** Weights of convolutions and linear layers, each off by as much as rounding makes of their sums. */
export function disturbed(variables: VariableFeeds, info: NetworkInfo): VariableFeeds {
  const weights = new Set(info.variables.filter(({ role }) => role === 'weight').map(({ name }) => name))
  const off = ({ shape, data }: HostTensor): HostTensor => ({ shape, data: data.map((value) => value * (1 + rounding)) })
  return Object.fromEntries(Object.entries(variables).map(([name, tensor]) => [name, weights.has(name) ? off(tensor) : tensor]))
}

/** @param moved the same network evaluated on the same samples with `disturbed` weights */
export function sensitivity(trained: Evaluation, moved: Evaluation): Sensitivity {
  return {
    changes: trained.logits.filter((row, i) => answerOf(row) !== answerOf(moved.logits[i] ?? [])).length,
    rateChange: Math.max(0, ...trained.firingRates.map(({ rate }, i) => Math.abs(rate - (moved.firingRates[i]?.rate ?? NaN)))),
  }
}

const answerOf = (logits: ArrayLike<number>): number => argmax(Float64Array.from(logits), 0, logits.length)

/** An export that is not the network that was trained. */
export class ProofError extends Error {
  readonly proof: ExportProof
  constructor(message: string, proof: ExportProof) {
    super(message)
    this.name = 'ProofError'
    this.proof = proof
  }
}

export interface ProofOptions {
  /** The exported file's bytes, as read back from the disk. */
  readonly onnx: Uint8Array
  /** The same network with firing rates as further outputs. */
  readonly withRates: Uint8Array
  /** Makes either of them ready to run; as a window where missing. */
  readonly open?: ((file: Uint8Array) => Promise<ModelRunner>) | undefined
  /** Only the first so many samples, where running is slow. */
  readonly samples?: number | undefined
  /** What runs it; the engine where missing. */
  readonly runtime?: string | undefined
  /** What the trained network gives on the test split, in its order. */
  readonly trained: Evaluation
  readonly dataset: Dataset
  readonly batch: number
  readonly engine: Engine
  readonly signal?: AbortSignal
  readonly onProgress?: (share: number) => void
}

/** Runs the exported file on the test split beside the trained network, and tells how far they are apart. */
export async function prove(options: ProofOptions): Promise<ExportProof> {
  const { engine, dataset, trained } = options
  const { labels } = dataset
  const { length: classes } = dataset.manifest.classes
  const test = dataset.test.subarray(0, options.samples)
  const exported = await measure(options.onnx, test, options, 0)
  const { rates } = options.withRates === options.onnx ? exported : await measure(options.withRates, test, options, 0.5)
  let agree = 0
  let right = 0
  let rightTrained = 0
  const differences = new Float64Array(test.length * classes)
  test.forEach((index, i) => {
    const ours = trained.logits[i] ?? []
    const theirs = exported.logits.subarray(i * classes, (i + 1) * classes)
    const answer = answerOf(theirs)
    agree += Number(answer === answerOf(ours))
    right += Number(answer === labels[index])
    rightTrained += Number(answerOf(ours) === labels[index])
    // NaN in a model's answer must not pass as no difference.
    ours.forEach((value, c) => (differences[i * classes + c] = Number.isNaN(theirs[c]) ? Infinity : Math.abs(value - (theirs[c] ?? NaN))))
  })
  differences.sort()
  const quantile = (share: number): number => differences[Math.min(differences.length - 1, Math.floor(share * differences.length))] ?? 0
  const firingRates = trained.firingRates.map(({ layer, rate }) => ({ layer, trained: rate, exported: rates.get(layer) ?? Infinity }))
  return {
    samples: test.length,
    argmaxAgreement: agree / test.length,
    largestLogitDifference: differences.at(-1) ?? 0,
    largestFiringRateDifference: Math.max(0, ...firingRates.map((one) => Math.abs(one.trained - one.exported))),
    accuracyTrained: test.length === dataset.test.length ? trained.accuracy : rightTrained / test.length,
    accuracyExported: right / test.length,
    provider: 'cpu',
    runtime: options.runtime ?? `${engine.name} ${engine.version}`.trim(),
    logitDifferences: { median: quantile(0.5), p99: quantile(0.99) },
    firingRates,
  }
}

/** Logits of samples and mean firing rates, from an exported file. */
async function measure(
  file: Uint8Array,
  test: Int32Array,
  { engine, dataset, batch, signal, onProgress, open, withRates, onnx }: ProofOptions,
  done: number,
): Promise<{ logits: Float32Array; rates: Map<string, number> }> {
  const classes = dataset.manifest.classes.length
  const logits = new Float32Array(test.length * classes)
  const sums = new Map<string, number>()
  const part = withRates === onnx ? 1 : 0.5
  const runner = await (open ? open(file) : WindowRunner.open(engine, file, dataset.shape, classes))
  try {
    for (let from = 0; from < test.length; from += batch) {
      signal?.throwIfAborted()
      const rows = test.subarray(from, from + batch)
      const frames = new Float32Array(rows.length * dataset.sampleLength)
      dataset.readSamples(rows, frames)
      const result = await runner.run(frames, rows.length)
      logits.set(result.logits, from * classes)
      for (const [layer, values] of result.rates) sums.set(layer, values.reduce((sum, rate) => sum + rate, sums.get(layer) ?? 0))
      onProgress?.(done + (part * (from + rows.length)) / test.length)
    }
  } finally {
    await runner.release()
  }
  return { logits, rates: new Map([...sums].map(([layer, sum]) => [layer, sum / test.length])) }
}

const report = 'Please report this as a fault of Saccade.'

/** @throws ProofError where the exported model is not close enough to be the trained network */
export function judge(proof: ExportProof, own: Sensitivity): void {
  const { samples, largestFiringRateDifference: rate } = proof
  const disagreeing = Math.round((1 - proof.argmaxAgreement) * samples)
  const allowed = Math.floor(Math.max(1, samples * allowedDisagreement)) + 2 * own.changes
  if (disagreeing > allowed) {
    const share = `${disagreeing} of ${samples} test samples (${allowed} may differ by rounding)`
    throw new ProofError(`The exported model answers otherwise than the trained network on ${share}: not exported. ${report}`, proof)
  }
  const allowedRate = allowedRateDifference + 2 * own.rateChange
  if (!(rate <= allowedRate)) {
    const difference = `${rate.toPrecision(2)} spikes per neuron and timestep, ${allowedRate.toPrecision(2)} may come from rounding`
    throw new ProofError(
      `A layer of the exported model fires at another rate than in the trained network (${difference}): not exported. ${report}`,
      proof,
    )
  }
  if (!Number.isFinite(proof.largestLogitDifference)) {
    throw new ProofError('The exported model gives logits that are not numbers: not exported.', proof)
  }
}
