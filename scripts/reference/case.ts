import { basename } from 'node:path'
import { neuronSchema, type MethodSettings } from '../../main/snn/schema.ts'
import { parseTopology, type Topology } from '../../main/snn/topology.ts'
import { readSafetensors, type SafetensorsFile } from '../../main/training/safetensors.ts'

/** One network case of a reference folder: what the authors' code computed, and the network it computed it with. */
export interface NetworkCase {
  readonly name: string
  readonly topology: Topology
  readonly shape: readonly [number, number, number, number]
  readonly batch: number
  readonly firingRates: readonly number[]
  readonly informationCentroid: number
  /** [T, B, C, H, W] */
  readonly frames: Float32Array
  /** [B, classes] */
  readonly onehot: Float32Array
  readonly file: SafetensorsFile
}

/** The three losses of every case, with the settings that the reference's README states. */
export const methods: Readonly<Record<'sdt' | 'tet' | 'trt', MethodSettings>> = {
  sdt: { name: 'sdt', criterion: 'cross-entropy' },
  tet: { name: 'tet', lambda: 0.05, phi: 1 },
  trt: { name: 'trt', eta: 0.05, lambda: 1e-3, delta: 0.5, epsilon: 1e-5, firstTimestep: 0 },
}

/** A float32 tensor of the file. @throws Error naming file and tensor */
export function floats(file: SafetensorsFile, name: string): Float32Array {
  const tensor = file.tensors.get(name)
  if (!(tensor?.data instanceof Float32Array)) throw new Error(`the case has no float32 tensor "${name}"`)
  return tensor.data
}

function metadata(file: SafetensorsFile, key: string): unknown {
  const text = file.metadata[key]
  if (text === undefined) throw new Error(`the case's metadata has no "${key}"`)
  return JSON.parse(text) as unknown
}

/** Frames as the graph takes them: [B, T, C, H, W] turned to [T, B, C, H, W]; a static image is repeated over T. */
function timeMajor(input: Float32Array, timesteps: number, batch: number, sample: number, isStatic: boolean): Float32Array {
  const frames = new Float32Array(timesteps * batch * sample)
  for (let t = 0; t < timesteps; t++) {
    for (let b = 0; b < batch; b++) {
      const from = (isStatic ? b : b * timesteps + t) * sample
      frames.set(input.subarray(from, from + sample), (t * batch + b) * sample)
    }
  }
  return frames
}

/** Reads one case. @throws Error naming what is missing */
export function readCase(path: string): NetworkCase {
  const file = readSafetensors(path)
  const [channels = 1, high = 1, wide = 1] = metadata(file, 'shape') as number[]
  const [timesteps, batch] = [Number(metadata(file, 'T')), Number(metadata(file, 'B'))]
  const reset = metadata(file, 'reset') as number | null
  const neuron = neuronSchema.parse({
    tau: metadata(file, 'tau'), threshold: 1, reset: reset === null ? 'soft' : 'hard', resetValue: reset ?? 0, surrogate: metadata(file, 'sur'), alpha: metadata(file, 'alpha'),
  })
  const topology = parseTopology(String(metadata(file, 'top')), neuron, basename(path, '.safetensors'))
  const labels = file.tensors.get('labels')?.data ?? []
  const onehot = new Float32Array(batch * topology.classes)
  Array.from(labels, Number).forEach((label, b) => (onehot[b * topology.classes + label] = 1))
  return {
    name: topology.network.name, topology, shape: [timesteps, channels, high, wide], batch, onehot, file,
    firingRates: metadata(file, 'firing_rates') as number[],
    informationCentroid: metadata(file, 'information_centroid') as number,
    frames: timeMajor(floats(file, 'input'), timesteps, batch, channels * high * wide, metadata(file, 'static') === true),
  }
}
