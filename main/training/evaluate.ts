import { fillBatch, type Batch, type Shorter } from '../datasets/batches.ts'
import type { Dataset } from '../datasets/dataset.ts'
import type { Engine, HostTensor, LoadedProgram } from '../engines/engine.ts'
import { Random } from '../random.ts'
import { buildEvaluationProgram } from '../snn/evaluation-program.ts'
import type { EvaluationProgram } from '../snn/program.ts'
import { openCheckpoint, type CheckpointKind } from './checkpoint.ts'
import { Measuring, timeMean, type Measurement } from './metrics.ts'
import { readRunHeader } from './run-store.ts'
import type { EpochMetrics, TrainingConfig } from './schema.ts'
import { splitsOf } from './splits.ts'
import { hostTensor } from './state.ts'
import { networkShape, openTrainable } from './trainable.ts'

/** A network measured on samples in evaluation mode. */
export interface Evaluation extends Measurement {
  /** Mean spikes per neuron and timestep, every neuron layer in forward order. */
  readonly firingRates: EpochMetrics['firingRates']
  /** Time-mean logits [samples][classes], in the order of the samples given. */
  readonly logits: number[][]
}

/** Feeds of a program, without its frames: a network's variables by name. */
export type VariableFeeds = Readonly<Record<string, HostTensor>>

/**
 * A network ready to be evaluated on any of a dataset's samples. Batches have one fixed size; where the last one is not
 * full it is padded with empty frames, and what they give is left out of every figure.
 */
export class Evaluator {
  readonly program: EvaluationProgram
  readonly #loaded: LoadedProgram
  readonly #dataset: Dataset
  readonly #batch: number
  readonly #frames: HostTensor
  readonly #filled: Batch
  readonly #timesteps: number
  readonly #shorter: Shorter | undefined
  readonly #fetches: Record<string, HostTensor>

  private constructor(program: EvaluationProgram, loaded: LoadedProgram, dataset: Dataset, batch: number, timesteps: number) {
    const [whole, ...frame] = dataset.shape
    this.#timesteps = timesteps
    this.#shorter = timesteps === whole ? undefined : { merged: timesteps, timesteps }
    const classes = dataset.manifest.classes.length
    this.program = program
    this.#loaded = loaded
    this.#dataset = dataset
    this.#batch = batch
    this.#frames = hostTensor([timesteps, batch, ...frame])
    this.#filled = { frames: this.#frames.data, onehot: new Float32Array(batch * classes) }
    this.#fetches = Object.fromEntries([
      ['logits', hostTensor([timesteps, batch, classes])],
      ...program.info.neuronLayers.map(({ name }) => [`rate/${name}`, hostTensor([batch])]),
    ])
  }

  /** @param timesteps where the network sees fewer than the dataset has: its frames are merged to so many */
  static async open(
    engine: Engine,
    config: Pick<TrainingConfig, 'network' | 'device'>,
    dataset: Dataset,
    batch: number,
    timesteps = dataset.shape[0],
  ): Promise<Evaluator> {
    const program = buildEvaluationProgram({ ...networkShape(config, dataset, timesteps), batch })
    return new Evaluator(program, await engine.load(program.onnx, { device: config.device }), dataset, batch, timesteps)
  }

  /**
   * @param indices rows of the dataset
   * @param onBatch share done, after each batch
   * @returns null where the signal was aborted before the end
   */
  async run(
    variables: VariableFeeds,
    indices: Int32Array,
    signal?: AbortSignal,
    onBatch?: (share: number) => void,
  ): Promise<Evaluation | null> {
    const {
      labels,
      manifest: {
        classes: { length: classes },
      },
    } = this.#dataset
    const timesteps = this.#timesteps
    const measuring = new Measuring(timesteps, classes)
    const mean = new Float64Array(classes)
    const layers = this.program.info.neuronLayers.map(({ name }) => ({ name, tensor: this.#fetches[`rate/${name}`]?.data, sum: 0 }))
    const outputs = this.#fetches['logits']?.data ?? new Float32Array()
    const logits: number[][] = []
    for (let from = 0; from < indices.length; from += this.#batch) {
      if (signal?.aborted) return null
      const part = indices.subarray(from, from + this.#batch)
      fillBatch(this.#dataset, part, null, unused, this.#filled, this.#shorter)
      await this.#loaded.run({ ...variables, frames: this.#frames }, this.#fetches)
      measuring.add(
        outputs,
        this.#batch,
        Array.from(part, (index) => labels[index] ?? -1),
      )
      part.forEach((_, i) => {
        logits.push([...timeMean(outputs, timesteps, this.#batch, classes, i, mean)])
        for (const layer of layers) layer.sum += layer.tensor?.[i] ?? NaN
      })
      onBatch?.(Math.min(1, (from + this.#batch) / indices.length))
    }
    return { ...measuring.result, firingRates: layers.map(({ name, sum }) => ({ layer: name, rate: sum / indices.length })), logits }
  }

  async release(): Promise<void> {
    await this.#loaded.release()
  }
}

/** Nothing is drawn from it without augmentation. */
const unused = new Random(0)

export interface EvaluateOptions {
  /** Folder of the run. */
  readonly run: string
  /** Folder of its dataset. */
  readonly dataset: string
  readonly checkpoint: 'best' | 'last'
  /** As the run uses them: of a run with the fair protocol `train` is without `validation`. */
  readonly split: 'train' | 'validation' | 'test'
  readonly engine: Engine
  readonly signal?: AbortSignal
  readonly onProgress?: (share: number) => void
}

/**
 * Evaluates a run's checkpoint on a split of its dataset.
 * @throws where the run or its dataset is missing, damaged or not the one it was trained on, or the signal is aborted
 */
export async function evaluate({ run, dataset, checkpoint, split, engine, signal, onProgress }: EvaluateOptions): Promise<Evaluation> {
  const header = readRunHeader(run)
  const opened = openTrainable(dataset, header.datasetHash)
  try {
    const indices = splitsOf(header.config, opened)[split]
    if (indices.length === 0) throw new Error(`Run "${header.config.name}" keeps no validation split apart: its best epoch was chosen on the test split, as in the papers.`)
    const evaluator = await Evaluator.open(engine, header.config, opened, Math.min(header.config.batchSize, indices.length))
    try {
      const evaluation = await evaluator.run(checkpointVariables(run, checkpoint, evaluator.program), indices, signal, onProgress)
      if (evaluation === null) throw new Error('Evaluation was cancelled.')
      return evaluation
    } finally {
      await evaluator.release()
    }
  } finally {
    opened.close()
  }
}

/** A checkpoint's weights and batch-norm statistics. @throws StorageError where they don't fit the network */
export function checkpointVariables(run: string, kind: CheckpointKind, program: Pick<EvaluationProgram, 'info'>): VariableFeeds {
  const checkpoint = openCheckpoint(run, kind)
  return Object.fromEntries(program.info.variables.map(({ name, shape }) => [name, { shape, data: checkpoint.tensor(name, shape) }]))
}
