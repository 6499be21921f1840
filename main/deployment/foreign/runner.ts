import type { Engine, LoadedProgram } from '../../engines/engine.ts'
import { hostTensor } from '../../training/state.ts'
import type { Answer, ModelRunner } from '../runner.ts'
import { meanOverTime } from '../step-runner.ts'
import type { RunnableMetadata } from './metadata.ts'
import { MisfitError } from './ports.ts'
import type { ForeignPorts } from './schema.ts'

/**
 * A classifier of another origin. Fed frame by frame it answers at every timestep and the answers are averaged; fed whole samples it
 * answers once, and that stands at every timestep. Where its output is a softmax, logits are the logarithms.
 */
export class ForeignRunner implements ModelRunner {
  readonly #loaded: LoadedProgram
  readonly #ports: ForeignPorts
  readonly #metadata: RunnableMetadata

  private constructor(loaded: LoadedProgram, ports: ForeignPorts, metadata: RunnableMetadata) {
    this.#loaded = loaded
    this.#ports = ports
    this.#metadata = metadata
  }

  /** @throws EngineError where the runtime can't load it */
  static async open(engine: Engine, onnx: Uint8Array, ports: ForeignPorts, metadata: RunnableMetadata): Promise<ForeignRunner> {
    return new ForeignRunner(await engine.load(onnx, { device: 'cpu' }), ports, metadata)
  }

  async run(frames: Float32Array, count: number): Promise<Answer> {
    const { shape: [timesteps, ...frame], labels } = this.#metadata
    const byFrame = this.#ports.layout === 'NCHW'
    const answers = await this.#all(frames, byFrame ? count * timesteps : count, byFrame ? frame : [timesteps, ...frame])
    const rates = new Map<string, Float32Array>()
    const classes = labels.length
    if (byFrame) return { logits: meanOverTime(answers, count, timesteps, classes), perTimestep: answers, rates }
    const perTimestep = new Float32Array(count * timesteps * classes)
    for (let row = 0; row < count * timesteps; row++) {
      const sample = Math.floor(row / timesteps)
      perTimestep.set(answers.subarray(sample * classes, (sample + 1) * classes), row * classes)
    }
    return { logits: answers, perTimestep, rates }
  }

  /** @param shape of one input @returns [count, classes] */
  async #all(values: Float32Array, count: number, shape: readonly number[]): Promise<Float32Array> {
    const { labels, batch = count } = this.#metadata
    const { input, output, probabilities } = this.#ports
    const size = shape.reduce((a, b) => a * b, 1)
    const all = new Float32Array(count * labels.length)
    const fed = hostTensor([batch, ...shape])
    const answer = hostTensor([batch, labels.length])
    for (let from = 0; from < count; from += batch) {
      const here = Math.min(batch, count - from)
      fed.data.fill(0).set(values.subarray(from * size, (from + here) * size))
      await this.#loaded.run({ [input]: fed }, { [output]: answer })
      all.set(answer.data.subarray(0, here * labels.length), from * labels.length)
    }
    return probabilities ? all.map((p) => Math.log(Math.max(p, 1e-30))) : all
  }

  async release(): Promise<void> {
    await this.#loaded.release()
  }

  /** Runs once on empty frames. @throws MisfitError where that gives no numbers */
  async check(): Promise<void> {
    const { logits } = await this.run(new Float32Array(this.#metadata.shape.reduce((a, b) => a * b, 1)), 1)
    if (logits.some((value) => !Number.isFinite(value))) throw new MisfitError('it gives values that are no numbers for empty frames')
  }
}
