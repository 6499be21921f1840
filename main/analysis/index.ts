import { centroid } from './centroid.ts'
import { energy } from './energy.ts'
import { notFinite, refuseDiverged } from './finite.ts'
import { firing } from './firing.ts'
import { fisher } from './fisher.ts'
import { gradients } from './gradients.ts'
import { landscape } from './landscape.ts'
import { mistakes } from './mistakes.ts'
import type { AnalysisKind, AnalysisResult } from './schema.ts'
import { scaling } from './scaling.ts'
import type { Subject } from './subject.ts'
import { sharpness } from './sharpness.ts'
import { time } from './time.ts'
import { weights } from './weights.ts'

/** Every analysis. A new one is one file, its line here and in the schema. */
const analyses: { readonly [Kind in AnalysisKind]: (subject: Subject) => Promise<Extract<AnalysisResult, { kind: Kind }>> } = { fisher, centroid, landscape, sharpness, time, energy, firing, mistakes, scaling, gradients, weights }

const silent = 'No gradient reaches the weights at any timestep: all Fisher information is 0, and 0 has no centroid. Look at the firing rates: the network may be silent.'
/** Why a kind comes to no number, in the likeliest case. */
const reasons: { readonly [Kind in AnalysisKind]?: string } = {
  fisher: silent,
  centroid: silent,
  landscape: 'The loss overflows away from the checkpoint: choose a smaller span.',
  sharpness: 'The loss overflows away from the checkpoint: choose a smaller radius.',
}

/**
 * Computes one analysis of a checkpoint.
 * @throws where the checkpoint or what comes of it are not finite numbers: such a result could be neither kept nor drawn
 */
export async function analyze(kind: AnalysisKind, subject: Subject): Promise<AnalysisResult> {
  refuseDiverged(subject.variables, String(subject.options.checkpoint))
  const result = await analyses[kind](subject)
  const place = notFinite(result)
  if (place !== null) throw new Error(`The result is not a finite number at ${place}. ${reasons[kind] ?? 'The network overflows on this split: train again with a lower learning rate.'}`)
  return result
}
