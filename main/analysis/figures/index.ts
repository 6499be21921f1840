import type { Figure } from '../../figures/figure.ts'
import type { AnalysisKind } from '../schema.ts'
import { centroidFigures } from './centroid.ts'
import { energyFigures } from './energy.ts'
import { firingFigures } from './firing.ts'
import { fisherFigures } from './fisher.ts'
import { gradientsFigures } from './gradients.ts'
import { landscapeFigures } from './landscape.ts'
import { mistakesFigures } from './mistakes.ts'
import type { Draw, NamedResult } from './named.ts'
import { sharpnessFigures } from './sharpness.ts'
import { scalingFigures } from './scaling.ts'
import { timeFigures } from './time.ts'
import { weightsFigures } from './weights.ts'

/** The figures of every analysis. A new one is one file and its line here. */
const drawings: { readonly [Kind in AnalysisKind]: Draw<Kind> } = {
  fisher: fisherFigures,
  centroid: centroidFigures,
  landscape: landscapeFigures,
  sharpness: sharpnessFigures,
  time: timeFigures,
  scaling: scalingFigures,
  energy: energyFigures,
  gradients: gradientsFigures,
  weights: weightsFigures,
  firing: firingFigures,
  mistakes: mistakesFigures,
}

/** The figures of one kind of analysis of one or several runs, in the order in which they are shown. */
export function figuresOf<Kind extends AnalysisKind>(kind: Kind, runs: readonly NamedResult<Kind>[]): Figure[] {
  return drawings[kind](runs)
}
