import { fillBatch } from '../datasets/batches.ts'
import type { HostTensor } from '../engines/engine.ts'
import { Random } from '../random.ts'
import { buildActivityProgram } from '../snn/activity-program.ts'
import { networkInfo } from '../snn/network.ts'
import { argmax, softmax } from '../training/metrics.ts'
import { hostTensor } from '../training/state.ts'
import { gradCam, spikeActivationMap } from './heat.ts'
import type { Activity, ActivityOptions } from './schemas/activity.ts'
import type { Subject } from './subject.ts'

type Shape = readonly [number, number, number, number]

/** One bit for each value, the lowest bit of a byte first; set from 1/2 on. */
export function packed(values: Float32Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 8))
  values.forEach((value, i) => {
    if (value >= 0.5) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7))
  })
  return bits
}

/** Counts per timestep and mean maps of a layer's spikes. */
export function summary(spikes: Float32Array, [timesteps, channels, high, wide]: Shape): Pick<Activity, 'counts' | 'overChannels' | 'overTime'> {
  const area = high * wide
  const neurons = channels * area
  const counts = new Array<number>(timesteps).fill(0)
  const overChannels = new Float32Array(timesteps * area)
  const overTime = new Float32Array(neurons)
  spikes.forEach((spike, i) => {
    if (spike === 0) return
    const [t, neuron] = [Math.floor(i / neurons), i % neurons]
    const at = t * area + (neuron % area)
    counts[t] = (counts[t] ?? 0) + spike
    overChannels[at] = (overChannels[at] ?? 0) + spike / channels
    overTime[neuron] = (overTime[neuron] ?? 0) + spike / timesteps
  })
  return { counts, overChannels, overTime }
}

/** Why a layer has no heat over the frame; null where it has. */
function heatFault({ heat }: ActivityOptions, [, , high, wide]: Shape, sharing: string | undefined): string | null {
  if (high * wide === 1) return 'The neurons of this layer have no place in the frame.'
  if (heat === 'grad-cam' && sharing?.startsWith('layers')) return 'The layers of this network share a membrane and are computed timestep by timestep: no gradient by all of a layer’s spikes. The spike activation map needs none.'
  return null
}

/** What a checkpoint's network does with one sample of its dataset. @throws where there is no such sample, layer or class */
export async function activity({ shape, dataset, config, engine, variables }: Omit<Subject, 'options' | 'indices'>, options: ActivityOptions): Promise<Activity> {
  const { row, target } = options
  const { classes } = shape
  if (row >= dataset.count) throw new Error(`Dataset "${dataset.manifest.name}" has ${dataset.count} samples; there is no number ${row}.`)
  if (target !== undefined && target >= classes) throw new Error(`Dataset "${dataset.manifest.name}" has ${classes} classes; there is no number ${target}.`)
  const [timesteps, ...frame] = shape.shape
  const layer = options.layer ?? networkInfo(shape).neuronLayers[0]?.name ?? ''
  const plain = buildActivityProgram(shape, layer, false)
  const own = plain.layers.find(({ name }) => name === layer)
  const whole: Shape = [timesteps, ...(own?.shape ?? ([1, 1, 1] as const))]
  const noHeat = heatFault(options, whole, config.network.sharing)
  const slopes = options.heat === 'grad-cam' && noHeat === null
  const program = slopes ? buildActivityProgram(shape, layer, true) : plain
  const frames = hostTensor([timesteps, 1, ...frame])
  const onehot = hostTensor([1, classes])
  fillBatch(dataset, [row], null, new Random(0), { frames: frames.data, onehot: onehot.data }, timesteps === dataset.shape[0] ? undefined : { merged: timesteps, timesteps })
  const fetches: Record<string, HostTensor> = { logits: hostTensor([timesteps, classes]), spikes: hostTensor(whole), ...(slopes && { gradient: hostTensor(whole) }) }
  for (const { name } of program.layers) fetches[`rate/${name}`] = hostTensor([timesteps])
  const values = (name: string): Float32Array => fetches[name]?.data ?? new Float32Array()
  const mean = new Float64Array(classes)
  const loaded = await engine.load(program.onnx, { device: config.device })
  /** @returns the predicted class */
  const run = async (marked: number): Promise<number> => {
    onehot.data.fill(0)
    onehot.data[marked] = 1
    await loaded.run({ ...variables, frames, ...(slopes && { onehot }) }, fetches)
    mean.forEach((_, c) => (mean[c] = Array.from({ length: timesteps }, (__, t) => values('logits')[t * classes + c] ?? NaN).reduce((a, b) => a + b, 0) / timesteps))
    return argmax(mean, 0, classes)
  }
  let [predicted, of] = [0, target ?? dataset.labels[row] ?? 0]
  try {
    predicted = await run(of)
    // The gradient was of another class than the predicted one.
    if (slopes && target === undefined && predicted !== of) await run((of = predicted))
  } finally {
    await loaded.release()
  }
  const spikes = values('spikes')
  const heat = noHeat === null ? (slopes ? gradCam(spikes, values('gradient'), whole) : spikeActivationMap(spikes, whole)) : null
  return {
    row, predicted, layer, noHeat,
    label: dataset.labels[row] ?? -1,
    probabilities: Array.from(softmax(mean)),
    layers: program.layers.map(({ name, shape: sizes }) => ({ name, shape: [...sizes], rates: Array.from(values(`rate/${name}`)) })),
    shape: [...whole],
    spikes: packed(spikes),
    binary: spikes.every((spike) => spike === 0 || spike === 1),
    ...summary(spikes, whole),
    heat: heat && { method: options.heat, target: slopes ? of : null, values: heat },
  }
}
