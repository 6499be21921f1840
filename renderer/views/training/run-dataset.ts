import type { DatasetSummary, Run } from '../../../preload/contract/index.ts'

type Of = Pick<Run, 'config' | 'datasetHash'>

/** The dataset that a run was started on, by its content: an imported run's may have another name here. undefined: it is not here. */
export function datasetOf({ config, datasetHash }: Of, datasets: readonly DatasetSummary[]): DatasetSummary | undefined {
  const named = datasets.find(({ id }) => id === config.dataset)
  return named && (datasetHash === undefined || named.hash === datasetHash) ? named : datasets.find(({ hash }) => hash === datasetHash)
}

/** What can't be done with a run whose data is not here, and how it can; null where it is. */
export function missingData(run: Of, datasets: readonly DatasetSummary[]): { readonly message: string; readonly advice: string } | null {
  if (datasetOf(run, datasets) !== undefined) return null
  const named = datasets.find(({ id }) => id === run.config.dataset)
  return {
    message: named
      ? `The data that this run was trained on is not in this library: "${named.name}" has the same id here, but holds other data.`
      : `The data that this run was trained on is not in this library (dataset "${run.config.dataset}").`,
    advice:
      'Its curves, settings and finished analyses are all here. To resume, evaluate or analyse it, or to export its model (which is written only with a proof on the test split), import the same recordings with the same framing and split.',
  }
}
