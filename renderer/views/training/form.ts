import { create } from 'zustand'
import {
  calls,
  type CallInput,
  type CallOutput,
  type DatasetSummary,
  type NetworkPreset,
  type TrainingConfig,
  type TrainingPreset,
} from '../../../preload/contract/index.ts'

/** What the user decides before a run starts: the run's configuration and the presets it began with. */
export interface RunForm {
  readonly config: TrainingConfig
  /** Preset whose settings stand in the form; null once something of it was changed. */
  readonly networkPreset: string | null
  readonly trainingPreset: string | null
  /** Whether the user wrote the name; until then it follows the choices. */
  readonly named: boolean
}

type Presets = CallOutput<'training.presets'>

/** The form outlives the page: looking something up elsewhere loses nothing. */
export const useRunForm = create<{ readonly form: RunForm | null }>(() => ({ form: null }))

/** "N-MNIST, Small, TRT": what a run is called unless the user says otherwise. */
export function runName(dataset: string, config: Pick<TrainingConfig, 'network' | 'method'>): string {
  const rest = `, ${config.network.name}, ${config.method.name.toUpperCase()}`
  return `${dataset.slice(0, 80 - rest.length)}${rest}`
}

/** The first form: the dataset asked for or the newest, the first presets. */
export function initialForm(presets: Presets, dataset: DatasetSummary, device: TrainingConfig['device'] = 'cpu'): RunForm | null {
  const [network] = presets.networks
  const [training] = presets.trainings
  if (!network || !training) return null
  const config: TrainingConfig = { ...training.settings, name: '', dataset: dataset.id, network: network.network, protocol: 'fair', seed: 42, device }
  return named({ config, networkPreset: network.id, trainingPreset: training.id, named: false }, dataset.name)
}

/** The form with its name brought up to date, unless it is the user's. */
export function named(form: RunForm, dataset: string): RunForm {
  return form.named ? form : { ...form, config: { ...form.config, name: runName(dataset, form.config) } }
}

export function withNetwork(form: RunForm, preset: NetworkPreset): RunForm {
  return { ...form, networkPreset: preset.id, config: { ...form.config, network: preset.network } }
}

export function withTraining(form: RunForm, preset: TrainingPreset): RunForm {
  // What the preset leaves open is not kept from the one before.
  const open = { switch: undefined, stages: undefined, step: undefined, warmupEpochs: undefined, rateChanges: undefined, clipNorm: undefined }
  return { ...form, trainingPreset: preset.id, config: { ...form.config, ...open, ...preset.settings } }
}

/** A change by hand: what the training preset covers no longer carries its name. */
export function changed(form: RunForm, change: Partial<TrainingConfig>): RunForm {
  const covered: readonly (keyof TrainingConfig)[] = [
    'method',
    'switch',
    'stages',
    'optimizer',
    'learningRate',
    'schedule',
    'step',
    'warmupEpochs',
    'rateChanges',
    'clipNorm',
    'epochs',
    'batchSize',
    'augmentation',
  ]
  return {
    ...form,
    config: { ...form.config, ...change },
    networkPreset: change.network === undefined ? form.networkPreset : null,
    trainingPreset: covered.some((key) => key in change) ? null : form.trainingPreset,
    named: form.named || change.name !== undefined,
  }
}

/** What is wrong with a configuration, by field ("method.lambda"), as the workbench would say it; empty where nothing is. */
export function faultsOf(config: CallInput<'runs.start'>): ReadonlyMap<string, string> {
  const parsed = calls['runs.start'].input.safeParse(config)
  return new Map(parsed.success ? [] : parsed.error.issues.map((issue) => [issue.path.join('.'), issue.message]))
}
