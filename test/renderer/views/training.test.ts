import { describe, expect, it } from 'vitest'
import {
  calls,
  type CallOutput,
  type DatasetSummary,
  type EpochMetrics,
  type Run,
  type TrainingConfig,
} from '../../../preload/contract/index.ts'
import { networkPresets } from '../../../main/snn/models/index.ts'
import { trainingConfigSchema } from '../../../main/training/schema.ts'
import { trainingPresets } from '../../../main/training/presets.ts'
import { augmentationKinds, augmentationText, augmented } from '../../../renderer/views/training/augmentation.ts'
import { layersText, settingsText } from '../../../renderer/views/training/ConfigSummary.tsx'
import { accuracyCurves, align, compareCurves, firingCurves, lossCurves, timestepCurves } from '../../../renderer/views/training/curves.ts'
import {
  changed,
  faultsOf,
  initialForm,
  named,
  runName,
  withNetwork,
  withTraining,
  type RunForm,
} from '../../../renderer/views/training/form.ts'
import { methodParameters, methodTexts, neuronParameters, optimizerParameters } from '../../../renderer/views/training/parameters.ts'

const presets: CallOutput<'training.presets'> = {
  networks: networkPresets.map((preset) => ({ ...preset, parameters: 1, macsPerTimestep: 1 })),
  trainings: [...trainingPresets],
}
const dataset = { id: 'nmnist', name: 'N-MNIST' } as DatasetSummary
const form = (): RunForm => {
  const made = initialForm(presets, dataset)
  if (made === null) throw new Error('no presets')
  return made
}

describe('the form of a new run', () => {
  it('begins with something that can be started', () => {
    const made = form()
    expect(faultsOf(made.config)).toEqual(new Map())
    expect(made.config.name).toBe(`N-MNIST, ${made.config.network.name}, TRT`)
    expect(calls['runs.start'].input.parse(made.config)).toEqual(made.config)
  })
  it.each(trainingPresets.map((preset) => [preset.id, preset] as const))('takes over the preset %s as a whole', (_, preset) => {
    const { config, trainingPreset } = withTraining(form(), preset)
    expect(trainingPreset).toBe(preset.id)
    expect(config).toMatchObject(preset.settings)
    expect(faultsOf(config)).toEqual(new Map())
  })
  it.each(networkPresets.map((preset) => [preset.id, preset] as const))('takes over the network %s', (_, preset) => {
    expect(faultsOf(withNetwork(form(), { ...preset, parameters: 1, macsPerTimestep: 1 }).config)).toEqual(new Map())
  })
  it('no longer names a preset whose settings were changed', () => {
    expect(changed(form(), { epochs: 3 }).trainingPreset).toBeNull()
    expect(changed(form(), { seed: 3 }).trainingPreset).not.toBeNull()
    expect(changed(form(), { device: 'webgpu' }).trainingPreset).not.toBeNull()
  })
  it('names the run after the choices until the user does', () => {
    const sdt = trainingPresets.find((preset) => preset.settings.method.name === 'sdt')
    if (!sdt) throw new Error('no SDT preset')
    expect(named(withTraining(form(), sdt), 'Other').config.name).toMatch(/^Other, .*, SDT$/)
    const mine = changed(form(), { name: 'mine' })
    expect(named(withTraining(mine, sdt), 'Other').config.name).toBe('mine')
    expect(runName('x'.repeat(200), form().config)).toHaveLength(80)
  })
  it('tells each fault by its field', () => {
    const { config } = changed(form(), { epochs: 0, learningRate: -1, name: '  ' })
    expect([...faultsOf(config).keys()].sort()).toEqual(['epochs', 'learningRate', 'name'])
    expect([...faultsOf({ ...config, name: 'a', epochs: 1, learningRate: 1, method: { name: 'trt', eta: 2 } }).keys()]).toEqual([
      'method.eta',
    ])
  })
})

describe('every hyper-parameter can be set', () => {
  const { method: _, ...rest } = form().config
  it.each(['sdt', 'tet', 'trt', 'lts', 'slt', 'slt-tet', 'tks', 'tmc', 'mps'] as const)('of %s', (name) => {
    // Optional ones are filled in where the method knows them; zod drops them elsewhere.
    const parsed = calls['runs.start'].input.parse({ ...rest, method: { name, labelSmoothing: 0.1, l2: 0.1 } }).method
    const own = Object.keys(parsed)
      .filter((key) => key !== 'name' && key !== 'criterion' && key !== 'firstTimestep')
      .sort()
    expect(Object.keys(methodParameters[name]).sort()).toEqual(own)
    expect(methodTexts[name].formulas.length).toBeGreaterThan(0)
  })
  it('of the neuron and the optimizers', () => {
    const { neuron } = form().config.network
    expect(Object.keys(neuronParameters).sort()).toEqual(
      Object.entries(neuron)
        .filter(([, value]) => typeof value === 'number')
        .map(([key]) => key)
        .sort(),
    )
    for (const name of ['adam', 'sgd'] as const) {
      const { optimizer } = calls['runs.start'].input.parse({ ...form().config, optimizer: { name } })
      for (const key of Object.keys(optimizer).filter((other) => other !== 'name')) expect(optimizerParameters).toHaveProperty(key)
    }
  })
})

describe('augmentation', () => {
  it('offers all that the trainer takes, and what it offers is taken', () => {
    const keys = Object.keys(trainingConfigSchema.shape.augmentation.shape)
    expect(augmentationKinds.map(({ key }) => key).sort()).toEqual(keys.sort())
    let augmentation = form().config.augmentation
    for (const { key, kind } of augmentationKinds) augmentation = augmented(augmentation, key, kind === 'switch' ? true : 4)
    const { config } = changed(form(), { augmentation })
    expect(calls['runs.start'].input.parse(config).augmentation).toEqual({ flip: true, roll: 4, crop: 4, cutout: 4, resizedCrop: true, nda: 4, eventDrop: true, mix: true })
    expect(augmentationText(augmentation)).toBe('flip, roll ±4 px, crop with 4 px of padding, cutout 4 px, resized crop, NDA ±4°, dropped events, mixed samples')
    for (const { key, kind } of augmentationKinds) augmentation = augmented(augmentation, key, kind === 'switch' ? false : 0)
    expect(augmentation).toEqual({ flip: false, roll: 0 })
    expect(augmentationText(augmentation)).toBe('none')
  })
  it('tells what is no number of pixels', () => {
    const faults = faultsOf({ ...form().config, augmentation: augmented({ flip: false, roll: 0 }, 'crop', -1) })
    expect([...faults.keys()]).toEqual(['augmentation.crop'])
  })
})

const metrics = (epoch: number, change: Partial<EpochMetrics> = {}): EpochMetrics => ({
  epoch,
  learningRate: 1e-3,
  trainLoss: 2 / epoch,
  trainAccuracy: 0.5,
  validationLoss: 3 / epoch,
  validationAccuracy: epoch / 10,
  timestepAccuracy: [0.1, epoch / 10],
  firingRates: [
    { layer: 'conv1', rate: 0.1 * epoch },
    { layer: 'conv2', rate: 0.2 },
  ],
  samplesPerSecond: 10,
  seconds: 1,
  ...change,
})
const run = (id: string, epochs: EpochMetrics[], best: number | null = null): Run => ({
  id,
  config: { ...form().config, name: id } satisfies TrainingConfig,
  created: '',
  state: 'running',
  message: null,
  epochs,
  confusion: null,
  classes: [],
  parameters: 1,
  warnings: [],
  best: best === null ? null : { epoch: best, metric: 'validationAccuracy', value: 1 },
})

describe('curves', () => {
  it('brings curves of different density to one x', () => {
    const { x, lines } = align([
      { line: { label: 'a', color: 'c' }, x: [1, 2], y: [10, 20] },
      { line: { label: 'b', color: 'c' }, x: [0.5, 1], y: [5, 6] },
    ])
    expect(x).toEqual([0.5, 1, 2])
    expect(lines.map((line) => line.values)).toEqual([
      [null, 10, 20],
      [5, 6, null],
    ])
  })
  it('draws the batches in epochs beside the epochs', () => {
    const live = {
      last: { epoch: 1, step: 2, steps: 4, loss: 1, accuracy: 0, samplesPerSecond: 0, secondsLeft: 0 },
      at: [1, 2, 4],
      loss: [3, 2, 1],
    }
    const { x, lines } = lossCurves(run('r', [metrics(1)]), live)
    expect(x).toEqual([0.25, 0.5, 1])
    expect(lines.map((line) => [line.label, line.values])).toEqual([
      ['batch', [3, 2, 1]],
      ['train (TRT)', [null, null, 2]],
      ['validation (CE)', [null, null, 3]],
    ])
    expect(lossCurves(run('r', []), undefined).lines.map((line) => line.label)).toEqual(['train (TRT)', 'validation (CE)'])
  })
  it('shows first, best and last epoch per timestep, none of them twice', () => {
    const labels = (epochs: EpochMetrics[], best: number | null) => timestepCurves(run('r', epochs, best)).lines.map((line) => line.label)
    expect(labels([], null)).toEqual([])
    expect(labels([metrics(1)], 1)).toEqual(['epoch 1'])
    expect(labels([metrics(1), metrics(2), metrics(3)], 2)).toEqual(['epoch 1', 'best, epoch 2', 'epoch 3'])
    expect(timestepCurves(run('r', [metrics(1)])).x).toEqual([1, 2])
  })
  it('draws a line for each layer, and each run in its colour', () => {
    expect(firingCurves(run('r', [metrics(1), metrics(2)])).lines.map((line) => [line.label, line.values])).toEqual([
      ['conv1', [0.1, 0.2]],
      ['conv2', [0.2, 0.2]],
    ])
    expect(accuracyCurves(run('r', [metrics(1)])).lines.map((line) => line.values)).toEqual([[0.5], [0.1]])
    const compared = compareCurves(
      [run('a', [metrics(1)]), run('b', [metrics(1), metrics(2)])],
      new Map([['b', '--series-2']]),
      (epoch) => epoch.validationAccuracy ?? NaN,
    )
    expect(compared.lines.map((line) => [line.label, line.color, line.values])).toEqual([
      ['a', '--series-1', [0.1, null]],
      ['b', '--series-2', [0.1, 0.2]],
    ])
  })
})

describe('a configuration in words', () => {
  it('writes layers as papers do', () => {
    const small = networkPresets.find((preset) => preset.id === 'small')
    if (!small) throw new Error('no preset "small"')
    expect(layersText(small.network)).toBe('16C3-AP2-32C3-AP2-64C3-AP2-FC')
    expect(settingsText({ name: 'tet', lambda: 0.00005, phi: 1 })).toBe('lambda 5.0e-5, phi 1')
  })
})
