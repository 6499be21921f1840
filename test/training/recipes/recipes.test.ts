import { describe, expect, test } from 'vitest'
import { framingPresets } from '../../../preload/contract/framing-presets.ts'
import { networkInfo } from '../../../main/snn/network.ts'
import { paperDatasetIds, paperDatasets } from '../../../main/training/recipes/datasets.ts'
import { findRecipe, recipes } from '../../../main/training/recipes/index.ts'
import { needsOf, runsOf } from '../../../main/training/recipes/plan.ts'
import type { Recipe, RecipeCell } from '../../../main/training/recipes/recipe.ts'
import { trainingConfigSchema } from '../../../main/training/schema.ts'

const recipe = (id: string): Recipe => {
  const found = findRecipe(id)
  if (!found) throw new Error(`no recipe ${id}`)
  return found
}
const cell = (id: string, values: RecipeCell['values']): RecipeCell => {
  const found = recipe(id).cells.find((one) => Object.entries(values).every(([name, value]) => one.values[name] === value))
  if (!found) throw new Error(`no cell ${JSON.stringify(values)} in ${id}`)
  return found
}
/** Percent as the papers print them: [mean, deviation]. */
const printed = ({ figures }: RecipeCell) => figures.map(({ expected }) => expected && [Number((100 * expected.mean).toFixed(2)), expected.deviation === null ? null : Number((100 * expected.deviation).toFixed(2))])

describe('every recipe', () => {
  test('has an id of its own, cells of their own, and settings that can be trained on its dataset', () => {
    expect(new Set(recipes.map(({ id }) => id)).size).toBe(recipes.length)
    for (const { id, cells, seeds } of recipes) {
      expect(id).toMatch(/^(trt|tet)-[a-z0-9-]+$/)
      expect(new Set(cells.map(({ values }) => JSON.stringify(values))).size, id).toBe(cells.length)
      for (const { settings, dataset, timesteps, figures, seeds: own } of cells) {
        const config = trainingConfigSchema.parse({ ...settings, name: id, dataset: 'some' })
        // Nothing is left out by the schema, nothing filled in.
        expect({ ...config, name: undefined, dataset: undefined, seed: undefined, device: undefined }, id).toEqual(settings)
        const { classes, frame } = paperDatasets[dataset]
        expect(networkInfo({ network: settings.network, classes, shape: [timesteps, ...frame] }).parameters).toBeGreaterThan(1e5)
        expect(settings.protocol).toBe('papers')
        expect(figures.length).toBeGreaterThan(0)
        expect(new Set(own ?? seeds).size).toBe((own ?? seeds).length)
        for (const { expected } of figures) if (expected) expect(expected.mean).toSatisfy((mean: number) => mean > 0.3 && mean < 1)
      }
    }
  })

  test('counts its runs: cells times seeds, 20 and 5 where the paper says so', () => {
    const counts = Object.fromEntries(recipes.map((one) => [one.id, [one.cells.length, runsOf(one)]]))
    expect(counts).toMatchObject({
      'trt-table1-cifar10': [9, 27],
      'trt-table1-imagenet100': [1, 3],
      'trt-table2-cifar100': [6, 18],
      'trt-table3': [4, 12],
      'trt-figure-eta': [6, 18],
      'tet-table1': [6, 18],
      'tet-table2': [6, 18],
      'tet-table3-dvs-cifar10': [4, 12],
      'tet-figure-lambda-cifar100': [5, 15],
      'tet-figure-statistics': [2, 25],
    })
    expect(needsOf(recipe('trt-table1-cifar10')).map(({ key, cells }) => [key, cells])).toEqual([['cifar10@6', 3], ['cifar10@4', 3], ['cifar10@2', 3]])
  })

  test('states datasets by the framing presets they name', () => {
    const preset = (name: string) => framingPresets.find((one) => one.name === name)
    for (const [id, name] of [['dvs-cifar10', 'TRT code'], ['dvs-cifar10-tet', 'TET']] as const) {
      expect({ ...paperDatasets[id].framing, timesteps: 10 }).toEqual(preset(name)?.framing)
      expect(paperDatasets[id].filters).toEqual(preset(name)?.filters)
    }
    expect({ ...paperDatasets['n-caltech101'].framing, timesteps: 10, resize: null }).toEqual(preset('SpikingJelly by number')?.framing)
    for (const id of paperDatasetIds) expect(paperDatasets[id].id).toBe(id)
  })
})

describe('TRT, against its Table S2, Tables 1 to 3', () => {
  // eta, lambda, delta, T, tau of every column of Table S2, written out here.
  test.each([
    ['trt-table1-cifar10', { method: 'TRT', T: 6 }, 0.05, 1e-5, 0.25, 6, 2],
    ['trt-table1-cifar100', { method: 'TRT', T: 2 }, 0.05, 1e-5, 0.25, 2, 2],
    ['trt-table1-imagenet100', { method: 'TRT' }, 0.001, 5e-5, 0.5, 4, 1],
    ['trt-table1-dvs-cifar10', { method: 'TRT' }, 0.001, 5e-5, 0.5, 10, 2],
    ['trt-table1-n-caltech101', { method: 'TRT' }, 0.05, 5e-5, 0.5, 10, 2],
  ] as const)('%s: hyper-parameters', (id, values, eta, lambda, delta, T, tau) => {
    const { settings, timesteps } = cell(id, values)
    expect(settings).toMatchObject({
      method: { name: 'trt', eta, lambda, delta, epsilon: 1e-5, firstTimestep: 0 },
      network: { neuron: { tau, threshold: 1, reset: 'hard', resetValue: 0, surrogate: 'triangle', alpha: 1, detachReset: false } },
      optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, weightDecay: 0 },
      learningRate: 1e-3,
      schedule: 'cosine',
      epochs: 300,
      batchSize: 64,
    })
    expect(timesteps).toBe(T)
  })

  test('augmentation: cutout, flip and crop for CIFAR; flip and roll for DVS-CIFAR10; none for N-Caltech101', () => {
    expect(cell('trt-table1-cifar10', { method: 'TRT' }).settings.augmentation).toEqual({ flip: true, roll: 0, crop: 4, cutout: 16 })
    expect(cell('trt-table1-dvs-cifar10', { method: 'TRT' }).settings.augmentation).toEqual({ flip: true, roll: 5 })
    expect(cell('trt-table1-n-caltech101', { method: 'TRT' }).settings.augmentation).toEqual({ flip: false, roll: 0 })
    expect(cell('trt-table1-imagenet100', { method: 'TRT' }).settings.augmentation).toEqual({ flip: true, roll: 0, resizedCrop: true })
  })

  test('published numbers', () => {
    expect([6, 4, 2].map((T) => printed(cell('trt-table1-cifar10', { method: 'TRT', T })))).toEqual([[[95.72, 0.4]], [[95.58, 0.1]], [[95.3, 0.23]]])
    expect([6, 4, 2].map((T) => printed(cell('trt-table1-cifar100', { method: 'TRT', T })))).toEqual([[[79.66, 0.48]], [[79.51, 0.34]], [[77.94, 0.33]]])
    expect([6, 4, 2].map((T) => printed(cell('trt-table1-cifar100', { method: 'SLT-TET', T })))).toEqual([[[74.87, null]], [[75.01, null]], [[73.77, null]]])
    expect(printed(cell('trt-table1-dvs-cifar10', { method: 'TET' }))).toEqual([[83.1, null]])
    expect(printed(cell('trt-table1-n-caltech101', { method: 'TRT' }))).toEqual([[85.18, 0.2]])
    expect(printed(cell('trt-table2-dvs-cifar10', { method: 'SDT' }))).toEqual([[78.5, null]])
    expect(recipe('trt-table3').cells.map((one) => [one.values.delta, printed(one)[0]?.[0]])).toEqual([[0, 78.55], [0.25, 79.51], [0.5, 78.99], [1, 79.37]])
  })

  test('sweeps vary what they say and nothing else', () => {
    const etas = recipe('trt-figure-eta').cells
    expect(etas.map(({ settings: { method } }) => method.name === 'trt' && method.eta)).toEqual([0, 0.1, 0.05, 0.01, 0.005, 0.001])
    for (const { settings } of etas) expect({ ...settings, method: { ...settings.method, eta: 0 } }).toEqual(etas[0]!.settings)
    expect(recipe('trt-figure-lambda-delta').cells).toHaveLength(12)
    // Table 2 compares with the same recipe: only the method differs.
    const [sdt, trt] = [cell('trt-table2-cifar100', { method: 'SDT', T: 4 }).settings, cell('trt-table2-cifar100', { method: 'TRT', T: 4 }).settings]
    expect({ ...sdt, method: trt.method }).toEqual(trt)
  })
})

describe('TET, against its Tables 1 to 4', () => {
  test('CIFAR: Adam 0.01, 300 epochs; inheritance from T = 2 with 50 epochs at 1e-4', () => {
    expect(cell('tet-table3-cifar100', { T: 2, method: 'TET' }).settings).toMatchObject({ method: { name: 'tet', lambda: 0.05, phi: 1 }, learningRate: 0.01, epochs: 300, batchSize: 128, augmentation: { flip: true, crop: 4 } })
    expect(cell('tet-table3-cifar100', { T: 6, method: 'TET, TIT' }).settings).toMatchObject({ stages: [{ timesteps: 2, epochs: 300, learningRate: 0.01 }], epochs: 50, learningRate: 1e-4 })
    expect(cell('tet-table1', { method: 'TET', T: 4 }).settings.method).toMatchObject({ name: 'tet', lambda: 0 })
  })

  test('ImageNet: SGD 0.1 with decay 4e-5; 120 epochs, or 90 at T = 4 and 30 at T = 6', () => {
    expect(cell('tet-table3-imagenet', { T: 4 }).settings).toMatchObject({ optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 4e-5 }, learningRate: 0.1, epochs: 120, method: { lambda: 0.001 } })
    expect(cell('tet-table3-imagenet', { T: 6 }).settings).toMatchObject({ stages: [{ timesteps: 4, epochs: 90 }], epochs: 30 })
  })

  test('DVS-CIFAR10: λ 0.001, Adam 1e-3; decay 5e-4 only without augmentation; the switch after 200 of 300', () => {
    expect(cell('tet-table3-dvs-cifar10', { method: 'TET', augmentation: true }).settings).toMatchObject({ method: { lambda: 0.001 }, learningRate: 1e-3, optimizer: { weightDecay: 0 }, augmentation: { flip: true, roll: 5 } })
    expect(cell('tet-table3-dvs-cifar10', { method: 'TET', augmentation: false }).settings).toMatchObject({ optimizer: { weightDecay: 5e-4 }, augmentation: { flip: false, roll: 0 } })
    expect(cell('tet-figure-switch', { method: 'SDT, then TET' }).settings).toMatchObject({ method: { name: 'sdt' }, epochs: 300, switch: { afterEpoch: 200, method: { name: 'tet', lambda: 0.001 } } })
  })

  test('sigmoid spikes: k = 1, 10, 20 in SNN-5', () => {
    const cells = recipe('tet-table2').cells
    expect(cells.map(({ settings: { network } }) => [network.name, network.neuron.sigmoidSpike])).toEqual([1, 10, 20, 1, 10, 20].map((k) => ['SNN-5', k]))
    expect(cells.map((one) => printed(one)[0])).toEqual([[88, 0.15], [88.83, 0.32], [88.5, 0.32], [87.63, 0.38], [89.31, 0.15], [88.64, 0.28]])
  })

  test('published numbers', () => {
    expect([2, 4, 6].map((T) => printed(cell('tet-table1', { method: 'SDT', T }))[0])).toEqual([[69.41, 0.08], [70.86, 0.22], [71.12, 0.57]])
    expect([2, 4, 6].map((T) => printed(cell('tet-table1', { method: 'TET', T }))[0])).toEqual([[72.37, 0.21], [74.11, 0.18], [74.65, 0.12]])
    expect([2, 4, 6].map((T) => printed(cell('tet-table3-cifar10', { T }))[0])).toEqual([[94.16, 0.03], [94.44, 0.08], [94.5, 0.07]])
    expect(printed(cell('tet-table3-imagenet', { T: 6 }))[0]).toEqual([64.79, null])
    expect([false, true].map((augmentation) => printed(cell('tet-table3-dvs-cifar10', { method: 'TET', augmentation }))[0])).toEqual([[77.33, 0.21], [83.17, 0.15]])
    expect(printed(cell('tet-table4', { method: 'TET', T: 4 })).map((one) => one?.[0])).toEqual([62.17, 71.57, 71.05, 72.08, 71.77, 71.23, 71.81, 71.36])
    expect(printed(cell('tet-table4', { method: 'SDT', T: 3 })).map((one) => one?.[0])).toEqual([55.61, 57.95, 56.87, 55.09, 57.56, 53.54, 57.72, 54.04])
  })
})
