import type { Dataset } from '../datasets/dataset.ts'
import type { Engine } from '../engines/engine.ts'
import type { Evaluation } from '../training/evaluate.ts'
import { argmax } from '../training/metrics.ts'
import type { ExportProof } from './schema.ts'
import { WindowRunner } from './window-runner.ts'

/**
 * Folding batch norm changes the order of sums, which flips the few spikes whose potential lies within about 1e-6 of the
 * threshold; so logits differ a little, and a sample that stands between two classes may tip over. One in a hundred may
 * (and one sample of a small split); a network that is really another one (a wrong weight, reset or order of layers) differs
 * in far more, and in its firing rates, which flips of single spikes don't move by a thousandth of a spike per timestep.
 */
export const allowedDisagreement = 0.01
export const allowedRateDifference = 0.001

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
  /** What the trained network gives on the test split, in its order. */
  readonly trained: Evaluation
  readonly dataset: Dataset
  readonly batch: number
  readonly engine: Engine
  readonly signal?: AbortSignal
  readonly onProgress?: (share: number) => void
}

/** Runs the exported file on the whole test split beside the trained network, and tells how far they are apart. */
export async function prove(options: ProofOptions): Promise<ExportProof> {
  const { engine, dataset, trained } = options
  const {
    labels,
    test,
    manifest: { classes },
  } = dataset
  const exported = await measure(options.onnx, options, 0)
  const rates = (await measure(options.withRates, options, 0.5)).rates
  let agree = 0
  let correct = 0
  let largest = 0
  test.forEach((index, i) => {
    const ours = Float64Array.from(trained.logits[i] ?? [])
    const theirs = exported.logits.subarray(i * classes.length, (i + 1) * classes.length)
    const answer = argmax(theirs, 0, classes.length)
    agree += Number(answer === argmax(ours, 0, classes.length))
    correct += Number(answer === labels[index])
    // NaN in a model's answer must not pass as no difference.
    ours.forEach((value, c) => (largest = Number.isNaN(theirs[c]) ? Infinity : Math.max(largest, Math.abs(value - (theirs[c] ?? NaN)))))
  })
  return {
    samples: test.length,
    argmaxAgreement: agree / test.length,
    largestLogitDifference: largest,
    largestFiringRateDifference: Math.max(
      0,
      ...trained.firingRates.map(({ layer, rate }) => Math.abs(rate - (rates.get(layer) ?? Infinity))),
    ),
    accuracyTrained: trained.accuracy,
    accuracyExported: correct / test.length,
    provider: 'cpu',
    runtime: `${engine.name} ${engine.version}`.trim(),
  }
}

/** Logits of the whole test split and mean firing rates, from a window model. */
async function measure(
  onnx: Uint8Array,
  { engine, dataset, batch, signal, onProgress }: ProofOptions,
  done: number,
): Promise<{ logits: Float32Array; rates: Map<string, number> }> {
  const classes = dataset.manifest.classes.length
  const logits = new Float32Array(dataset.test.length * classes)
  const sums = new Map<string, number>()
  const runner = await WindowRunner.open(engine, onnx, dataset.shape, classes)
  try {
    for (let from = 0; from < dataset.test.length; from += batch) {
      signal?.throwIfAborted()
      const part = dataset.test.subarray(from, from + batch)
      const frames = new Float32Array(part.length * dataset.sampleLength)
      dataset.readSamples(part, frames)
      const result = await runner.run(frames, part.length)
      logits.set(result.logits, from * classes)
      for (const [layer, values] of result.rates)
        sums.set(
          layer,
          values.reduce((sum, rate) => sum + rate, sums.get(layer) ?? 0),
        )
      onProgress?.(done + (0.5 * (from + part.length)) / dataset.test.length)
    }
  } finally {
    await runner.release()
  }
  return { logits, rates: new Map([...sums].map(([layer, sum]) => [layer, sum / dataset.test.length])) }
}

const report = 'Please report this as a fault of Saccade.'

/** @throws ProofError where the exported model is not close enough to be the trained network */
export function judge(proof: ExportProof): void {
  const disagreeing = Math.round((1 - proof.argmaxAgreement) * proof.samples)
  const share = `${disagreeing} of ${proof.samples} test samples`
  if (disagreeing > Math.max(1, proof.samples * allowedDisagreement)) {
    throw new ProofError(
      `The exported model answers otherwise than the trained network on ${share} (1 % is allowed): not exported. ${report}`,
      proof,
    )
  }
  if (!(proof.largestFiringRateDifference <= allowedRateDifference)) {
    throw new ProofError(
      `A layer of the exported model fires at another rate than in the trained network (by ` +
        `${proof.largestFiringRateDifference.toPrecision(2)} spikes per neuron and timestep, ${allowedRateDifference} is allowed): not exported. ${report}`,
      proof,
    )
  }
  if (!Number.isFinite(proof.largestLogitDifference))
    throw new ProofError('The exported model gives logits that are not numbers: not exported.', proof)
}
