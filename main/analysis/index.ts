import { centroid } from './centroid.ts'
import { energy } from './energy.ts'
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

export function analyze(kind: AnalysisKind, subject: Subject): Promise<AnalysisResult> {
  return analyses[kind](subject)
}
