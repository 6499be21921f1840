import { totalmem } from 'node:os'
import type { Dataset } from '../datasets/dataset.ts'
import type { Engine, HostTensor, LoadedProgram, ResidentState } from '../engines/engine.ts'
import { initialVariables } from '../snn/initial.ts'
import type { TrainingProgram } from '../snn/program.ts'
import type { MethodSettings } from '../snn/schema.ts'
import { buildTrainingProgram } from '../snn/training-program.ts'
import { drawShape, fillDraws } from '../snn/ops/zeroth-order.ts'
import { type Ahead, Feeder, type Wanted } from './feeder.ts'
import { correctSamples } from './metrics.ts'
import type { Random } from '../random.ts'
import { methodAt } from './schedule.ts'
import type { TrainingConfig } from './schema.ts'
import { drawnTimesteps, drawsTimesteps } from '../snn/losses/slt.ts'
import { splitsOf } from './splits.ts'
import { stageAt } from './stages.ts'
import { hostTensor, scalar, TrainingState } from './state.ts'
import { networkShape } from './trainable.ts'

/** onnxruntime's arena holds about so much for each neuron, timestep and sample: 3.7 GB for VGGSNN, T 10, batch 16. */
const bytesPerNeuron = 25
const memoryForSteps = totalmem() / 2

/** The step of one batch size and number of timesteps, with the memory that it reads from and writes to. */
interface SizedStep {
  /** What its runtime is expected to hold on to. */
  readonly bytes: number
  readonly loaded: LoadedProgram
  readonly frames: HostTensor
  readonly onehot: HostTensor
  readonly logits: HostTensor
  /** Each sample's place in the surrogate's draws, where it is drawn. */
  readonly places: HostTensor | null
}

/** What a step is of. */
export interface StepOf {
  /** Samples: rows of the dataset. */
  readonly indices: Int32Array
  readonly learningRate: number
  /** Number of this step, counted from 1 since the optimizer began (Adam's bias correction). */
  readonly k: number
  /** Counted from 0: decides method and timesteps where the run changes them. */
  readonly epoch: number
  /** Which batch of the epoch it is, counted from 0: decides the timesteps where the method draws them. */
  readonly place: number
}

/** A batch that will be asked for: it can be prepared while the one before is trained on. */
export type Following = Pick<StepOf, 'indices' | 'epoch' | 'place'>

/** What a step tells. */
export interface StepResult {
  /** The method's loss over the batch, before the step. */
  readonly loss: number
  /** Samples whose time-mean logits point at their label. */
  readonly correct: number
  /** Seconds until its batch was there. */
  readonly waited: number
}

/**
 * Takes optimizer steps. The authors' loaders keep the last, smaller batch of an epoch (no drop_last), so it is trained on
 * here too: every batch size gets a program of its own, built when it is first needed (an epoch has at most two sizes), and so
 * does every number of timesteps.
 */
export class Stepper {
  readonly state: TrainingState
  readonly program: TrainingProgram
  readonly #engine: Engine
  readonly #config: TrainingConfig
  readonly #dataset: Dataset
  readonly #feeder: Feeder
  /** Samples in a full batch. */
  readonly #full: number
  readonly #steps = new Map<string, SizedStep>()
  /** What `#steps` train. */
  #method: MethodSettings
  #stage = 0
  /** The state between steps, where it stays on the device. */
  #resident: ResidentState | null = null
  readonly #learningRate = scalar()
  readonly #elapsed = scalar()
  /** Of a surrogate that is drawn for each step. */
  readonly #draws: HostTensor | null
  readonly #correction1 = scalar()
  readonly #correction2 = scalar()
  readonly #loss = scalar()

  /** Builds the graph of a full batch and the state at the start of a run: seeded weights, optimizer at zero. */
  constructor(engine: Engine, config: TrainingConfig, dataset: Dataset, ahead?: Ahead) {
    this.#feeder = new Feeder(dataset, config.augmentation, ahead)
    this.#engine = engine
    this.#config = config
    this.#dataset = dataset
    this.#method = config.method
    this.#draws = config.network.neuron.surrogate === 'localzo' ? hostTensor(drawShape) : null
    this.#full = Math.min(config.batchSize, splitsOf(config, dataset).train.length)
    this.program = this.#build(this.#full, config.method, dataset.shape[0])
    this.state = new TrainingState(this.program.state)
    const weights = initialVariables(this.program.info, config.seed)
    this.state.load((name) => weights.get(name))
  }

  #build(batch: number, method: MethodSettings, timesteps: number): TrainingProgram {
    const { optimizer, clipNorm, device } = this.#config
    // A GPU's libraries choose how to convolve themselves.
    return buildTrainingProgram({ ...networkShape(this.#config, this.#dataset, timesteps), batch, method, optimizer, clipNorm, winograd: device === 'cpu' })
  }

  async #sized(batch: number, method: MethodSettings, timesteps: number): Promise<SizedStep> {
    const key = `${batch} x ${timesteps}`
    const known = this.#steps.get(key)
    if (known !== undefined) {
      // Last in line for being let go of.
      this.#steps.delete(key)
      this.#steps.set(key, known)
      return known
    }
    const bytes = this.program.info.neuronLayers.reduce((sum, { neurons }) => sum + neurons, 0) * batch * timesteps * bytesPerNeuron
    await this.#makeRoom(bytes)
    this.#keepResident()
    const whole = timesteps === this.#dataset.shape[0]
    const program = whole && batch === this.#full && method === this.#config.method ? this.program : this.#build(batch, method, timesteps)
    const [, ...frame] = this.#dataset.shape
    const classes = this.#dataset.manifest.classes.length
    const step = {
      bytes,
      loaded: await this.#engine.load(program.onnx, { device: this.#config.device, precision: this.#config.precision, resident: this.#resident ?? undefined }),
      frames: hostTensor([timesteps, batch, ...frame]),
      onehot: hostTensor([batch, classes]),
      logits: hostTensor([timesteps, batch, classes]),
      places: this.#draws && hostTensor([batch]),
    }
    this.#steps.set(key, step)
    return step
  }

  /** Lets go of the steps that were not taken for the longest until another one of `bytes` fits. Only methods that draw T have so many. */
  async #makeRoom(bytes: number): Promise<void> {
    let held = [...this.#steps.values()].reduce((sum, step) => sum + step.bytes, 0)
    for (const [key, step] of this.#steps) {
      if (held + bytes <= memoryForSteps) return
      this.#steps.delete(key)
      held -= step.bytes
      // Its memory holds the state, if it was the last one that ran.
      await this.settle()
      await step.loaded.release()
    }
  }

  /** Lets go of the programs and their memory where an epoch trains another method or stage than they do. */
  async #turnTo(method: MethodSettings, stage: number): Promise<void> {
    if (method === this.#method && stage === this.#stage) return
    await this.settle()
    await this.release()
    this.#method = method
    this.#stage = stage
  }

  /** How many timesteps a batch has. */
  #wanted({ indices, epoch, place }: Following): Wanted {
    const merged = stageAt(this.#config, epoch).timesteps ?? this.#dataset.shape[0]
    const draws = drawsTimesteps(methodAt(this.#config, epoch))
    return { indices, merged, timesteps: draws ? drawnTimesteps(merged, this.#config.seed, epoch, place) : merged }
  }

  /**
   * One step on a batch of samples, augmented with numbers from `random`.
   * @param following the next step's batch, where it is known
   */
  async step({ indices, learningRate, k, epoch, place }: StepOf, random: Random, following?: Following): Promise<StepResult> {
    const batch = indices.length
    const method = methodAt(this.#config, epoch)
    const stage = stageAt(this.#config, epoch)
    const asked = this.#wanted({ indices, epoch, place })
    const { timesteps } = asked
    await this.#turnTo(method, stage.index)
    const { loaded, frames, onehot, logits, places } = await this.#sized(batch, method, timesteps)
    const waited = await this.#feeder.fill(asked, random, { frames: frames.data, onehot: onehot.data }, following && this.#wanted(following))
    const { optimizer } = this.#config
    this.#learningRate.data[0] = learningRate
    this.#elapsed.data[0] = (epoch - stage.start) / stage.epochs
    this.#keepResident()
    const resident = this.#resident
    const feeds: Record<string, HostTensor> = { ...(resident === null && this.state.inputs), frames, onehot, learningRate: this.#learningRate, elapsed: this.#elapsed }
    if (optimizer.name === 'adam' || optimizer.name === 'adamw') {
      this.#correction1.data[0] = 1 - optimizer.beta1 ** k
      this.#correction2.data[0] = 1 - optimizer.beta2 ** k
      feeds['correction1'] = this.#correction1
      feeds['correction2'] = this.#correction2
    }
    if (this.#draws && places) {
      fillDraws(this.#config.seed, `epoch ${epoch}, batch ${place}`, this.#draws.data, places.data)
      feeds['draws'] = this.#draws
      feeds['places'] = places
    }
    await loaded.run(feeds, { ...(resident === null && this.state.outputs), loss: this.#loss, logits }, resident ?? undefined)
    if (resident === null) this.state.swap()
    const {
      labels,
      manifest: { classes },
    } = this.#dataset
    const wanted = Array.from(indices, (index) => labels[index] ?? -1)
    return { loss: this.#loss.data[0] ?? NaN, correct: correctSamples(logits.data, timesteps, batch, classes.length, wanted), waited }
  }

  /** Leaves the state on the device from the next step on, where the engine can. */
  #keepResident(): void {
    this.#resident ??= this.#engine.resident?.(this.#config.device, this.state.inputs) ?? null
  }

  /** Brings `state` up to date where it has stayed on the device: before it is measured, saved or changed. */
  async settle(): Promise<void> {
    const resident = this.#resident
    this.#resident = null
    if (resident === null) return
    await resident.read(this.state.inputs)
    await resident.release()
  }

  /** A new stage: the weights are inherited, the optimizer starts anew. */
  forgetOptimizer(): void {
    const kept = new Set(this.program.info.variables.map(({ name }) => name))
    for (const { name, data } of this.state.tensors) if (!kept.has(name)) data.fill(0)
  }

  /** Lets go of all programs and of what stayed on the device. */
  async release(): Promise<void> {
    await this.#feeder.close()
    await this.#resident?.release()
    this.#resident = null
    for (const { loaded } of this.#steps.values()) await loaded.release()
    this.#steps.clear()
  }
}
