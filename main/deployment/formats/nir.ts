import { buildNir } from '../nir/build.ts'
import { readNir, writeNir } from '../nir/file.ts'
import { readerNotes } from '../nir/readers.ts'
import { nirRunner } from '../nir/simulate.ts'
import type { ModelRunner } from '../runner.ts'
import { encodeMetadata } from '../metadata.ts'
import { judge, prove } from '../proof.ts'
import type { NirDialect } from '../schema.ts'
import { evaluateRows, type TrainedNetwork } from '../trained.ts'
import type { Exported, Format } from './format.ts'

/** Seconds that the re-simulation may take where nothing else is asked for. */
const defaultSeconds = 30
const fewest = 4

/** What a user of the file has to know, beside which reader is exact. */
function notesOf(dialect: NirDialect, tau: number): string[] {
  const common = [
    'Begin each sample with neurons at 0, give one frame for each timestep (of a still picture the same one), run samples one at a time (snnTorch and Norse flatten the batch too), and average the outputs over time.',
    'NIR holds float32 weights and no quantization; for 8 bits export int8.',
  ]
  switch (dialect) {
    case 'spec':
      return [
        'Exact by the specification with dt = 1e-4.',
        ...(tau === 1 ? ['Its neurons integrate and do not leak; they stand as LIF with a leak below what float64 can tell, as snnTorch reads no IF.'] : []),
        ...common,
      ]
    case 'norse':
      return [
        tau === 1
          ? 'By the specification, whose IF multiplies with dt, it is not exact.'
          : 'r is folded into the weights, and the file says r = 1. By the specification with dt = 1e-3 exact as well.',
        ...common,
      ]
    case 'sumpool':
      return [
        'Sum pooling instead of average pooling, 1/k² in the weights behind it: exact by the specification with dt = 1e-4.',
        'By their sources (not run here) Sinabs (Speck), Lava and Spyx are NOT exact readers: Sinabs reads tau as timesteps, decays exponentially and subtracts the threshold at a reset; Spyx fires one timestep later; Lava takes no biases. Measure on the hardware.',
        ...common,
      ]
  }
}

/** How many test samples a time allows, by what the first one takes. At least a few: one that fires wrongly shows at once. */
async function affordable(runner: ModelRunner, { dataset }: TrainedNetwork, seconds: number): Promise<number> {
  const frames = new Float32Array(dataset.sampleLength)
  dataset.readSamples(dataset.test.subarray(0, 1), frames)
  const start = performance.now()
  await runner.run(frames, 1)
  const each = (performance.now() - start) / 1000
  return Math.min(dataset.test.length, Math.max(fewest, Math.floor(seconds / each)))
}

/** Neuromorphic intermediate representation, simulated again from the file before it is offered. */
export const nirFormat: Format = async (network, settings, onProgress): Promise<Exported> => {
  const { shape, weights, dataset, info } = network
  const dialect = settings.dialect ?? 'spec'
  const graph = buildNir(shape, weights, dialect)
  const metadata = { ...encodeMetadata(network.metadata), dialect, scheme: 'forward Euler' }
  const bytes = await writeNir(graph, metadata)
  const [timesteps] = dataset.shape
  const rule = dialect === 'norse' ? 'norse' : 'spec'
  const open = async (file: Uint8Array): Promise<ModelRunner> => nirRunner(await readNir(file), timesteps, info.neuronLayers.map(({ name }) => name), rule)
  const seconds = settings.simulationSeconds ?? defaultSeconds
  const samples = await affordable(await open(bytes), network, seconds)
  const trained = samples === dataset.test.length ? network.trained : await evaluateRows(network, dataset.test.subarray(0, samples))
  const proof = await prove({ ...network, batch: 1, trained, onnx: bytes, withRates: bytes, open, samples, runtime: `the file simulated by ${rule === 'spec' ? "NIR's equations (forward Euler)" : "Norse's rule"}`, onProgress })
  judge(proof, network.own)
  const part = samples < dataset.test.length
    ? `Simulated again on the first ${samples} of ${dataset.test.length} test samples: as many as ${seconds} s allow (at least ${fewest}). Agreement and accuracies of the proof are of these.`
    : `Simulated again on all ${samples} test samples.`
  return { file: 'model.nir', bytes, metadata, proof, notes: [...readerNotes(shape, dialect), ...notesOf(dialect, shape.network.neuron.tau), part], open: () => open(bytes) }
}
