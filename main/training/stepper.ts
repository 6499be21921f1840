import { fillBatch } from '../datasets/batches.ts'
import type { Dataset } from '../datasets/dataset.ts'
import type { Engine, HostTensor, LoadedProgram } from '../engines/engine.ts'
import { initialVariables } from '../snn/initial.ts'
import type { TrainingProgram } from '../snn/program.ts'
import type { MethodSettings } from '../snn/schema.ts'
import { buildTrainingProgram } from '../snn/training-program.ts'
import { correctSamples } from './metrics.ts'
import type { Random } from '../random.ts'
import { methodAt } from './schedule.ts'
import type { TrainingConfig } from './schema.ts'
import { hostTensor, scalar, TrainingState } from './state.ts'
import { networkShape } from './trainable.ts'

/** The step of one batch size, with the memory that it reads from and writes to. */
interface SizedStep {
  readonly loaded: LoadedProgram
  readonly frames: HostTensor
  readonly onehot: HostTensor
  readonly logits: HostTensor
}

/** What a step tells. */
export interface StepResult {
  /** The method's loss over the batch, before the step. */
  readonly loss: number
  /** Samples whose time-mean logits point at their label. */
  readonly correct: number
}

/**
 * Takes optimizer steps. The authors' loaders keep the last, smaller batch of an epoch (no drop_last), so it is trained on
 * here too: every batch size gets a program of its own, built when it is first needed (an epoch has at most two sizes).
 */
export class Stepper {
  readonly state: TrainingState
  readonly program: TrainingProgram
  readonly #engine: Engine
  readonly #config: TrainingConfig
  readonly #dataset: Dataset
  /** Samples in a full batch. */
  readonly #full: number
  readonly #steps = new Map<number, SizedStep>()
  /** What `#steps` train. */
  #method: MethodSettings
  readonly #learningRate = scalar()
  readonly #correction1 = scalar()
  readonly #correction2 = scalar()
  readonly #loss = scalar()

  /** Builds the graph of a full batch and the state at the start of a run: seeded weights, optimizer at zero. */
  constructor(engine: Engine, config: TrainingConfig, dataset: Dataset) {
    this.#engine = engine
    this.#config = config
    this.#dataset = dataset
    this.#method = config.method
    this.#full = Math.min(config.batchSize, dataset.train.length)
    this.program = this.#build(this.#full, config.method)
    this.state = new TrainingState(this.program.state)
    const weights = initialVariables(this.program.info, config.seed)
    this.state.load((name) => weights.get(name))
  }

  #build(batch: number, method: MethodSettings): TrainingProgram {
    const { optimizer, clipNorm } = this.#config
    return buildTrainingProgram({ ...networkShape(this.#config, this.#dataset), batch, method, optimizer, clipNorm })
  }

  async #sized(batch: number, method: MethodSettings): Promise<SizedStep> {
    if (method !== this.#method) {
      // The run has switched: the first method's programs and their memory are needed no more.
      await this.release()
      this.#method = method
    }
    const known = this.#steps.get(batch)
    if (known !== undefined) return known
    const program = batch === this.#full && method === this.#config.method ? this.program : this.#build(batch, method)
    const [timesteps, ...frame] = this.#dataset.shape
    const classes = this.#dataset.manifest.classes.length
    const step = {
      loaded: await this.#engine.load(program.onnx, { device: this.#config.device }),
      frames: hostTensor([timesteps, batch, ...frame]),
      onehot: hostTensor([batch, classes]),
      logits: hostTensor([timesteps, batch, classes]),
    }
    this.#steps.set(batch, step)
    return step
  }

  /**
   * One step on a batch of samples.
   * @param k number of this step, counted from 1 over the whole run (Adam's bias correction)
   * @param epoch counted from 0: decides the method where the run switches
   */
  async step(indices: Int32Array, random: Random, learningRate: number, k: number, epoch = 0): Promise<StepResult> {
    const batch = indices.length
    const { loaded, frames, onehot, logits } = await this.#sized(batch, methodAt(this.#config, epoch))
    // Not while the step before runs: session.run holds this thread and all cores, and filling takes 1.4 ms of 440 (network
    // Small, 32 x 34x34, T 10, flip and roll, two cores) and 1.2 ms of some seconds (VGGSNN, 16 x 48x48): a thread of its own
    // would gain nothing.
    fillBatch(this.#dataset, indices, this.#config.augmentation, random, { frames: frames.data, onehot: onehot.data })
    const { optimizer } = this.#config
    this.#learningRate.data[0] = learningRate
    const feeds: Record<string, HostTensor> = { ...this.state.inputs, frames, onehot, learningRate: this.#learningRate }
    if (optimizer.name === 'adam' || optimizer.name === 'adamw') {
      this.#correction1.data[0] = 1 - optimizer.beta1 ** k
      this.#correction2.data[0] = 1 - optimizer.beta2 ** k
      feeds['correction1'] = this.#correction1
      feeds['correction2'] = this.#correction2
    }
    await loaded.run(feeds, { ...this.state.outputs, loss: this.#loss, logits })
    this.state.swap()
    const {
      labels,
      shape: [timesteps],
      manifest: { classes },
    } = this.#dataset
    const wanted = Array.from(indices, (index) => labels[index] ?? -1)
    return { loss: this.#loss.data[0] ?? NaN, correct: correctSamples(logits.data, timesteps, batch, classes.length, wanted) }
  }

  async release(): Promise<void> {
    for (const { loaded } of this.#steps.values()) await loaded.release()
    this.#steps.clear()
  }
}
