import { fillBatch } from '../datasets/batches.ts'
import type { HostTensor, LoadedProgram } from '../engines/engine.ts'
import { Random } from '../random.ts'
import { buildLossProgram } from '../snn/loss-program.ts'
import type { VariableFeeds } from '../training/evaluate.ts'
import { stageAt } from '../training/stages.ts'
import { hostTensor } from '../training/state.ts'
import { lossesOf } from './losses.ts'
import type { LossName } from './schemas/landscape.ts'
import { goOn, type Subject } from './subject.ts'

export type Losses = Partial<Record<LossName, number>>

/** Frames of so many bytes stay in memory between evaluations; more are read anew each time. */
const keptBytes = 512 * 2 ** 20

interface Part {
  readonly rows: Int32Array
  readonly frames: HostTensor
  readonly onehot: HostTensor
}

/**
 * The losses of a checkpoint's network on fixed samples as a function of the weights, and the gradient of one of them. Evaluation
 * mode: batch norm's running statistics stay, nothing is augmented, so equal weights give equal numbers.
 */
export class Objective {
  readonly samples: number
  readonly names: readonly LossName[]
  /** Trained variables, in the network's order; empty without a gradient. */
  readonly trained: readonly string[]
  readonly #subject: Subject
  readonly #programs: ReadonlyMap<number, LoadedProgram>
  readonly #parts: readonly Part[]
  readonly #keeps: boolean
  readonly #fetches: Record<string, HostTensor>

  private constructor(subject: Subject, names: readonly LossName[], trained: readonly string[], programs: ReadonlyMap<number, LoadedProgram>, parts: readonly Part[], keeps: boolean) {
    this.#subject = subject
    this.names = names
    this.trained = trained
    this.#programs = programs
    this.#parts = parts
    this.#keeps = keeps
    this.samples = parts.reduce((sum, { rows }) => sum + rows.length, 0)
    this.#fetches = Object.fromEntries([
      ...names.map((name) => [`loss/${name}`, hostTensor([1])] as const),
      ...trained.map((name) => [`gradient/${name}`, hostTensor(subject.variables[name]?.shape ?? [])] as const),
    ])
    if (keeps) for (const part of parts) this.#fill(part)
  }

  /**
   * @param gradient the loss whose gradient is wanted too
   * @throws EngineError where the engine can't run the network
   */
  static async open(subject: Subject, gradient?: LossName): Promise<Objective> {
    const { shape, indices, options, engine, config, epoch } = subject
    const [timesteps, ...frame] = shape.shape
    // Spread over the split, whose rows are sorted by class, in equal batches as far as that goes.
    const count = Math.min(options.samples, indices.length)
    const rows = Int32Array.from({ length: count }, (_, i) => indices[Math.floor((i * indices.length) / count)] ?? -1)
    const batch = Math.ceil(count / Math.ceil(count / config.batchSize))
    const losses = lossesOf(config, epoch)
    const programs = new Map<number, LoadedProgram>()
    let trained: readonly string[] = []
    for (const size of new Set([batch, count % batch || batch])) {
      const program = buildLossProgram({ ...shape, batch: size, losses, gradient })
      if (gradient !== undefined) trained = program.trained
      programs.set(size, await engine.load(program.onnx, { device: config.device }))
    }
    const keeps = 4 * count * timesteps * frame.reduce((a, b) => a * b, 1) <= keptBytes
    const tensors = (size: number): Pick<Part, 'frames' | 'onehot'> => ({ frames: hostTensor([timesteps, size, ...frame]), onehot: hostTensor([size, shape.classes]) })
    const shared = new Map([...programs.keys()].map((size) => [size, keeps ? null : tensors(size)]))
    const parts = Array.from({ length: Math.ceil(count / batch) }, (_, i): Part => {
      const part = rows.subarray(i * batch, (i + 1) * batch)
      return { rows: part, ...(shared.get(part.length) ?? tensors(part.length)) }
    })
    return new Objective(subject, Object.keys(losses) as LossName[], trained, programs, parts, keeps)
  }

  /** Every loss, mean over the samples. @throws where the signal is aborted */
  async losses(variables: VariableFeeds): Promise<Losses> {
    return this.#run(variables, () => undefined)
  }

  /** Gradient by variable, mean over the samples, added into `into`, whose tensors are as long as the variables. @throws where the signal is aborted */
  async gradient(variables: VariableFeeds, into: ReadonlyMap<string, Float64Array>): Promise<Losses> {
    return this.#run(variables, (share) => {
      for (const [name, sum] of into) {
        const slope = this.#fetches[`gradient/${name}`]?.data
        if (slope) for (let i = 0; i < sum.length; i++) sum[i]! += share * slope[i]!
      }
    })
  }

  async release(): Promise<void> {
    for (const program of this.#programs.values()) await program.release()
  }

  #fill({ rows, frames, onehot }: Part): void {
    fillBatch(this.#subject.dataset, rows, null, new Random(0), { frames: frames.data, onehot: onehot.data })
  }

  async #run(variables: VariableFeeds, each: (share: number) => void): Promise<Losses> {
    const { epoch, config, signal } = this.#subject
    const at = Math.max(0, epoch - 1)
    const stage = stageAt(config, at)
    const elapsed: HostTensor = { shape: [1], data: Float32Array.of((at - stage.start) / stage.epochs) }
    const sums: Losses = {}
    for (const part of this.#parts) {
      goOn(signal)
      if (!this.#keeps) this.#fill(part)
      const program = this.#programs.get(part.rows.length)
      if (!program) throw new Error('every size of batch has its program')
      await program.run({ ...variables, frames: part.frames, onehot: part.onehot, elapsed }, this.#fetches)
      const share = part.rows.length / this.samples
      for (const name of this.names) sums[name] = (sums[name] ?? 0) + share * (this.#fetches[`loss/${name}`]?.data[0] ?? NaN)
      each(share)
    }
    return sums
  }
}
