import { filterEvents } from '../../datasets/filtered.ts'
import { batchesToFrames, totalsOf } from '../../datasets/frames.ts'
import type { Engine } from '../../engines/engine.ts'
import type { EventBatch } from '../../events/recording.ts'
import { softmax } from '../../training/metrics.ts'
import { ModelFileError, type ModelFile } from '../model-file.ts'
import { openModel } from '../open-model.ts'
import { StepRunner } from '../step-runner.ts'
import { frameRule, paceOf, type Pace } from './pace.ts'
import type { TimestepPart } from './parts.ts'
import type { LivePrediction } from './schema.ts'
import { LiveError } from './source.ts'
import type { Cutting } from './windows.ts'

/** The network's part of a prediction. */
export interface LiveAnswer extends Pick<LivePrediction, 'label' | 'confidence' | 'steps' | 'top'> {
  /** ms: filters and frames. */
  readonly framesMs: number
  readonly networkMs: number
  /** What makes the answer less to be trusted. */
  readonly notice: string | null
}

/** An answer that goes on with every timestep. */
export interface GoingAnswer extends LiveAnswer {
  /** The last timestep that was taken; frames and network are its own. */
  readonly part: TimestepPart
  /** ms of the clock at which its computing began. */
  readonly begun: number
  /** Events so far. */
  readonly events: number
}

/** A model made ready to answer window after window. */
export interface Predictor {
  /** Whether an early exit leaves out the timesteps behind it. */
  readonly stepwise: boolean
  /** Whether windows that are cut so can be followed timestep by timestep. */
  pace(cutting: Pick<Cutting, 'windowUs' | 'hopUs'>): Pace
  /**
   * The window goes through the model's own filters and framing rule, as a recording would that holds nothing else.
   * @param sensor [height, width]
   * @param exitAt confidence at which an answer counts; null: after all timesteps
   * @returns null where the filters leave no event
   * @throws LiveError, FilterError where the model can't look at this sensor
   */
  predict(events: EventBatch, sensor: readonly [number, number], exitAt: number | null): Promise<LiveAnswer | null>
  /**
   * A window timestep by timestep as they come; an answer after each, the last of which counts.
   * @param exitAt asked for after each timestep
   * @throws LiveError where the model can't look at this sensor
   */
  follow(parts: AsyncIterable<TimestepPart>, sensor: readonly [number, number], exitAt: () => number | null): AsyncGenerator<GoingAnswer, void>
  release(): Promise<void>
}

const mostTold = 5

/** What the mean of the logits says, timestep after timestep. */
class Verdict {
  readonly steps: LiveAnswer['steps'] = []
  readonly #sums: Float32Array
  #probabilities = new Float64Array()

  constructor(classes: number) {
    this.#sums = new Float32Array(classes)
  }

  /** @returns the confidence so far */
  add(logits: Float32Array): number {
    logits.forEach((value, c) => (this.#sums[c] = (this.#sums[c] ?? 0) + value))
    const probabilities = Float64Array.from(softmax(this.#sums.map((sum) => sum / (this.steps.length + 1))))
    const label = probabilities.reduce((best, value, c) => (value > (probabilities[best] ?? -Infinity) ? c : best), 0)
    const confidence = probabilities[label] ?? NaN
    this.#probabilities = probabilities
    this.steps.push({ label, confidence })
    return confidence
  }

  said(): Pick<LiveAnswer, 'label' | 'confidence' | 'steps' | 'top'> {
    const top = Array.from(this.#probabilities, (confidence, label) => ({ label, confidence })).sort((a, b) => b.confidence - a.confidence).slice(0, mostTold)
    return { ...(this.steps.at(-1) ?? { label: 0, confidence: NaN }), steps: [...this.steps], top }
  }
}

/** What there is to say of a sensor that the model was not trained on. @param own [height, width] @throws LiveError where it can't be looked at */
function noticeOf({ sensor: trained, framing }: ModelFile['metadata'], own: readonly [number, number]): string | null {
  if (own.join() === trained.join()) return null
  const sizes = `the sensor has ${own[1]}x${own[0]} pixels, the model was trained on ${trained[1]}x${trained[0]}`
  if (framing.resize === null) throw new LiveError(`${sizes}, and its frames are not resized: it can't be run on these events`)
  return `${sizes}; frames are resized, and things look larger or smaller to the network than in training`
}

/** @throws EngineError where the runtime can't load it; ModelFileError where it is one of still pictures */
export async function openPredictor(engine: Engine, file: ModelFile, now: () => number): Promise<Predictor> {
  const { path, onnx, metadata } = file
  const { framing, filters, shape, labels, format, states = [], normalization } = metadata
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
    pace: (cutting) => paceOf(metadata, cutting),
    async predict(events, sensor, exitAt) {
      const started = now()
      const [height, width] = sensor
      const given = { totals: totalsOf([events]), batches: () => [events], recording: { width, height } }
      const filtered = filterEvents(given, filters, () => undefined)
      if (filtered.totals.events === 0) return null
      const notice = noticeOf(metadata, filtered.sensor)
      const { data } = batchesToFrames(filtered.batches(), filtered.totals, filtered.sensor, framing)
      const framed = now()
      const verdict = new Verdict(classes)
      for await (const logits of outputs(data)) if (verdict.add(logits) >= (exitAt ?? Infinity)) break
      return { ...verdict.said(), framesMs: framed - started, networkMs: now() - framed, notice }
    },
    async *follow(parts, sensor, exitAt) {
      if (!step) throw new LiveError('this file computes a whole window at once')
      const notice = noticeOf(metadata, sensor)
      const rule = frameRule(framing)
      const steps = step.begin(1)
      const verdict = new Verdict(classes)
      let events = 0
      for await (const part of parts) {
        const begun = now()
        const { data } = batchesToFrames([part.events], totalsOf([part.events]), sensor, rule)
        const framed = now()
        const { logits } = await steps.next((into) => into.set(data))
        const confidence = verdict.add(logits)
        events += part.events.length
        yield { ...verdict.said(), framesMs: framed - begun, networkMs: now() - framed, notice, part, begun, events }
        if (confidence >= (exitAt() ?? Infinity)) return
      }
    },
    release: async () => {
      await step?.release()
      await whole?.release()
    },
  }
}
