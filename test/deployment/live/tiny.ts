import type { Clock } from '../../../main/deployment/live/clock.ts'
import { encodeMetadata, type ModelMetadata } from '../../../main/deployment/metadata.ts'
import type { EventBatch } from '../../../main/events/recording.ts'
import { Random } from '../../../main/random.ts'
import type { Extras } from '../../../main/snn/deployed.ts'
import { initialVariables } from '../../../main/snn/initial.ts'
import { networkInfo } from '../../../main/snn/network.ts'
import { networkSchema } from '../../../main/snn/schema.ts'
import { buildStepProgram } from '../../../main/snn/step-program.ts'
import { buildWindowProgram } from '../../../main/snn/window-program.ts'

export const network = networkSchema.parse({ name: 'tiny', neuron: { threshold: 0.2 }, layers: [{ type: 'conv', out: 4, pool: { kind: 'average', size: 2, stride: 2 } }, { type: 'dense', out: 8 }] })
const shape: ModelMetadata['shape'] = [3, 2, 8, 8]
const labels = ['left', 'right', 'still']

/** Bytes of a model for a sensor of 34x34, untrained: what it says is the same however it is run. */
export function tinyModel(format: 'window' | 'step', changes: Partial<ModelMetadata> = {}, { seed = 5, ...extras }: Extras & { readonly seed?: number } = {}): Uint8Array {
  const info = networkInfo({ network, classes: labels.length, shape })
  const weights = initialVariables(info, seed)
  const metadata: ModelMetadata = {
    version: '0', name: 'tiny', labels, shape, sensor: [34, 34], filters: [], neuron: {}, training: {},
    framing: { timesteps: 3, splitBy: 'time', normalize: 'none', resize: [8, 8] },
    dataset: { name: 'none', hash: 'none' }, accuracy: { split: 'test', value: 0, samples: 0 }, checkpoint: { kind: 'best', epoch: 1, chosenBy: 'nothing' },
    format, ...changes,
  }
  const options = { network, classes: labels.length, shape, weights, ...extras }
  return format === 'window'
    ? buildWindowProgram({ ...options, metadata: encodeMetadata(metadata) }).onnx
    : buildStepProgram(options, (states) => encodeMetadata({ ...metadata, states: states.map((state) => ({ ...state, shape: [...state.shape] })) })).onnx
}

/** Events of a 34x34 sensor, evenly over [from, to) µs. */
export function tinyEvents(length: number, from: number, to: number, seed = 1): EventBatch {
  const random = new Random(seed, 'events')
  return {
    length,
    t: Float64Array.from({ length }, (_, i) => from + Math.floor((i * (to - from)) / length)),
    x: Uint16Array.from({ length }, () => random.below(34)),
    y: Uint16Array.from({ length }, () => random.below(34)),
    p: Uint8Array.from({ length }, () => random.below(2)),
  }
}

/** Time that passes when the test says so: while somebody waits for it, or something is said to take it. */
export class VirtualClock implements Clock {
  #now = 1000
  #busy = 0

  now(): number {
    return this.#now
  }

  /** Passes at once when nothing else is going on. */
  async until(ms: number, signal: AbortSignal): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve))
    while (this.#busy > 0 && !signal.aborted)
    this.#now = Math.max(this.#now, ms)
  }

  /** Work that takes this long here, however long it really takes. */
  async taking<T>(ms: number, work: () => Promise<T>): Promise<T> {
    this.#busy++
    try {
      return await work()
    } finally {
      this.#now += ms
      this.#busy--
    }
  }
}
