import { decode } from '../datasets/decode.ts'
import { filterEvents } from '../datasets/filtered.ts'
import { batchesToFrames } from '../datasets/frames.ts'
import type { Framing } from '../datasets/schema.ts'
import type { Engine } from '../engines/engine.ts'
import { prepared } from '../events/preparation.ts'
import { RecordingError } from '../events/recording.ts'
import type { Problem } from '../events/schema.ts'
import { softmax } from '../training/metrics.ts'
import type { RunnableMetadata } from './foreign/metadata.ts'
import { readModelFile } from './model-file.ts'
import { openModel } from './open-model.ts'
import { pictureInput } from './picture-input.ts'
import type { InferenceResult, ModelInput } from './schema.ts'

/**
 * Runs an exported model on a recording: the events become frames by the model's own filters and framing rule, as in training. A model
 * of static pictures runs on a picture. Latencies in ms: decode (reading the file), frames (filters included), network (one sample;
 * the model is loaded before).
 * @throws ModelFileError, RecordingError, DatasetError, EngineError; RecordingError also where the recording has no events or its
 *   sensor doesn't fit
 * @param withInput whether the answer holds what the network was given
 */
export async function infer(modelPath: string, recordingPath: string, engine: Engine, withInput = false): Promise<InferenceResult> {
  const file = readModelFile(modelPath)
  const { metadata } = file
  const { labels, shape } = metadata
  const { data, events, problems, decodeMs, framesMs, ...made } = await (metadata.normalization ? ofPicture : ofRecording)(
    recordingPath,
    metadata,
  )
  const runner = await openModel(engine, file)
  try {
    // A first run fetches its memory from the system; what is told is what a running system has.
    await runner.run(data, 1)
    const [{ logits, perTimestep }, networkMs] = await timed(() => runner.run(data, 1))
    const probabilities = softmax(logits)
    return {
      model: modelPath,
      recording: recordingPath,
      events,
      classes: labels,
      top: labels
        .map((label, c) => ({ label, probability: probabilities[c] ?? NaN, logit: logits[c] ?? NaN }))
        .sort((a, b) => b.logit - a.logit),
      // What takes whole samples and is not ours tells one answer only.
      logitsPerTimestep: Array.from({ length: metadata.foreign?.layout === 'NTCHW' ? 1 : shape[0] }, (_, t) => [...perTimestep.subarray(t * labels.length, (t + 1) * labels.length)]),
      latencyMs: { decode: decodeMs, frames: framesMs, network: networkMs },
      problems,
      ...(withInput && { input: { shape, data, ...rulesOf(metadata), ...made } }),
    }
  } finally {
    await runner.release()
  }
}

function rulesOf({
  framing,
  filters,
  sensor,
  normalization,
}: RunnableMetadata): Pick<ModelInput, 'framing' | 'filters' | 'sensor' | 'normalization'> {
  return { framing, filters, sensor, ...(normalization && { normalization }) }
}

/** What a model is fed with. */
interface Input extends Pick<ModelInput, 'blocks' | 'filtered'> {
  /** [T, C, H, W] */
  readonly data: Float32Array
  readonly events: number
  readonly problems: Problem[]
  readonly decodeMs: number
  readonly framesMs: number
}

async function ofPicture(path: string, metadata: RunnableMetadata): Promise<Input> {
  const [{ data, problems }, decodeMs] = await timed(() => pictureInput(path, metadata))
  return { data, events: 0, problems, decodeMs, framesMs: 0 }
}

async function ofRecording(path: string, { framing, filters, sensor, foreign }: RunnableMetadata): Promise<Input> {
  const [decoded, decodeMs] = await timed(() => prepared(() => decode(path, () => undefined)))
  try {
    const { recording, totals } = decoded
    if (totals.events === 0) throw new RecordingError(path, 'it holds no events, so there is nothing to recognize')
    const [{ data, blocks, own, report }, framesMs] = await timed(() => {
      const filtered = filterEvents(decoded, filters, () => undefined)
      if (filtered.totals.events === 0)
        throw new RecordingError(path, `the model's filters leave none of its ${totals.events} events, so there is nothing to recognize`)
      const { data, blocks } = batchesToFrames(filtered.batches(), filtered.totals, filtered.sensor, framing)
      return { data, blocks, own: filtered.sensor, report: filtered.report }
    })
    return {
      data,
      events: totals.events,
      problems: [...recording.problems, ...(foreign && framing.resize !== null ? [] : sensorProblems(path, own, sensor, framing))],
      decodeMs,
      framesMs,
      blocks,
      ...(report && { filtered: report }),
    }
  } finally {
    decoded.close()
  }
}

/**
 * A recording of another sensor size is treated as in training: resized from its own size where the framing rule resizes.
 * @param own and @param trained [height, width]
 */
function sensorProblems(path: string, own: readonly [number, number], trained: readonly [number, number], framing: Framing): Problem[] {
  if (own.join() === trained.join()) return []
  const sizes = `the recording's sensor has ${own[1]}x${own[0]} pixels, the model was trained on ${trained[1]}x${trained[0]}`
  if (framing.resize === null) throw new RecordingError(path, `${sizes}, and its frames are not resized: it can't be run on this recording`)
  const advice = 'The same things look larger or smaller to the network than in training; trust its answer less.'
  return [{ severity: 'warning', message: `Another sensor: ${sizes}. The frames were resized from the recording's own size.`, advice }]
}

async function timed<T>(work: () => T | Promise<T>): Promise<[T, number]> {
  const started = performance.now()
  const result = await work()
  return [result, performance.now() - started]
}
