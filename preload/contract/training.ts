/** What follows from a run's configuration, for whoever shows it. */
export { hasWeights } from '../../main/training/has-weights.ts'
export { measured } from '../../main/training/measured.ts'
export { stagesOf, totalEpochs } from '../../main/training/stages.ts'
