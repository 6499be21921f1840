import { buildNir } from '../nir/build.ts'
import { readNir, writeNir } from '../nir/file.ts'
import { nirRunner } from '../nir/simulate.ts'
import type { ModelRunner } from '../runner.ts'
import { encodeMetadata } from '../metadata.ts'
import { judge, prove } from '../proof.ts'
import type { NirDialect } from '../schema.ts'
import { evaluateRows } from '../trained.ts'
import type { Exported, Format } from './format.ts'

/** Multiply-accumulates that the re-simulation may take: some 20 s. */
const affordable = 2e10
const fewest = 4

/** What readers do with a file, from their sources (snapshots of 2026). */
function notesOf(dialect: NirDialect, tau: number): string[] {
  const integrates = tau === 1
  const common = [
    'Begin each sample with neurons at 0, give one frame for each timestep (of a still picture the same one), and average the outputs over time.',
    'NIR holds float32 weights and no quantization; for 8 bits export int8.',
  ]
  switch (dialect) {
    case 'spec':
      return [
        integrates
          ? 'Exact by the specification with dt = 1e-4 and in SpikingJelly; NOT in snnTorch, which reads an IF as a leaky neuron with beta 0.9, and not in Norse, which ignores r.'
          : 'Exact by the specification with dt = 1e-4 and in snnTorch; in SpikingJelly (dt = 1e-4) too, but where a potential equals the threshold exactly: it fires there, this network does not. NOT in Norse, which ignores r: use the norse dialect.',
        'snnTorch passes Flatten on with start_dim 0, which flattens the batch too: run it with batches of 1.',
        ...common,
      ]
    case 'norse':
      return [
        integrates
          ? 'Exact in Norse, whose IF adds its input as it is; by the specification, whose IF multiplies with dt, it is not.'
          : 'Exact in Norse with dt = 1e-3, which ignores r: it is folded into the weights, and the file says r = 1. By the specification with dt = 1e-3 exact as well.',
        'Average pooling is read by nirtorch\'s default mapping.',
        ...common,
      ]
    case 'sumpool':
      return [
        'Sum pooling instead of average pooling, 1/k² in the weights behind it: exact by the specification with dt = 1e-4.',
        'Sinabs (Speck), Lava and Spyx are NOT exact readers: Sinabs reads tau as timesteps, decays exponentially and subtracts the threshold at a reset; Spyx fires one timestep later; Lava takes no biases. Measure on the hardware.',
        ...common,
      ]
  }
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
  const samples = Math.min(dataset.test.length, Math.max(fewest, Math.floor(affordable / (info.macsPerTimestep * timesteps))))
  const trained = samples === dataset.test.length ? network.trained : await evaluateRows(network, dataset.test.subarray(0, samples))
  const proof = await prove({ ...network, batch: 1, trained, onnx: bytes, withRates: bytes, open, samples, runtime: `the file simulated by ${rule === 'spec' ? "NIR's equations (forward Euler)" : "Norse's rule"}`, onProgress })
  judge(proof, network.own)
  const part = samples < dataset.test.length ? [`Simulated again on the first ${samples} of ${dataset.test.length} test samples: it is slow.`] : []
  return { file: 'model.nir', bytes, metadata, proof, notes: [...notesOf(dialect, shape.network.neuron.tau), ...part], open: () => open(bytes) }
}
