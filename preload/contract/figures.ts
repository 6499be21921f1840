/** Figures of analyses, drawn alike by the window and by the command line: pure code without Node. */
export * from '../../main/figures/figure.ts'
export * from '../../main/analysis/figures/index.ts'
export * from '../../main/analysis/figures/named.ts'
export { withLoss } from '../../main/analysis/figures/landscape.ts'
export { recounted } from '../../main/analysis/counting.ts'
export { summaryOf } from '../../main/figures/summary.ts'
export { learningFigures, type LearningRun } from '../../main/analysis/learning.ts'
export { comparisonFigures } from '../../main/deployment/compare/figures.ts'
