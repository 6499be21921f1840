import type { CallInput, Filter, FolderPreview, Framing } from '../../../preload/contract/index.ts'
import { baseName } from '../../app/format.ts'
import { defaultFraming } from '../../widgets/FramingControls.tsx'

/** What the user fills in to import a folder. */
export interface ImportForm {
  readonly name: string
  readonly framing: Framing
  readonly filters: readonly Filter[]
  /** Per cent of each class kept apart for testing. */
  readonly testPercent: number
  readonly seed: number
}

/** Names of folders that say what part of a set they are, not which set. */
const generic = new Set(['train', 'test', 'data', 'dataset', 'recordings', 'samples', 'images', 'events'])

/** A name for a dataset: its folder's, or the one above where the folder is called like "Train". */
export function nameFor(folder: string): string {
  const name = baseName(folder)
  if (!generic.has(name.toLowerCase())) return name
  const above = baseName(folder.slice(0, folder.length - name.length - 1))
  return above === '' || above === name ? name : above
}

/** The form as it first stands for a folder. */
export function initialForm(preview: FolderPreview): ImportForm {
  return { name: nameFor(preview.folder), framing: preview.framing ?? defaultFraming, filters: [], testPercent: 10, seed: 42 }
}

/** Why the import can't start, in words; null where it can. */
export function obstacle(preview: FolderPreview, form: ImportForm): string | null {
  const error = preview.problems.find((problem) => problem.severity === 'error')
  if (preview.files === 0 && error !== undefined) return [error.message, error.advice].filter(Boolean).join('. ')
  if (preview.files === 0) return 'There is no recording or picture in this folder that Saccade can read.'
  if (preview.classes.length < 2)
    return 'A dataset needs at least two classes: one subfolder for each, or a labels.csv with the columns path,label.'
  if (form.name.trim() === '') return 'The dataset needs a name.'
  return null
}

/** What the folder holds, as the page calls it. */
export function thingsOf({ kind }: Pick<FolderPreview, 'kind'>): { readonly one: string; readonly Many: string } {
  return kind === 'images' ? { one: 'picture', Many: 'Pictures' } : { one: 'recording', Many: 'Recordings' }
}

/** The call's input. */
export function importInput({ folder, kind }: Pick<FolderPreview, 'folder' | 'kind'>, form: ImportForm): CallInput<'datasets.import'> {
  const { framing, filters, testPercent, seed } = form
  // Pictures have no events to filter.
  const filtered = kind !== 'images' && filters.length > 0
  return { folder, name: form.name.trim(), framing, ...(filtered && { filters: [...filters] }), testShare: testPercent / 100, seed }
}

/** About how large the frames will be on disk, in bytes; null where the sensor is not known and decides. */
export function framesBytes(preview: FolderPreview, framing: Framing): number | null {
  const size = framing.resize ?? preview.sensor
  if (size === null) return null
  // A picture is kept once, a byte a value.
  if (preview.kind === 'images') return preview.files * (preview.channels ?? 3) * size[0] * size[1]
  return preview.files * framing.timesteps * 2 * size[0] * size[1] * 4
}
