import { networkInfo } from '../snn/network.ts'
import { argmax, softmax } from '../training/metrics.ts'
import { outputsOf } from './outputs.ts'
import type { TimeResult } from './schema.ts'
import type { Subject } from './subject.ts'

/** Confidences at which an inference may stop early. */
const confidences = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999]

/** What each sample's outputs say. @param logits [N, T, classes] */
export function timeOf(logits: Float32Array, labels: readonly number[], timesteps: number, classes: number): Omit<TimeResult, 'kind' | 'options'> {
  const single = new Float64Array(timesteps)
  const running = new Float64Array(timesteps)
  const exits = confidences.map((confidence) => ({ confidence, correct: 0, timesteps: 0 }))
  labels.forEach((label, n) => {
    const sums = new Float64Array(classes)
    // Exits that have not stopped yet: a higher confidence never stops before a lower one.
    let open = 0
    for (let t = 0; t < timesteps; t++) {
      const at = (n * timesteps + t) * classes
      for (let c = 0; c < classes; c++) sums[c] = (sums[c] ?? 0) + (logits[at + c] ?? NaN)
      const said = argmax(sums, 0, classes)
      single[t] = (single[t] ?? 0) + Number(argmax(logits, at, classes) === label)
      running[t] = (running[t] ?? 0) + Number(said === label)
      const confidence = softmax(sums.map((sum) => sum / (t + 1)))[said] ?? NaN
      for (; open < exits.length && ((exits[open]?.confidence ?? 1) <= confidence || t === timesteps - 1); open++) {
        const exit = exits[open]
        if (!exit) continue
        exit.correct += Number(said === label)
        exit.timesteps += t + 1
      }
    }
  })
  const share = (value: number): number => value / labels.length
  return {
    samples: labels.length,
    single: Array.from(single, share),
    running: Array.from(running, share),
    exits: exits.map(({ confidence, correct, timesteps: taken }) => ({ confidence, accuracy: share(correct), timesteps: share(taken) })),
  }
}

/** @throws where the network or the data are of a certain number of timesteps */
export function withTimesteps({ shape, dataset, config }: Subject, timesteps: number): Subject['shape'] {
  const [whole, ...frame] = shape.shape
  const longer: Subject['shape'] = { ...shape, shape: [timesteps, ...frame] }
  if (timesteps === whole) return shape
  if (dataset.manifest.kind !== 'images')
    throw new Error(`Dataset "${dataset.manifest.name}" has ${whole} frames of events: only static pictures can be shown for ${timesteps} timesteps.`)
  const sizes = (one: Subject['shape']): string => networkInfo(one).variables.map((variable) => `${variable.name} ${variable.shape.join()}`).join()
  if (sizes(longer) !== sizes(shape)) throw new Error(`Network "${config.network.name}" has parameters for each of its ${whole} timesteps: it can't be shown ${timesteps}.`)
  return longer
}

/** Accuracy over time: of every single output, of the running mean, and when stopping at a confidence (TET table 4 and figure 4). */
export async function time(subject: Subject): Promise<TimeResult> {
  const shape = withTimesteps(subject, subject.options.timesteps ?? subject.shape.shape[0])
  const { logits, labels } = await outputsOf({ ...subject, shape })
  return { kind: 'time', options: subject.options, ...timeOf(logits, labels, shape.shape[0], shape.classes) }
}
