/** Every place of the window for a library, as its address and something that is there once it is drawn. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
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

/** The ids of a kind in a library, sorted. */
export const idsOf = (library: string, kind: 'datasets' | 'runs' | 'models' | 'experiments'): string[] =>
  (existsSync(join(library, kind)) ? readdirSync(join(library, kind)) : [])
    .filter((name) => !name.startsWith('.'))
    .map((name) => name.replace(/\.json$/, ''))
    .sort()

/** The first run whose weights were opened from a file, or which was trained here. */
export const runOf = (library: string, from: 'file' | 'training'): string | undefined =>
  idsOf(library, 'runs').find((id) => 'origin' in (JSON.parse(readFileSync(join(library, 'runs', id, 'run.json'), 'utf8')) as object) === (from === 'file'))

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

/** What pages are shown with: a recording, a folder of recordings that can be imported, a model of another program, and one of ours from elsewhere. */
export interface Files {
  readonly recording: string
  readonly folder: string
  readonly foreign: string
  readonly elsewhere: string
}

/** Pages of what a library holds: its first dataset, run, experiment and model. */
export function placesOf(library: string, { recording, folder, foreign, elsewhere }: Files): Place[] {
  const [dataset] = idsOf(library, 'datasets')
  const [experiment] = idsOf(library, 'experiments')
  const [model, other] = idsOf(library, 'models')
  const [run, opened] = [runOf(library, 'training'), runOf(library, 'file')]
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
    ...place('opened-run', opened, `training/run/${opened}`, 'Opened from a file'),
    ...place('experiment', experiment, `training/experiment/${experiment}`, 'Results'),
    ...place('model', model, `models/id/${model}`, 'Graph'),
    ...place('compare', model, `models/compare/${[model, other].filter((id) => id !== undefined).join('/')}`, 'What is compared'),
    { name: 'foreign-model', form: true, hash: `models/id/${encodeURIComponent(foreign)}`, there: 'A classifier of another origin' },
    { name: 'model-file', hash: `models/id/${encodeURIComponent(elsewhere)}`, there: 'Exported by Saccade' },
    ...place('live', model, `models/live/${model}`, 'Timeline'),
  ]
}
