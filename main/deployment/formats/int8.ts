import { buildWindowProgram } from '../../snn/window-program.ts'
import { inputScale, quantize } from '../int8/quantize.ts'
import { encodeMetadata } from '../metadata.ts'
import { prove, ProofError } from '../proof.ts'
import type { ModelRunner } from '../runner.ts'
import type { ExportProof, Quantization } from '../schema.ts'
import type { TrainedNetwork } from '../trained.ts'
import { WindowRunner } from '../window-runner.ts'
import type { Exported, Format } from './format.ts'
import { windowPorts } from './window.ts'

/** Samples of the training split that the input's scale is measured on. */
const calibration = 64
/** One point. */
const usualLoss = 0.01
const repeats = 7
const usualForm = 'products'

/** A window with weights and spikes in 8 bits, in the form that is asked for (int8/quantize.ts), refused where it loses more accuracy than allowed. */
export const int8Format: Format = async (network, settings, onProgress): Promise<Exported> => {
  const { shape, weights, dataset, engine } = network
  const ports = windowPorts(network, settings)
  const rows = dataset.train.subarray(0, calibration)
  const sample = new Float32Array(rows.length * dataset.sampleLength)
  dataset.readSamples(rows, sample)
  const scale = inputScale(sample)
  const metadata = encodeMetadata({ ...network.metadata, format: 'int8', ...ports })
  const options = { ...shape, weights, image: settings.image, batch: settings.batch }
  const float = buildWindowProgram({ ...options, spikeCounts: settings.spikeCounts ?? false, metadata }).onnx
  const form = settings.int8Form ?? usualForm
  const { onnx: bytes, layers } = quantize(float, scale, form)
  const withRates = quantize(buildWindowProgram({ ...options, firingRates: true }).onnx, scale, form).onnx
  const open = (onnx: Uint8Array): Promise<WindowRunner> => WindowRunner.open(engine, onnx, dataset.shape, shape.classes, ports)
  const proof = await prove({ ...network, onnx: bytes, withRates, open, onProgress })
  const maxLoss = settings.maxLoss ?? usualLoss
  requireAccuracy(proof, maxLoss)
  const quantization: Quantization = {
    maxLoss,
    form,
    bytes: { float: float.length, int8: bytes.length },
    latencyMs: await latencies({ float: await open(float), int8: await open(bytes) }, network),
    layers: layers.map((layer) => ({ ...layer })),
  }
  return { file: 'model.onnx', bytes, metadata, proof, quantization, notes: notesOf(quantization, scale.exact), open: () => open(bytes) }
}

/** @throws ProofError */
function requireAccuracy(proof: ExportProof, maxLoss: number): void {
  const loss = proof.accuracyTrained - proof.accuracyExported
  if (!Number.isFinite(proof.largestLogitDifference)) throw new ProofError('The model in 8 bits gives logits that are not numbers: not exported.', proof)
  // A hair more than the bound is rounding of the bound itself.
  if (loss <= maxLoss + 1e-9) return
  const points = (share: number): string => `${(share * 100).toFixed(2)}`
  const worst = [...(proof.firingRates ?? [])].sort((a, b) => Math.abs(b.exported - b.trained) - Math.abs(a.exported - a.trained))[0]
  const where = worst ? ` The firing rate changed most in ${worst.layer}: ${worst.trained.toPrecision(3)} to ${worst.exported.toPrecision(3)} spikes per neuron and timestep.` : ''
  throw new ProofError(
    `In 8 bits the network loses ${points(loss)} points of accuracy on ${proof.samples} test samples (${points(proof.accuracyTrained)} % to ${points(proof.accuracyExported)} %), more than the ${points(maxLoss)} allowed: not exported.${where} Allow a larger loss, or export it as a window.`,
    proof,
  )
}

/** Median time of one sample in ms; they are run in turn, so that what else the machine does meets both. Releases them. */
async function latencies(runners: Record<'float' | 'int8', ModelRunner>, { dataset }: TrainedNetwork): Promise<Record<'float' | 'int8', number>> {
  const frames = new Float32Array(dataset.sampleLength)
  dataset.readSamples(dataset.test.subarray(0, 1), frames)
  const times = { float: [] as number[], int8: [] as number[] }
  try {
    for (let i = 0; i <= repeats; i++) {
      for (const kind of ['float', 'int8'] as const) {
        const started = performance.now()
        await runners[kind].run(frames, 1)
        // The first run fetches its memory from the system.
        if (i > 0) times[kind].push(performance.now() - started)
      }
    }
    const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(repeats / 2)] ?? NaN
    return { float: median(times.float), int8: median(times.int8) }
  } finally {
    await Promise.all([runners.float.release(), runners.int8.release()])
  }
}

function notesOf({ bytes, form, latencyMs, layers }: Quantization, exact: boolean): string[] {
  const float = layers.filter(({ scale }) => scale === null).map(({ layer }) => layer)
  return [
    `${(bytes.int8 / bytes.float * 100).toFixed(0)} % of the float model's size; one sample takes ${latencyMs.int8.toFixed(1)} ms against ${latencyMs.float.toFixed(1)} ms on this machine's CPU.`,
    `Spikes lie in 8 bits exactly; only weights are rounded${exact ? '' : ', and the input, whose scale was measured on training samples'}.`,
    ...(float.length > 0 ? [`Inputs that 8 bits do not hold stay float32: ${float.join(', ')}.`] : []),
    'Neurons and the last layer compute in float32.',
    form === 'products'
      ? 'Convolutions of spikes are written as products of integers, which ONNX Runtime computes as such on a CPU; for compilers of accelerators, which look for Conv, export it with convolutions.'
      : 'Layers stay Conv between QuantizeLinear and DequantizeLinear, as compilers for accelerators look for them; ONNX Runtime computes them in float32 on a CPU, no faster than the float model.',
  ]
}
