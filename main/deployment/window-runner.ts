import type { Engine, HostTensor, LoadedProgram } from '../engines/engine.ts'
import { hostTensor } from '../training/state.ts'
import type { Answer, ModelRunner } from './runner.ts'

/** A loaded window model: frames [N, T, C, H, W] in, logits out. */
export class WindowRunner implements ModelRunner {
  readonly #loaded: LoadedProgram
  readonly #shape: readonly [number, number, number, number]
  readonly #classes: number
  readonly #layers: readonly string[]

  private constructor(loaded: LoadedProgram, shape: readonly [number, number, number, number], classes: number) {
    this.#loaded = loaded
    this.#shape = shape
    this.#classes = classes
    this.#layers = loaded.outputs.filter((name) => name.startsWith('rate/'))
  }

  /** @throws EngineError where the runtime can't load it */
  static async open(
    engine: Engine,
    onnx: Uint8Array,
    shape: readonly [number, number, number, number],
    classes: number,
  ): Promise<WindowRunner> {
    return new WindowRunner(await engine.load(onnx, { device: 'cpu' }), shape, classes)
  }

  /**
   * @param frames [count, T, C, H, W]
   * @returns logits [count, classes], per timestep [count, T, classes], firing rates [count] by "rate/LAYER" where the model has them
   */
  async run(frames: Float32Array, count: number): Promise<Answer> {
    const [timesteps] = this.#shape
    const logits = hostTensor([count, this.#classes])
    const perTimestep = hostTensor([count, timesteps, this.#classes])
    const rates = this.#layers.map((name): [string, HostTensor] => [name, hostTensor([count])])
    const input = { shape: [count, ...this.#shape], data: frames }
    await this.#loaded.run({ frames: input }, { logits, logits_per_timestep: perTimestep, ...Object.fromEntries(rates) })
    return {
      logits: logits.data,
      perTimestep: perTimestep.data,
      rates: new Map(rates.map(([name, tensor]) => [name.slice('rate/'.length), tensor.data])),
    }
  }

  async release(): Promise<void> {
    await this.#loaded.release()
  }
}
