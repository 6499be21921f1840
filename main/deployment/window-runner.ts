import type { Engine, HostTensor, LoadedProgram } from '../engines/engine.ts'
import { hostTensor } from '../training/state.ts'
import type { ModelMetadata } from './metadata.ts'
import { type Answer, type ModelRunner, spikeOutputs, spikesTold } from './runner.ts'

type Ports = Pick<ModelMetadata, 'input' | 'batch'>

/** What a run gives, spikes by the names of outputs. */
interface Raw extends Pick<Answer, 'logits' | 'perTimestep'> {
  readonly spikes: ReadonlyMap<string, Float32Array>
}

const told = ({ logits, perTimestep, spikes }: Raw): Answer => ({ logits, perTimestep, ...spikesTold(spikes) })

/** A loaded window model: frames [N, T, C, H, W] in, or the still image [N, C, H, W]; logits out. */
export class WindowRunner implements ModelRunner {
  readonly #loaded: LoadedProgram
  readonly #shape: readonly [number, number, number, number]
  readonly #classes: number
  readonly #ports: Ports
  readonly #spikes: readonly string[]

  private constructor(loaded: LoadedProgram, shape: readonly [number, number, number, number], classes: number, ports: Ports) {
    this.#loaded = loaded
    this.#shape = shape
    this.#classes = classes
    this.#ports = ports
    this.#spikes = spikeOutputs(loaded.outputs)
  }

  /** @throws EngineError where the runtime can't load it */
  static async open(
    engine: Engine,
    onnx: Uint8Array,
    shape: readonly [number, number, number, number],
    classes: number,
    ports: Ports = {},
  ): Promise<WindowRunner> {
    return new WindowRunner(await engine.load(onnx, { device: 'cpu' }), shape, classes, ports)
  }

  /**
   * @param frames [count, T, C, H, W]; a model of one batch size is run as often as it takes, the last time beside empty frames
   * @returns logits [count, classes], per timestep [count, T, classes], spikes of each layer where the model tells them
   */
  async run(frames: Float32Array, count: number): Promise<Answer> {
    const { batch } = this.#ports
    if (batch === undefined) return told(await this.#once(frames, count))
    const [timesteps, ...frame] = this.#shape
    const size = timesteps * frame.reduce((a, b) => a * b, 1)
    const classes = this.#classes
    const [logits, perTimestep] = [new Float32Array(count * classes), new Float32Array(count * timesteps * classes)]
    const spikes = new Map(this.#spikes.map((name) => [name, new Float32Array(count)]))
    for (let from = 0; from < count; from += batch) {
      const here = Math.min(batch, count - from)
      const padded = new Float32Array(batch * size)
      padded.set(frames.subarray(from * size, (from + here) * size))
      const answer = await this.#once(padded, batch)
      logits.set(answer.logits.subarray(0, here * classes), from * classes)
      perTimestep.set(answer.perTimestep.subarray(0, here * timesteps * classes), from * timesteps * classes)
      for (const [name, values] of answer.spikes) spikes.get(name)?.set(values.subarray(0, here), from)
    }
    return told({ logits, perTimestep, spikes })
  }

  async #once(frames: Float32Array, count: number): Promise<Raw> {
    const [timesteps] = this.#shape
    const logits = hostTensor([count, this.#classes])
    const perTimestep = hostTensor([count, timesteps, this.#classes])
    const spikes = this.#spikes.map((name): [string, HostTensor] => [name, hostTensor([count])])
    await this.#loaded.run(this.#input(frames, count), { logits, logits_per_timestep: perTimestep, ...Object.fromEntries(spikes) })
    return { logits: logits.data, perTimestep: perTimestep.data, spikes: new Map(spikes.map(([name, { data }]) => [name, data])) }
  }

  #input(frames: Float32Array, count: number): Record<string, HostTensor> {
    if (this.#ports.input !== 'image') return { frames: { shape: [count, ...this.#shape], data: frames } }
    const [timesteps, ...frame] = this.#shape
    const image = hostTensor([count, ...frame])
    const size = image.data.length / count
    for (let i = 0; i < count; i++) image.data.set(frames.subarray(i * timesteps * size, (i * timesteps + 1) * size), i * size)
    return { image }
  }

  async release(): Promise<void> {
    await this.#loaded.release()
  }
}
