import { explained } from './conventions.ts'
import { energyOf } from './counting.ts'
import { outputsOf } from './outputs.ts'
import type { EnergyResult } from './schema.ts'
import type { Subject } from './subject.ts'
import { timeOf, withTimesteps } from './time.ts'

/** Energy of an inference, layer by layer, and accuracy over energy as timesteps are added (TET, accuracy over mJ). */
export async function energy(subject: Subject): Promise<EnergyResult> {
  const shape = withTimesteps(subject, subject.options.timesteps ?? subject.shape.shape[0])
  const [timesteps] = shape.shape
  const { logits, labels, counts } = await outputsOf({ ...subject, shape })
  const { running } = timeOf(logits, labels, timesteps, shape.classes)
  const { conventions } = subject.options
  const { until, ...figures } = energyOf(counts, conventions)
  return {
    kind: 'energy', options: subject.options, samples: labels.length, timesteps, accuracy: running.at(-1) ?? NaN, ...figures,
    overTime: until.map((picojoules, t) => ({ timesteps: t + 1, accuracy: running[t] ?? NaN, picojoules })),
    conventions: explained(conventions), counts,
  }
}
