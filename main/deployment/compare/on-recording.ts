import { argmax, softmax } from '../../training/metrics.ts'
import { infer } from '../infer.ts'
import { readModelFile } from '../model-file.ts'
import { commonClasses, orderOf } from './classes.ts'
import { overTime, type Candidate, type CompareContext } from './on-dataset.ts'
import type { RecordingComparison } from './schema.ts'

/**
 * Runs models on one recording, each by its own filters and framing rule.
 * @param recording absolute path; a picture for models of pictures
 * @throws CompareError where the models tell other classes apart; what infer throws
 */
export async function compareOnRecording(candidates: readonly Candidate[], recording: string, { engine, signal, onProgress }: CompareContext): Promise<RecordingComparison> {
  const files = candidates.map((candidate) => ({ candidate, file: readModelFile(candidate.path) }))
  const classes = commonClasses(files.map(({ file }) => file.metadata))
  const ready = files.map(({ candidate, file }) => ({ candidate, file, order: orderOf(candidate.title, file.metadata, classes) }))
  const models: RecordingComparison['models'] = []
  let events = 0
  // Whoever reads a file first waits for the disk and for code that is not compiled yet: none of the models shall.
  if (ready[0]) await infer(ready[0].candidate.path, recording, engine)
  for (const { candidate, file: { metadata, onnx }, order: { places, notes } } of ready) {
    signal?.throwIfAborted()
    const result = await infer(candidate.path, recording, engine)
    events = result.events
    const means = overTime(Float32Array.from(result.logitsPerTimestep.flat()), places)
    const last = means.at(-1) ?? new Float64Array()
    models.push({
      id: candidate.id, title: candidate.title, format: metadata.format ?? 'window', foreign: metadata.foreign !== undefined, bytes: onnx.length, shape: [...metadata.shape], notes: [...notes],
      logits: result.logitsPerTimestep.map((row) => places.map((place) => row[place] ?? NaN)),
      confidence: means.map((mean) => [...softmax(mean)]),
      answer: argmax(last, 0, last.length),
      latencyMs: result.latencyMs,
      problems: result.problems,
    })
    onProgress?.(models.length, candidates.length)
  }
  return { kind: 'recording', created: new Date().toISOString(), recording, events, classes: [...classes], models }
}
