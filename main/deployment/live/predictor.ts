import { filterEvents } from '../../datasets/filtered.ts'
import { batchesToFrames, totalsOf } from '../../datasets/frames.ts'
import type { Engine } from '../../engines/engine.ts'
import type { EventBatch } from '../../events/recording.ts'
import { softmax } from '../../training/metrics.ts'
import { ModelFileError, type ModelFile } from '../model-file.ts'
import { openModel } from '../open-model.ts'
import { StepRunner } from '../step-runner.ts'
import type { LivePrediction } from './schema.ts'
import { LiveError } from './source.ts'

/** The network's part of a prediction. */
export interface LiveAnswer extends Pick<LivePrediction, 'label' | 'confidence' | 'steps' | 'top'> {
  /** ms: filters and frames. */
  readonly framesMs: number
  readonly networkMs: number
  /** What makes the answer less to be trusted. */
  readonly notice: string | null
}

/** A model made ready to answer window after window. */
export interface Predictor {
  /** Whether an early exit leaves out the timesteps behind it. */
  readonly stepwise: boolean
  /**
   * The window goes through the model's own filters and framing rule, as a recording would that holds nothing else.
   * @param sensor [height, width]
   * @param exitAt confidence at which an answer counts; null: after all timesteps
   * @returns null where the filters leave no event
   * @throws LiveError, FilterError where the model can't look at this sensor
   */
  predict(events: EventBatch, sensor: readonly [number, number], exitAt: number | null): Promise<LiveAnswer | null>
  release(): Promise<void>
}

const mostTold = 5

/** @throws EngineError where the runtime can't load it; ModelFileError where it is one of still pictures */
export async function openPredictor(engine: Engine, file: ModelFile, now: () => number): Promise<Predictor> {
  const { path, onnx, metadata } = file
  const { framing, filters, shape, labels, format, states = [], normalization, sensor: trained } = metadata
  if (normalization) throw new ModelFileError(path, 'a model of still pictures: it has no windows of events to look at')
  const [timesteps, ...frame] = shape
  const size = frame.reduce((a, b) => a * b, 1)
  const classes = labels.length
  const step = format === 'step' && states.length > 0 ? await StepRunner.open(engine, onnx, shape, classes, states) : null
  const whole = step ? null : await openModel(engine, file)

  /** Logits of each timestep as they come. */
  async function* outputs(data: Float32Array): AsyncGenerator<Float32Array, void> {
    if (step) {
      const steps = step.begin(1)
      for (let t = 0; t < timesteps; t++) yield (await steps.next((into) => into.set(data.subarray(t * size, (t + 1) * size)))).logits
    } else if (whole) {
      const { perTimestep } = await whole.run(data, 1)
      for (let t = 0; t < perTimestep.length / classes; t++) yield perTimestep.subarray(t * classes, (t + 1) * classes)
    }
  }

  return {
    stepwise: step !== null,
    async predict(events, sensor, exitAt) {
      const started = now()
      const [height, width] = sensor
      const given = { totals: totalsOf([events]), batches: () => [events], recording: { width, height } }
      const filtered = filterEvents(given, filters, () => undefined)
      if (filtered.totals.events === 0) return null
      const other = filtered.sensor.join() !== trained.join()
      const sizes = `the sensor has ${filtered.sensor[1]}x${filtered.sensor[0]} pixels, the model was trained on ${trained[1]}x${trained[0]}`
      if (other && framing.resize === null) throw new LiveError(`${sizes}, and its frames are not resized: it can't be run on these events`)
      const { data } = batchesToFrames(filtered.batches(), filtered.totals, filtered.sensor, framing)
      const framed = now()
      const sums = new Float32Array(classes)
      const steps: LiveAnswer['steps'] = []
      let probabilities = new Float64Array(classes)
      for await (const logits of outputs(data)) {
        logits.forEach((value, c) => (sums[c] = (sums[c] ?? 0) + value))
        probabilities = Float64Array.from(softmax(sums.map((sum) => sum / (steps.length + 1))))
        const label = probabilities.reduce((best, value, c) => (value > (probabilities[best] ?? -Infinity) ? c : best), 0)
        const confidence = probabilities[label] ?? NaN
        steps.push({ label, confidence })
        if (exitAt !== null && confidence >= exitAt) break
      }
      const top = Array.from(probabilities, (confidence, label) => ({ label, confidence })).sort((a, b) => b.confidence - a.confidence).slice(0, mostTold)
      const last = steps.at(-1) ?? { label: 0, confidence: NaN }
      return { ...last, steps, top, framesMs: framed - started, networkMs: now() - framed, notice: other ? `${sizes}; frames are resized, and things look larger or smaller to the network than in training` : null }
    },
    release: async () => {
      await step?.release()
      await whole?.release()
    },
  }
}
