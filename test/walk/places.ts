/** Every place of the window for a library, as its address and something that is there once it is drawn. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { analyses } from '../../renderer/help/analyses.ts'

export interface Place {
  /** Fit for a file name. */
  readonly name: string
  /** Behind "#/". */
  readonly hash: string
  /** Text or label that stands in the main part once the page is drawn. */
  readonly there: string | RegExp
  /** Whether its fields are settings, each of which is explained. */
  readonly form?: boolean
}

const firstOf = (library: string, kind: string): string | undefined =>
  (existsSync(join(library, kind)) ? readdirSync(join(library, kind)) : []).filter((name) => !name.startsWith('.')).sort()[0]

/** Pages that are there in an empty library too. */
export const everywhere: readonly Place[] = [
  { name: 'recordings', hash: 'recordings', there: 'Path of a recording' },
  { name: 'datasets', hash: 'datasets', there: /import/i },
  { name: 'import', form: true, hash: 'datasets/import', there: 'Folder to import' },
  { name: 'training', hash: 'training', there: /run/i },
  { name: 'new-run', form: true, hash: 'training/new', there: /dataset/i },
  { name: 'recipes', hash: 'training/recipes', there: 'Temporal Regularization Training' },
  { name: 'devices', hash: 'training/devices', there: 'CPU (ONNX Runtime)' },
  { name: 'models', hash: 'models', there: /export/i },
  { name: 'library', hash: 'library', there: 'Watch a folder' },
  { name: 'settings', form: true, hash: 'settings', there: 'Theme' },
  { name: 'log', hash: 'settings/log', there: 'Save diagnostics' },
]

/** Pages of what a library holds: its first dataset, run, experiment and model. @param recording a path; @param folder of recordings that can be imported */
export function placesOf(library: string, recording: string, folder: string): Place[] {
  const [dataset, run, model, experiment] = ['datasets', 'runs', 'models', 'experiments'].map((kind) => firstOf(library, kind))
  const place = (name: string, id: string | undefined, hash: string, there: string): Place[] => (id === undefined ? [] : [{ name, hash, there, form: /^(new-run|live|analysis-(?!activity).*)$/.test(name) }])
  return [
    ...everywhere.filter(({ name }) => name !== 'new-run'),
    { name: 'recording', hash: `recordings/${encodeURIComponent(recording)}`, there: 'Frames of the network' },
    { name: 'import-folder', form: true, hash: `datasets/import/${encodeURIComponent(folder)}`, there: 'Framing preset' },
    ...place('dataset', dataset, `datasets/id/${dataset}`, 'Class balance'),
    ...place('new-run', dataset, 'training/new', 'Start training'),
    { name: 'recipe', form: true, hash: 'training/recipes/tet-table4', there: 'Scale' },
    ...place('run', run, `training/run/${run}`, 'Confusion on'),
    ...Object.entries(analyses).flatMap(([kind, { title }]) => place(`analysis-${kind}`, run, `training/analysis/${run}/${kind}`, title)),
    ...place('experiment', experiment, `training/experiment/${experiment}`, 'Results'),
    ...place('model', model, `models/id/${model}`, 'Graph'),
    ...place('live', model, `models/live/${model}`, 'Timeline'),
  ]
}
