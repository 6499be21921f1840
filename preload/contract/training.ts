/** What follows from a run's configuration, for whoever shows it. */
export { stagesOf, totalEpochs } from '../../main/training/stages.ts'
