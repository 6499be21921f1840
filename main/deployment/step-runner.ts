import type { Engine, HostTensor, LoadedProgram } from '../engines/engine.ts'
import type { StepState } from '../snn/step-program.ts'
import { hostTensor } from '../training/state.ts'
import { addsUp, type Answer, type ModelRunner, spikeOutputs, spikesTold } from './runner.ts'

/** States of one sample or several: read by one timestep, written by it, swapped. */
interface Slots {
  readonly feeds: Record<string, HostTensor>
  readonly fetches: Record<string, HostTensor>
}

/** Samples on their way through a step model. */
export interface Steps {
  /**
   * The next timestep.
   * @param fill writes the frames [count, C, H, W]
   * @returns logits [count, classes] and what outputs tell of spikes [count] by their names, of this timestep; valid until the next
   */
  next(fill: (frames: Float32Array) => void): Promise<{ readonly logits: Float32Array; readonly spikes: ReadonlyMap<string, Float32Array> }>
}

/** A loaded step model: one frame [C, H, W] of each sample in, logits of this timestep out; what is between lies with the host. */
export class StepRunner implements ModelRunner {
  readonly #loaded: LoadedProgram
  readonly #shape: readonly [number, number, number, number]
  readonly #classes: number
  readonly #states: readonly StepState[]
  readonly #spikes: readonly string[]

  private constructor(loaded: LoadedProgram, shape: readonly [number, number, number, number], classes: number, states: readonly StepState[]) {
    this.#loaded = loaded
    this.#shape = shape
    this.#classes = classes
    this.#states = states
    this.#spikes = spikeOutputs(loaded.outputs)
  }

  /** @throws EngineError where the runtime can't load it */
  static async open(engine: Engine, onnx: Uint8Array, shape: readonly [number, number, number, number], classes: number, states: readonly StepState[]): Promise<StepRunner> {
    return new StepRunner(await engine.load(onnx, { device: 'cpu' }), shape, classes, states)
  }

  /** All timesteps of whole samples from zero states, logits averaged in the order of time. */
  async run(frames: Float32Array, count: number): Promise<Answer> {
    const [timesteps, ...frame] = this.#shape
    const classes = this.#classes
    const size = frame.reduce((a, b) => a * b, 1)
    const steps = this.begin(count)
    const sums = new Map(this.#spikes.map((name) => [name, new Float32Array(count)]))
    const perTimestep = new Float32Array(count * timesteps * classes)
    for (let t = 0; t < timesteps; t++) {
      const { logits, spikes } = await steps.next((now) => {
        for (let i = 0; i < count; i++) now.set(frames.subarray((i * timesteps + t) * size, (i * timesteps + t + 1) * size), i * size)
      })
      for (let i = 0; i < count; i++) perTimestep.set(logits.subarray(i * classes, (i + 1) * classes), (i * timesteps + t) * classes)
      for (const [name, values] of spikes) sums.get(name)?.forEach((sum, i, all) => (all[i] = sum + (values[i] ?? NaN) / (addsUp(name) ? 1 : timesteps)))
    }
    return { logits: meanOverTime(perTimestep, count, timesteps, classes), perTimestep, ...spikesTold(sums) }
  }

  /** Begins `count` samples with zero states; the caller says when they are over. */
  begin(count: number): Steps {
    const now = hostTensor([count, ...this.#shape.slice(1)])
    const logits = hostTensor([count, this.#classes])
    const spikes = this.#spikes.map((name): [string, HostTensor] => [name, hostTensor([count])])
    const told = new Map(spikes.map(([name, { data }]) => [name, data]))
    let [read, written] = [this.#slots(count), this.#slots(count)]
    return {
      next: async (fill) => {
        fill(now.data)
        await this.#loaded.run({ frame: now, ...read.feeds }, { logits, ...written.fetches, ...Object.fromEntries(spikes) })
        ;[read, written] = [written, read]
        return { logits: logits.data, spikes: told }
      },
    }
  }

  #slots(count: number): Slots {
    const tensors = this.#states.map(({ input, output, shape }) => ({ input, output, tensor: hostTensor([count, ...shape]) }))
    return {
      feeds: Object.fromEntries(tensors.map(({ input, tensor }) => [input, tensor])),
      fetches: Object.fromEntries(tensors.map(({ output, tensor }) => [output, tensor])),
    }
  }

  async release(): Promise<void> {
    await this.#loaded.release()
  }
}

/** Sums in float32, in the order of time, times 1/T. @param values [count, T, classes] @returns [count, classes] */
export function meanOverTime(values: Float32Array, count: number, timesteps: number, classes: number): Float32Array {
  const mean = new Float32Array(count * classes)
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < classes; c++) {
      let sum = 0
      for (let t = 0; t < timesteps; t++) sum = Math.fround(sum + (values[(i * timesteps + t) * classes + c] ?? NaN))
      mean[i * classes + c] = sum / timesteps
    }
  }
  return mean
}
