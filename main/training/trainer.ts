import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Dataset } from '../datasets/dataset.ts'
import { epochOrder } from '../datasets/batches.ts'
import { EngineError, type Engine } from '../engines/engine.ts'
import { Random } from '../random.ts'
import { networkInfo } from '../snn/network.ts'
import { removeTemporaries } from './atomic.ts'
import { checkpointPath, configHash, hasCheckpoint, keepLastAs, writeCheckpoint, type Progress } from './checkpoint.ts'
import { checkpointVariables, Evaluator } from './evaluate.ts'
import { CurvesFile } from './curves.ts'
import type { Ahead } from './feeder.ts'
import { isAlive, Lock } from './lock.ts'
import { measured } from './measured.ts'
import { isBetter } from './metrics.ts'
import { Pace } from './pace.ts'
import type { TrainingOutcome } from './protocol.ts'
import { resumePoint } from './resume.ts'
import { recordSession } from './run-manifest.ts'
import { appendEpoch, createRun, cutEpochs, isRun, readRunHeader, readTestScore, storedStatus, writeConfusion, writeStatus, writeTestScore } from './run-store.ts'
import { learningRateOf } from './schedule.ts'
import type { EpochMetrics, StepProgress, TrainingConfig } from './schema.ts'
import { stageAt, totalEpochs } from './stages.ts'
import { splitsOf, type Splits } from './splits.ts'
import { Stepper } from './stepper.ts'
import { networkShape, openTrainable, timestepsFault } from './trainable.ts'

export interface TrainOptions {
  readonly config: TrainingConfig
  /** Folder of the dataset. */
  readonly dataset: string
  /** Folder of the run. Where it holds one already, that run goes on from its last checkpoint. */
  readonly run: string
  readonly engine: Engine
  /** Aborted: saves in the middle of the epoch and stops. */
  readonly signal?: AbortSignal
  readonly onStep?: (progress: StepProgress) => void
  readonly onEpoch?: (metrics: EpochMetrics) => void
  /** Whether batches are prepared ahead in a worker thread; the numbers are the same. */
  readonly ahead?: Ahead
}

/** A run that can't go on as it is configured; the message says what to change. */
class TrainingError extends Error {}

/**
 * Trains a network to the end, to the signal, or to a fault; what happened stands in the run's status too. The same
 * config and data give the same numbers on CPU, to the last bit, however often the run was stopped or killed in between.
 * @throws before anything is written: the dataset can't be used, the run is another one's, or is being trained elsewhere
 */
export async function train(options: TrainOptions): Promise<TrainingOutcome> {
  const { config, run } = options
  const known = isRun(run) ? readRunHeader(run) : undefined
  if (known !== undefined) {
    const status = storedStatus(run)
    if (status.state === 'running' && status.pid !== process.pid && isAlive(status))
      throw new Error(trainedBy(known.config.name, status.pid))
    if (configHash(known.config) !== configHash(config))
      throw new Error(
        `Run "${known.config.name}" (${run}) was started with other settings than the ones given. ` +
          'Resume it with its own, or start a new run.',
      )
  }
  const dataset = openTrainable(options.dataset, known?.datasetHash)
  try {
    const fault = timestepsFault(config, dataset.manifest.classes.length, dataset.shape)
    if (fault !== null) throw new Error(fault)
    splitsOf(config, dataset)
    if (known === undefined) {
      const { hash, classes } = dataset.manifest
      createRun(run, { config, datasetHash: hash, classes, parameters: networkInfo(networkShape(config, dataset)).parameters })
    }
    return await alone(run, config.name, async () => {
      removeTemporaries(run)
      writeStatus(run, 'running', null)
      const outcome = await new Training(options, dataset)
        .toTheEnd()
        .catch((error: unknown): TrainingOutcome => ({ state: 'failed', message: explain(error, config) }))
      return settle(run, outcome)
    })
  } finally {
    dataset.close()
  }
}

const trainedBy = (name: string, pid: number): string => `Run "${name}" is being trained already, by process ${pid}. Stop it there first.`

/** Trains where no other process does, even one that began at the same moment. @throws Error naming that process */
async function alone<T>(run: string, name: string, work: () => Promise<T>): Promise<T> {
  const lock = Lock.take(join(run, '.training.lock'))
  if (!(lock instanceof Lock)) throw new Error(trainedBy(name, lock.pid))
  try {
    return await work()
  } finally {
    lock.release()
  }
}

/** Writes how a run ended; a disk that takes no status any more doesn't hide why. */
function settle(run: string, outcome: TrainingOutcome): TrainingOutcome {
  try {
    writeStatus(run, outcome.state, outcome.message)
    return outcome
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error)
    return { state: 'failed', message: outcome.message ?? fault }
  }
}

/** A fault in words for people: what to do, then what the runtime said. */
function explain(error: unknown, config: TrainingConfig): string {
  const message = (error instanceof Error ? error.message : String(error)).trim()
  if (!(error instanceof EngineError)) return message
  if (config.device === 'webgpu')
    return `The GPU could not be used. Without a GPU and its driver (Vulkan, Metal or Direct3D 12) train on the CPU. ${message}`
  if (config.device !== 'cpu')
    return `The device "${config.device}" could not be used; "npm run saccade -- devices" and the Devices page tell why and what to do. ${message}`
  return `${message}. Where memory ran out, try a smaller batch.`
}

class Training {
  readonly #options: TrainOptions
  readonly #dataset: Dataset
  readonly #splits: Splits
  readonly #stepper: Stepper
  readonly #random: Random
  readonly #pace: Pace
  #evaluator: { readonly of: Evaluator; readonly stage: number } | undefined
  #curves: CurvesFile | undefined
  /** Where the run stands; `partial` is the epoch that is under way. */
  #progress: Progress

  constructor(options: TrainOptions, dataset: Dataset) {
    const { config, engine } = options
    this.#options = options
    this.#dataset = dataset
    this.#splits = splitsOf(config, dataset)
    this.#stepper = new Stepper(engine, config, dataset, options.ahead)
    this.#random = new Random(config.seed, 'augmentation')
    this.#progress = {
      version: 1,
      epoch: 0,
      steps: 0,
      partial: null,
      best: null,
      testAccuracy: null,
      random: { augmentation: this.#random.state },
      datasetHash: dataset.manifest.hash,
      configHash: configHash(config),
    }
    const timesteps = Array.from({ length: totalEpochs(config) }, (_, epoch) => stageAt(config, epoch).timesteps ?? dataset.shape[0])
    this.#pace = new Pace(this.#splits.train.length, timesteps)
  }

  async toTheEnd(): Promise<TrainingOutcome> {
    const { config, run, engine } = this.#options
    const point = resumePoint(run, this.#progress)
    if (point !== null) {
      this.#stepper.state.load(point.tensor)
      this.#progress = point.progress
      this.#random.state = point.progress.random.augmentation
      // A kill may have come between `last` and this.
      this.#keepEpoch()
    }
    this.#curves = new CurvesFile(run, cutEpochs(run, this.#progress.epoch))
    const { epoch: afterEpoch } = this.#progress
    recordSession(run, { config, dataset: this.#dataset, splits: this.#splits, engine, graph: this.#stepper.program.onnx, afterEpoch })
    try {
      const epochs = totalEpochs(config)
      while (this.#progress.epoch < epochs) {
        if (!(await this.#epoch(await this.#enter()))) return { state: 'stopped', message: null }
      }
      return (await this.#scoreTest()) ? { state: 'finished', message: null } : { state: 'stopped', message: null }
    } finally {
      await this.#evaluator?.of.release()
      await this.#stepper.release()
      this.#curves.settle()
    }
  }

  /**
   * Scores the test split with the checkpoint that validation has chosen, once.
   * @returns false where it was stopped before it was done
   */
  async #scoreTest(): Promise<boolean> {
    const { config, run, engine, signal } = this.#options
    const { best } = this.#progress
    if (this.#splits.measured === 'test' || best === null || readTestScore(run) !== undefined) return true
    const { test } = this.#splits
    const evaluator = await Evaluator.open(engine, config, this.#dataset, Math.min(config.batchSize, test.length))
    try {
      const score = await evaluator.run(checkpointVariables(run, 'best', evaluator.program), test, signal)
      if (score === null) return false
      const { samples, loss, accuracy, timestepAccuracy, confusion } = score
      writeTestScore(run, { epoch: best.epoch, samples, loss, accuracy, timestepAccuracy, confusion })
      return true
    } finally {
      await evaluator.release()
    }
  }

  /** Turns to the stage of the epoch that comes, where it isn't there yet. @returns what measures the stage's network */
  async #enter(): Promise<Evaluator> {
    const { config, engine } = this.#options
    const stage = stageAt(config, this.#progress.epoch)
    if (stage.index > 0 && stage.start === this.#progress.epoch && this.#progress.partial === null) {
      this.#stepper.forgetOptimizer()
      // Accuracies of other numbers of timesteps don't compare: what counts as best is of one stage.
      this.#progress = { ...this.#progress, steps: 0, best: null }
    }
    if (this.#evaluator?.stage !== stage.index) {
      await this.#evaluator?.of.release()
      const batch = Math.min(config.batchSize, this.#splits[this.#splits.measured].length)
      const of = await Evaluator.open(engine, config, this.#dataset, batch, stage.timesteps ?? undefined)
      this.#evaluator = { of, stage: stage.index }
    }
    return this.#evaluator.of
  }

  /** One epoch, or the rest of one. @returns false where it was stopped and saved on the way */
  async #epoch(evaluator: Evaluator): Promise<boolean> {
    const { config, signal, onStep, onEpoch } = this.#options
    const { train, measured: split } = this.#splits
    const { epoch } = this.#progress
    const order = epochOrder(train.length, config.seed, epoch).map((position) => train[position] ?? -1)
    const batches = Math.ceil(train.length / config.batchSize)
    const sums = { ...(this.#progress.partial ?? { batches: 0, samples: 0, lossSum: 0, correct: 0, seconds: 0, waited: 0 }) }
    const before = sums.seconds
    const started = performance.now()
    const seconds = (): number => before + (performance.now() - started) / 1000

    while (sums.batches < batches) {
      if (signal?.aborted) {
        await this.#stepper.settle()
        return this.#pause({ ...sums, seconds: seconds() })
      }
      const batchAt = (place: number): Int32Array => order.subarray(place * config.batchSize, (place + 1) * config.batchSize)
      const batch = batchAt(sums.batches)
      const place = sums.batches + 1
      const following = place < batches ? { indices: batchAt(place), epoch, place } : undefined
      const stepStarted = performance.now()
      const learningRate = learningRateOf(config, epoch, { place: sums.batches, batches })
      const { loss, correct, waited } = await this.#stepper.step({ indices: batch, learningRate, k: ++this.#progress.steps, epoch, place: sums.batches }, this.#random, following)
      if (!Number.isFinite(loss))
        throw new TrainingError(divergence(`The loss became ${loss} in epoch ${epoch + 1}, step ${sums.batches + 1}`, config))
      sums.batches++
      sums.samples += batch.length
      sums.lossSum += loss * batch.length
      sums.correct += correct
      sums.waited = (sums.waited ?? 0) + waited
      this.#pace.step(epoch, batch.length, (performance.now() - stepStarted) / 1000)
      onStep?.({
        epoch: epoch + 1,
        step: sums.batches,
        steps: batches,
        loss,
        accuracy: sums.correct / sums.samples,
        ...this.#pace.figures(epoch, sums.samples),
      })
    }
    await this.#stepper.settle()

    const trained = seconds()
    const evaluation = await evaluator.run(this.#stepper.state.inputs, this.#splits[split], signal)
    if (evaluation === null) return this.#pause({ ...sums, seconds: trained })
    this.#pace.evaluation(seconds() - trained)
    if (!Number.isFinite(evaluation.loss))
      throw new TrainingError(divergence(`The ${split} loss became ${evaluation.loss} after epoch ${epoch + 1}`, config))
    const metrics: EpochMetrics = {
      epoch: epoch + 1,
      learningRate: learningRateOf(config, epoch),
      ...(config.stages && { timesteps: stageAt(config, epoch).timesteps ?? this.#dataset.shape[0] }),
      trainLoss: sums.lossSum / sums.samples,
      trainAccuracy: sums.correct / sums.samples,
      ...(split === 'test'
        ? { testLoss: evaluation.loss, testAccuracy: evaluation.accuracy }
        : { validationLoss: evaluation.loss, validationAccuracy: evaluation.accuracy }),
      timestepAccuracy: evaluation.timestepAccuracy,
      firingRates: evaluation.firingRates,
      samplesPerSecond: sums.samples / trained,
      seconds: seconds(),
      waitedSeconds: sums.waited ?? 0,
    }
    this.#save(metrics, evaluation.confusion)
    onEpoch?.(metrics)
    return true
  }

  /**
   * The epoch's line and confusion, then `last`, which is what makes the epoch count, then `best`: resuming mends a kill
   * between any two of them.
   */
  #save(metrics: EpochMetrics, confusion: number[][]): void {
    const { run } = this.#options
    const better = isBetter(metrics, this.#progress.best)
    const { split, accuracy, loss } = measured(metrics)
    if (better)
      this.#progress.best = { epoch: metrics.epoch, metric: `${split}Accuracy`, value: accuracy, testLoss: loss }
    this.#progress = {
      ...this.#progress,
      epoch: metrics.epoch,
      partial: null,
      testAccuracy: accuracy,
      random: { augmentation: this.#random.state },
    }
    appendEpoch(run, metrics)
    writeConfusion(run, confusion)
    writeCheckpoint(run, 'last', this.#progress, this.#stepper.state.tensors)
    if (better) keepLastAs(run, 'best')
    this.#keepEpoch()
    rmSync(checkpointPath(run, 'pause'), { force: true })
    this.#curves?.add(metrics)
  }

  /** Keeps the checkpoint of the last epoch under its number, where the settings ask for it and it is not there yet. */
  #keepEpoch(): void {
    const { run, config } = this.#options
    const { epoch } = this.#progress
    const kind = `epoch-${epoch}` as const
    if (config.keepEvery !== undefined && epoch > 0 && epoch % config.keepEvery === 0 && !hasCheckpoint(run, kind)) keepLastAs(run, kind)
  }

  /** Saves the middle of an epoch, beside `last`. */
  #pause(partial: NonNullable<Progress['partial']>): false {
    this.#progress = { ...this.#progress, partial, testAccuracy: null, random: { augmentation: this.#random.state } }
    writeCheckpoint(this.#options.run, 'pause', this.#progress, this.#stepper.state.tensors)
    return false
  }
}

function divergence(what: string, { learningRate }: TrainingConfig): string {
  const advice = `Lower the learning rate (it is ${learningRate}; try a tenth) or normalize the frames, and start a new run.`
  return `${what}: training diverged. ${advice} Checkpoints of earlier epochs are kept.`
}
