import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { deviceSchema, precisionSchema, type Device } from '../engines/schema.ts'
import { stageSchema } from '../training/schema.ts'
import { networkSchema, methodSchema, type MethodSettings, type NetworkDescription } from '../snn/schema.ts'
import type { CallInput, CallOutput, Run } from '../../preload/contract/index.ts'
import { measured } from '../training/measured.ts'
import { UsageError, type Workbench } from '../workbench/api.ts'
import { Cancelled } from '../workbench/jobs.ts'
import {
  byIdOrName,
  choice,
  follow,
  number,
  parse,
  positional,
  shared,
  sharedUsage,
  withWorkbench,
  type Command,
  type Host,
} from './command.ts'
import { duration, percent, table } from './terminal.ts'

const methods = methodSchema.options.map(({ shape }) => shape.name.value)
/** Options that make a run's settings. */
export const trainOptions = {
  ...shared,
  dataset: { type: 'string' },
  resume: { type: 'string' },
  name: { type: 'string' },
  network: { type: 'string' },
  preset: { type: 'string' },
  method: { type: 'string' },
  epochs: { type: 'string' },
  'batch-size': { type: 'string' },
  'learning-rate': { type: 'string' },
  schedule: { type: 'string' },
  optimizer: { type: 'string' },
  'weight-decay': { type: 'string' },
  'rate-changes': { type: 'string' },
  'warmup-epochs': { type: 'string' },
  'clip-norm': { type: 'string' },
  protocol: { type: 'string' },
  'validation-share': { type: 'string' },
  'keep-every': { type: 'string' },
  seed: { type: 'string' },
  flip: { type: 'boolean' },
  roll: { type: 'string' },
  crop: { type: 'string' },
  cutout: { type: 'string' },
  nda: { type: 'string' },
  'event-drop': { type: 'boolean' },
  mix: { type: 'boolean' },
  'resized-crop': { type: 'boolean' },
  device: { type: 'string' },
  precision: { type: 'string' },
  eta: { type: 'string' },
  lambda: { type: 'string' },
  delta: { type: 'string' },
  phi: { type: 'string' },
  'label-smoothing': { type: 'string' },
  l2: { type: 'string' },
  alpha: { type: 'string' },
  temperature: { type: 'string' },
  'switch-to': { type: 'string' },
  'switch-after': { type: 'string' },
  stage: { type: 'string', multiple: true },
} as const
type Values = Partial<Record<keyof typeof trainOptions, string | boolean | string[]>>

export const train: Command = {
  summary: 'a network on a dataset, with SDT, TET, TRT and other methods',
  usage: `Usage: npm run saccade -- train --dataset NAME|ID [OPTIONS]
       npm run saccade -- train --resume RUN

Ctrl-C saves and stops; --resume goes on to exactly the numbers the run would have had.

  --dataset NAME|ID      what to learn from
  --network NAME|FILE|TOPOLOGY  by name ("--preset list" shows them), a JSON model description, or a topology string of the TRT
                         code (CONVNP-64-3-1-1_CONVAP-128-3-1-1_L-10; the dataset's classes are read out) (default small)
  --preset ID            settings under a name (default quick; "--preset list" shows them); all below change single ones
  --method NAME          ${methods.join(', ')}; with --eta, --lambda, --delta (TRT),
                         --lambda, --phi (TET, SLT-TET), --alpha, --temperature (TKS), --l2 (SDT), --label-smoothing (not TRT)
  --switch-to METHOD --switch-after N  another method's loss from epoch N + 1 on, with its default settings
  --stage T:EPOCHS:RATE  first train with T timesteps so long at this learning rate, then go on with those weights (TIT; may
                         be given several times); --epochs and --learning-rate are those of the last stage, with all timesteps
  --epochs N  --batch-size N  --learning-rate X  --schedule cosine|constant|step  --warmup-epochs N
  --rate-changes epoch|step  whether schedule and warm-up move with every epoch (default) or every step
  --optimizer adam|adamw|sgd|rmsprop  --weight-decay X  --clip-norm X
  --flip                 mirror training samples at random
  --roll N               shift training samples by at most N pixels
  --crop N               pad training samples by N pixels and cut out their size at random (CIFAR: 4)
  --cutout N             blacken a random square of N pixels (CIFAR: 16)
  --resized-crop         cut out a random part and resize it (ImageNet)
  --protocol fair|papers  fair (default): the best epoch by validation accuracy, the test split scored once, at the end;
                         papers: the best epoch by test accuracy, as the papers report it
  --validation-share X   share of the training samples kept apart (default 0.1; fair only)
  --nda N                roll, rotate or shear by up to N degrees (NDA; DVS-CIFAR10: 30, N-Caltech101: 15)
  --event-drop           drop events of a stretch of time, of a rectangle, or at random (EventDrop)
  --mix                  exchange rectangles between samples of a batch, labels with them (CutMix)
  --keep-every N         keep a checkpoint of every N epochs, for analyses over epochs
  --seed N               of weights, order and augmentation (default 42)
  --device NAME          cpu (default), webgpu, cuda, dml, coreml, tensorflow, or auto: the fastest that works
  --precision NAME       float32 (default) or mixed: the layers' products in float16, on devices that have it
  --name NAME            of the run
  --resume RUN           goes on with a stopped run
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, trainOptions)
    positional(positionals)
    await withWorkbench(values.library, async (workbench) => {
      if (values.preset === 'list') return listPresets(workbench, host)
      const start = async (): Promise<{ job: string; run: string }> => {
        if (values.resume === undefined) return workbench.call('runs.start', await configured(workbench, values, (line) => host.progress.line(line)))
        const run = await findRun(workbench, values.resume)
        return { run, ...(await workbench.call('runs.resume', { id: run })) }
      }
      let id = ''
      try {
        await follow(workbench, host, async () => {
          const started = await start()
          id = started.run
          if (!values.json) host.progress.line(`Run ${id}`)
          return started
        })
      } catch (error) {
        if (error instanceof Cancelled)
          throw new Cancelled(
            `${error.message}\nGo on with: npm run saccade -- train --resume ${id}` +
              (values.library === undefined ? '' : ` --library ${values.library}`),
          )
        throw error
      }
      const run = await workbench.call('runs.get', { id })
      host.print(values.json ? JSON.stringify(run, null, 2) : describe(run))
    })
  },
}

/** A run by id or name. */
export async function findRun(workbench: Workbench, wanted: string): Promise<string> {
  const { runs } = await workbench.call('runs.list', {})
  return byIdOrName(
    wanted,
    'run',
    runs.map(({ id, config }) => ({ id, name: config.name })),
  )
}

/** A run's settings from the command line. @throws UsageError naming the option that is wrong */
export async function configured(workbench: Workbench, values: Values, say: (line: string) => void = () => undefined): Promise<CallInput<'runs.start'>> {
  const text = (name: keyof Values): string | undefined => (typeof values[name] === 'string' ? values[name] : undefined)
  const amount = (name: keyof Values): number | undefined => number(text(name), name)
  if (text('dataset') === undefined) throw new UsageError('--dataset missing: which dataset to learn from.')
  const { datasets } = await workbench.call('datasets.list', {})
  const dataset = byIdOrName(text('dataset') ?? '', 'dataset', datasets)
  const { networks, trainings } = await workbench.call('training.presets', { dataset })
  const presetId = text('preset') ?? 'quick'
  const preset = trainings.find(({ id }) => id === presetId)
  if (!preset) throw new UsageError(`There is no preset "${presetId}"; there are ${trainings.map(({ id }) => id).join(', ')}.`)
  const network = await findNetwork(workbench, text('network') ?? 'small', networks)
  const { settings } = preset
  const method = configuredMethod(settings.method, values, {
    eta: amount('eta'),
    lambda: amount('lambda'),
    delta: amount('delta'),
    phi: amount('phi'),
    alpha: amount('alpha'),
    temperature: amount('temperature'),
    labelSmoothing: amount('label-smoothing'),
    l2: amount('l2'),
  })
  const optimizer =
    text('optimizer') === undefined
      ? settings.optimizer
      : { name: choice(text('optimizer'), 'optimizer', ['adam', 'adamw', 'sgd', 'rmsprop'], 'adam') }
  const weightDecay = amount('weight-decay')
  return {
    ...settings,
    dataset,
    network,
    method,
    stages: configuredStages(values.stage) ?? settings.stages,
    switch: configuredSwitch(text('switch-to'), amount('switch-after')) ?? settings.switch,
    optimizer: weightDecay === undefined ? optimizer : { ...optimizer, weightDecay },
    name: text('name') ?? `${network.name} ${method.name.toUpperCase()}`,
    learningRate: amount('learning-rate') ?? settings.learningRate,
    schedule: choice(text('schedule'), 'schedule', ['cosine', 'constant', 'step'], settings.schedule),
    warmupEpochs: amount('warmup-epochs') ?? settings.warmupEpochs,
    rateChanges: text('rate-changes') === undefined ? settings.rateChanges : choice(text('rate-changes'), 'rate-changes', ['epoch', 'step'], 'epoch'),
    clipNorm: amount('clip-norm') ?? settings.clipNorm,
    epochs: amount('epochs') ?? settings.epochs,
    batchSize: amount('batch-size') ?? settings.batchSize,
    protocol: choice(text('protocol'), 'protocol', ['fair', 'papers'], 'fair'),
    validationShare: amount('validation-share'),
    keepEvery: amount('keep-every'),
    seed: amount('seed') ?? 42,
    augmentation: {
      flip: values.flip === true || settings.augmentation.flip,
      roll: amount('roll') ?? settings.augmentation.roll,
      crop: amount('crop') ?? settings.augmentation.crop,
      cutout: amount('cutout') ?? settings.augmentation.cutout,
      resizedCrop: values['resized-crop'] === true || settings.augmentation.resizedCrop,
      nda: amount('nda') ?? settings.augmentation.nda,
      eventDrop: values['event-drop'] === true || settings.augmentation.eventDrop,
      mix: values.mix === true || settings.augmentation.mix,
    },
    device: await configuredDevice(workbench, text('device'), say),
    ...(text('precision') !== undefined && { precision: choice(text('precision'), 'precision', precisionSchema.options, 'float32') }),
  }
}

/** The stages before the last, "T:EPOCHS:RATE" each; none where none is given. */
function configuredStages(given: Values['stage']): CallInput<'runs.start'>['stages'] {
  if (!Array.isArray(given)) return undefined
  return given.map((text) => {
    const [timesteps, epochs, learningRate, ...more] = text.split(':').map(Number)
    const stage = stageSchema.safeParse({ timesteps, epochs, learningRate })
    if (!stage.success || more.length > 0)
      throw new UsageError(`--stage ${text}: give timesteps, epochs and learning rate, as in --stage 2:300:0.01.`)
    return stage.data
  })
}

/** The switch asked for; none where neither option is given. */
function configuredSwitch(to: string | undefined, afterEpoch: number | undefined): CallInput<'runs.start'>['switch'] {
  if (to === undefined && afterEpoch === undefined) return undefined
  if (to === undefined || afterEpoch === undefined) throw new UsageError('--switch-to and --switch-after belong together.')
  return { afterEpoch, method: methodSchema.parse({ name: choice(to, 'switch-to', methods, 'tet') }) }
}

/** The device asked for; auto takes the fastest that works, and says which and why. */
async function configuredDevice(workbench: Workbench, wanted: string | undefined, say: (line: string) => void): Promise<Device> {
  const given = choice(wanted, 'device', [...deviceSchema.options, 'auto'], 'cpu')
  if (given !== 'auto') return given
  say('Automatic: measures the devices that were not measured on this machine yet ...')
  const { device, reason } = await workbench.call('devices.best', {})
  say(`Automatic takes ${device}. ${reason}.`)
  return device
}

function configuredMethod(preset: MethodSettings, values: Values, numbers: Record<string, number | undefined>): MethodSettings {
  const name = choice(typeof values.method === 'string' ? values.method : undefined, 'method', methods, preset.name)
  const given = Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined))
  const known = Object.keys(methodSchema.options.find(({ shape }) => shape.name.value === name)?.shape ?? {})
  const foreign = Object.keys(given).find((key) => !known.includes(key))
  if (foreign !== undefined) throw new UsageError(`--${foreign === 'labelSmoothing' ? 'label-smoothing' : foreign} is no setting of ${name.toUpperCase()}.`)
  const parsed = methodSchema.safeParse({ ...(preset.name === name ? preset : {}), name, ...given })
  if (!parsed.success) throw new UsageError(z.prettifyError(parsed.error))
  return parsed.data
}

async function findNetwork(workbench: Workbench, wanted: string, networks: CallOutput<'training.presets'>['networks']): Promise<NetworkDescription> {
  const preset = networks.find(({ id }) => id === wanted)
  if (preset) return preset.network
  if (/_L-\d+$/.test(wanted)) return (await workbench.call('training.topology', { text: wanted, dataset: null })).preset.network
  if (!existsSync(wanted))
    throw new UsageError(`There is no network "${wanted}": neither ${networks.map(({ id }) => id).join(', ')} nor a file.`)
  let content: unknown
  try {
    content = JSON.parse(readFileSync(wanted, 'utf8'))
  } catch (error) {
    throw new UsageError(`${wanted}: not a JSON model description (${error instanceof Error ? error.message : String(error)}).`)
  }
  const parsed = networkSchema.safeParse(content)
  if (!parsed.success) throw new UsageError(`${wanted}: not a model description:\n${z.prettifyError(parsed.error)}`)
  return parsed.data
}

async function listPresets(workbench: Workbench, host: Host): Promise<void> {
  const { trainings, networks } = await workbench.call('training.presets', { dataset: null })
  host.print(
    table(
      trainings.map(({ id, title, source }) => [id, title, source]),
      ['preset', 'title', 'source'],
    ),
  )
  host.print(
    `\n${table(
      networks.map(({ id, description }) => [id, description]),
      ['network', 'description'],
    )}`,
  )
}

function lastText(metrics: Run['epochs'][number]): string {
  const { split, accuracy, loss } = measured(metrics)
  return `${split} accuracy ${percent(accuracy, 2)}, loss ${loss.toFixed(4)}`
}

/** The best epoch and what it scores, with the protocol that chose it. */
function scores({ best, test, config }: Run): string[][] {
  const chosen = best ? `${percent(best.value, 2)} after epoch ${best.epoch}` : '-'
  if (config.protocol !== 'fair') return [['best on test', `${chosen} (as in the papers: the test split chose the epoch)`]]
  const score = test ? `${percent(test.accuracy, 2)} of ${test.samples} samples, epoch ${test.epoch} (chosen on validation, scored once)` : '- (scored when all epochs are done)'
  return [['best on validation', chosen], ['test', score]]
}

function describe(run: Run): string {
  const last = run.epochs.at(-1)
  const seconds = run.epochs.reduce((sum, epoch) => sum + epoch.seconds, 0)
  const rows = [
    ['run', run.id],
    ['epochs', `${run.epochs.length} in ${duration(seconds)}, ${last?.samplesPerSecond.toFixed(0) ?? '-'} samples/s`],
    ['last', last ? lastText(last) : '-'],
    ...scores(run),
    ['per timestep', last ? last.timestepAccuracy.map((value) => percent(value)).join(', ') : '-'],
    ['firing rates', last ? last.firingRates.map(({ layer, rate }) => `${layer} ${percent(rate)}`).join(', ') : '-'],
    ...run.warnings.map((warning) => ['warning', warning]),
  ]
  return table(rows)
}
