import { create } from 'zustand'
import type { CallInput, DatasetSummary, LibraryModel, ModelComparison } from '../../../../preload/contract/index.ts'
import { ask, messageOf } from '../../../api/workbench.ts'
import { runs } from '../formats.ts'

type On = CallInput<'models.compare'>['on']

interface CompareState {
  /** What the form holds, for either kind. */
  readonly kind: On['kind']
  readonly path: string
  readonly dataset: string | null
  readonly split: 'test' | 'train' | 'all'
  /** The comparison that is computed. */
  readonly job: string | null
  readonly result: ModelComparison | null
  readonly error: string | null
}

/** Outlives the page: a comparison goes on while another is looked at. */
export const useCompare = create<CompareState>(() => ({ kind: 'dataset', path: '', dataset: null, split: 'test', job: null, result: null, error: null }))

/** Models that can be compared, and datasets on which all of those chosen can be, as far as their classes tell. */
export function suitable(models: readonly LibraryModel[], datasets: readonly DatasetSummary[], chosen: readonly string[]): { readonly models: readonly LibraryModel[]; readonly datasets: readonly DatasetSummary[] } {
  const picked = models.filter(({ id }) => chosen.includes(id))
  const fits = ({ classes }: DatasetSummary): boolean =>
    picked.every((model) => {
      const nameless = model.classes.every((label, i) => label === `class ${i}`)
      return model.classes.length === classes.length && (nameless || model.classes.every((label) => classes.includes(label)))
    })
  return { models: models.filter(runs), datasets: datasets.filter(fits) }
}

/** What the form says; null while it says too little. */
export function placeOf({ kind, path, dataset, split }: Pick<CompareState, 'kind' | 'path' | 'split'> & { readonly dataset: string | null | undefined }): On | null {
  if (kind === 'dataset') return dataset ? { kind, dataset, split } : null
  return path.trim() === '' ? null : { kind, path: path.trim() }
}

/** Compares; what is found stands in the store. */
export async function startComparison(models: readonly string[], on: On): Promise<void> {
  try {
    const { job } = await ask('models.compare', { models: [...models], on })
    useCompare.setState({ job, error: null })
    const result = await ask('models.compared', { job })
    useCompare.setState({ result, job: null })
  } catch (error) {
    useCompare.setState({ job: null, error: messageOf(error) })
  }
}
