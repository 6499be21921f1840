import type { RunManifest } from '../training/run-manifest-schema.ts'
import type { Run, TrainingConfig } from '../training/schema.ts'

/** A word for the shell: quoted where it needs to be. */
const word = (text: string): string => (/^[\w./:,=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

/** Settings of a method that `train` has a flag for. */
const methodFlags: Record<string, string> = { eta: 'eta', lambda: 'lambda', delta: 'delta', phi: 'phi', alpha: 'alpha', temperature: 'temperature', l2: 'l2', labelSmoothing: 'label-smoothing' }

/** The flags of `train` that say a configuration. What has no flag is left to its default and named by `unsaid`. */
export function trainFlags(config: TrainingConfig): string[] {
  const { method, optimizer, augmentation } = config
  const flags: string[] = ['--network', 'network.json', '--method', method.name]
  const say = (name: string, value: string | number | undefined) => {
    if (value !== undefined) flags.push(`--${name}`, String(value))
  }
  for (const [key, value] of Object.entries(method)) if (methodFlags[key] !== undefined && typeof value === 'number') say(methodFlags[key], value)
  if (config.switch !== undefined) flags.push('--switch-to', config.switch.method.name, '--switch-after', String(config.switch.afterEpoch))
  for (const { timesteps, epochs, learningRate } of config.stages ?? []) flags.push('--stage', `${timesteps}:${epochs}:${learningRate}`)
  say('epochs', config.epochs)
  say('batch-size', config.batchSize)
  say('learning-rate', config.learningRate)
  say('schedule', config.schedule === 'step' ? undefined : config.schedule)
  say('warmup-epochs', config.warmupEpochs)
  say('rate-changes', config.rateChanges)
  say('optimizer', optimizer.name)
  say('weight-decay', optimizer.weightDecay)
  say('clip-norm', config.clipNorm)
  if (augmentation.flip) flags.push('--flip')
  say('roll', augmentation.roll === 0 ? undefined : augmentation.roll)
  say('crop', augmentation.crop)
  say('cutout', augmentation.cutout)
  if (augmentation.resizedCrop) flags.push('--resized-crop')
  say('nda', augmentation.nda)
  if (augmentation.eventDrop) flags.push('--event-drop')
  if (augmentation.mix) flags.push('--mix')
  say('protocol', config.protocol ?? 'papers')
  say('validation-share', config.protocol === 'fair' ? config.validationShare : undefined)
  say('keep-every', config.keepEvery)
  say('seed', config.seed)
  say('device', config.device)
  return flags
}

/** Commands that train the run again, and those that carry it to another machine. */
export function reproduction(run: Run, manifest: RunManifest | null): string[] {
  const dataset = manifest?.dataset.name ?? run.config.dataset
  const flags = trainFlags(run.config)
  const pairs = flags.reduce<string[]>((list, flag) => (flag.startsWith('--') ? [...list, flag] : [...list.slice(0, -1), `${list.at(-1) ?? ''} ${word(flag)}`]), [])
  return [
    '# train it again',
    `npm run saccade -- train --dataset ${word(dataset)} --name ${word(run.config.name)} \\`,
    ...pairs.map((pair, i) => `  ${pair}${i < pairs.length - 1 ? ' \\' : ''}`),
    '',
    '# or take this very run, with its checkpoints and analyses, to another library',
    `npm run saccade -- runs export ${word(run.id)} ${word(`${run.id}.zip`)}`,
    `npm run saccade -- runs import ${word(`${run.id}.zip`)}`,
    '',
    '# this report',
    `npm run saccade -- report ${word(run.id)} --out ${word(`${run.id}.html`)}`,
  ]
}
