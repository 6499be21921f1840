import { describe, expect, test } from 'vitest'
import { paperDatasets, framingOf } from '../../../main/training/recipes/datasets.ts'
import { findRecipe, recipes } from '../../../main/training/recipes/index.ts'
import { matchDataset, type Known } from '../../../main/training/recipes/match.ts'
import { outcomeOf } from '../../../main/training/recipes/outcome.ts'
import { needsOf, planRecipe, recipeChoicesSchema, runSeconds, type RecipeChoices } from '../../../main/training/recipes/plan.ts'
import { enoughEpochs, forCpu } from '../../../main/training/recipes/scale.ts'
import { totalEpochs } from '../../../main/training/stages.ts'
import { trainingConfigSchema } from '../../../main/training/schema.ts'

const recipe = (id: string) => findRecipe(id) ?? expect.fail(`no recipe ${id}`)
const choices = (given: Partial<RecipeChoices>) => recipeChoicesSchema.parse({ datasets: {}, ...given })

/** A dataset as the paper has it. */
function likePaper(id: keyof typeof paperDatasets, timesteps: number, changes: Partial<Known> = {}) {
  const { classes, names, frame, kind, filters, samples } = paperDatasets[id]
  return {
    id: `${id}-${timesteps}`,
    name: paperDatasets[id].title,
    kind,
    classes: Array.from({ length: classes }, (_, i) => names[i] ?? `class ${i}`),
    shape: [timesteps, ...frame] as [number, number, number, number],
    framing: framingOf(paperDatasets[id], timesteps),
    filters: [...filters],
    train: [samples[0]],
    test: [samples[1]],
    ...changes,
  }
}
const shapes = { ...likePaper('dvs-cifar10', 10), id: 'shapes', name: 'Shapes', classes: ['circle', 'square'], shape: [4, 2, 16, 16] as [number, number, number, number] }

describe('matchDataset', () => {
  test.each(['cifar10', 'cifar100', 'imagenet100', 'imagenet', 'dvs-cifar10', 'dvs-cifar10-tet', 'n-caltech101'] as const)('%s as the paper has it fits without differences', (id) => {
    expect(matchDataset(likePaper(id, 10), paperDatasets[id], 10)).toEqual({ fits: true, onlyTimesteps: false, faults: [], differences: [] })
  })

  test('the same with another T is told apart; pictures of other classes, other sizes and other framings are named', () => {
    expect(matchDataset(likePaper('cifar10', 4), paperDatasets.cifar10, 6)).toMatchObject({ fits: false, onlyTimesteps: true, faults: [] })
    expect(matchDataset(likePaper('cifar10', 4), paperDatasets.cifar100, 4)).toMatchObject({ fits: false, faults: ['it has 10 classes, not 100'] })
    expect(matchDataset(likePaper('cifar10', 10), paperDatasets['dvs-cifar10'], 10).faults).toEqual(['it holds pictures, not events', 'its frames are 3×32×32, not 2×48×48'])
    const digits = { ...likePaper('cifar10', 4), classes: Array.from({ length: 10 }, (_, i) => `digit ${i}`) }
    expect(matchDataset(digits, paperDatasets.cifar10, 4).faults).toEqual(['none of its classes is called airplane or automobile or bird'])
    expect(matchDataset(likePaper('dvs-cifar10-tet', 10), paperDatasets['dvs-cifar10'], 10)).toMatchObject({ fits: true, differences: ['framed in another way than “TRT code, 48×48”'] })
    expect(matchDataset({ ...likePaper('cifar10', 4), train: [500] }, paperDatasets.cifar10, 4).differences[0]).toContain('500 samples to train on')
  })
})

describe('planRecipe', () => {
  const table = recipe('trt-table1-cifar10')

  test('as published: every cell with every seed on the dataset of its T', () => {
    const library = [6, 4, 2].map((T) => likePaper('cifar10', T))
    const { runs, missing, stored } = planRecipe(table, choices({ datasets: { 'cifar10@6': 'cifar10-6', 'cifar10@4': 'cifar10-4', 'cifar10@2': 'cifar10-2' } }), library)
    expect([runs.length, missing.length, stored.comparable, stored.caveats]).toEqual([27, 0, true, []])
    expect(runs.every(({ values, config, seed }) => config.dataset === `cifar10-${String(values.T)}` && config.seed === seed && config.epochs >= 150)).toBe(true)
    expect(new Set(runs.map(({ config }) => config.name)).size).toBe(27)
  })

  test('cells whose dataset is missing are left out and named; none is a fault that says what is needed', () => {
    const { runs, missing, stored } = planRecipe(table, choices({ datasets: { 'cifar10@2': 'cifar10-2' }, repeats: 1 }), [likePaper('cifar10', 2)])
    expect([runs.length, stored.cells.length, missing.map(({ key }) => key)]).toEqual([3, 3, ['cifar10@6', 'cifar10@4']])
    expect(() => planRecipe(table, choices({}), [])).toThrow('it needs CIFAR-10 with T = 6, CIFAR-10 with T = 4, CIFAR-10 with T = 2')
    expect(() => planRecipe(table, choices({ datasets: { 'cifar10@8': 'x' } }), [])).toThrow('it needs cifar10@6, cifar10@4, cifar10@2')
    expect(() => planRecipe(table, choices({ datasets: { 'cifar10@2': 'x' } }), [])).toThrow('There is no dataset "x"')
  })

  test('another dataset is refused as published, and stands in for it scaled down, which is said', () => {
    const one = recipe('trt-table1-n-caltech101')
    const datasets = { 'n-caltech101@10': 'shapes' }
    expect(() => planRecipe(one, choices({ datasets }), [shapes])).toThrow(/"Shapes" can't stand for N-Caltech101 with T = 10: it has 2 classes, not 101.*T = 4/)
    const { runs, stored } = planRecipe(one, choices({ datasets, scale: 'cpu' }), [shapes])
    expect([runs.length, stored.comparable]).toEqual([1, false])
    expect(stored.caveats).toEqual([expect.stringContaining('Scaled down for a CPU'), expect.stringContaining('“Shapes” stands in for N-Caltech101: it has 2 classes, not 101')])
    expect(runs[0]!.config).toMatchObject({ name: 'TRT T=10 seed=42 · Table 1', network: { name: 'Small', neuron: { tau: 2 } }, epochs: 8, batchSize: 32, method: { name: 'trt', eta: 0.05 } })
    // One T can't stand for another where the recipe compares them.
    expect(() => planRecipe(table, choices({ datasets: { 'cifar10@6': 'shapes' }, scale: 'cpu' }), [shapes])).toThrow('imported with T = 4, not 6')
  })

  test('what differs from the paper’s import is a caveat', () => {
    const { stored } = planRecipe(recipe('trt-table1-dvs-cifar10'), choices({ datasets: { 'dvs-cifar10@10': 'dvs-cifar10-tet-10' } }), [likePaper('dvs-cifar10-tet', 10)])
    expect(stored).toMatchObject({ comparable: false, caveats: ['“DVS-CIFAR10” for DVS-CIFAR10: framed in another way than “TRT code, 48×48”.'] })
  })
})

test('scaled down, every recipe’s settings are still valid, and what goes by epochs stays in proportion', () => {
  for (const { cells, id } of recipes)
    for (const { settings } of cells) {
      const scaled = forCpu(settings, 10)
      expect(() => trainingConfigSchema.parse({ ...scaled, name: id, dataset: 'some' }), id).not.toThrow()
      expect(totalEpochs(scaled), id).toBeLessThanOrEqual(11)
      expect(scaled.method).toEqual(settings.method)
      expect(scaled.network.neuron).toEqual(settings.network.neuron)
    }
  expect([[50_000], [25, 75, 100], [1], []].map(enoughEpochs)).toEqual([8, 86, 100, 100])
  const [first] = recipe('tet-figure-switch').cells
  expect(forCpu(first!.settings, 9)).toMatchObject({ epochs: 9, switch: { afterEpoch: 6 } })
  const inherited = recipe('tet-table3-cifar10').cells[2]!
  expect(forCpu(inherited.settings, 7)).toMatchObject({ stages: [{ timesteps: 2, epochs: 6 }], epochs: 1 })
})

test('scaled down, a table has no rows of layers that the small network lacks', () => {
  const figures = recipe('trt-figure-asfr-n-caltech101')
  const { stored } = planRecipe(figures, choices({ datasets: { 'n-caltech101@10': 'shapes' }, scale: 'cpu' }), [shapes])
  expect(stored.cells[0]!.figures.map(({ name }) => name)).toEqual(['Layer 1', 'Layer 2', 'Layer 3', 'All layers'])
  expect(figures.cells[0]!.figures).toHaveLength(9)
})

test('a run’s seconds: stages by their timesteps', () => {
  expect(runSeconds({ epochs: 50, learningRate: 1, stages: [{ timesteps: 2, epochs: 300, learningRate: 1 }] }, 6, 6)).toBe(50 * 6 + 300 * 2)
  expect(runSeconds({ epochs: 50, learningRate: 1 }, 2, 4)).toBe(100)
})

test('outcome: expected beside obtained, over the seeds that have finished', () => {
  const cells = [
    { values: { T: 2 }, figures: [{ name: 'Accuracy', quantity: { of: 'accuracy' as const }, expected: { mean: 0.9, deviation: 0.01 } }, { name: 'Step 2', quantity: { of: 'timestep' as const, timestep: 2 }, expected: null }] },
    { values: { T: 6 }, figures: [{ name: 'Step 2', quantity: { of: 'timestep-later' as const, timestep: 2 }, expected: null }, { name: 'First 3', quantity: { of: 'mean-of-first' as const, timesteps: 3 }, expected: null }] },
    { values: { T: 4 }, figures: [{ name: 'Energy', quantity: { of: 'energy' as const }, expected: null }, { name: 'Layer 2', quantity: { of: 'firing-rate' as const, layer: 2 }, expected: null }] },
  ]
  const run = { accuracy: 0.8, timesteps: [0.5, 0.7], single: [0.1, 0.2], running: [0.3, 0.4], rates: [0.1, 0.3], rise: null, centroids: [], millijoules: 3 }
  const rows = outcomeOf({ cells }, [{ ...run, values: { T: 2 } }, { ...run, accuracy: 0.9, values: { T: 2 } }, { ...run, values: { T: 4 } }, { ...run, values: { T: 6 } }])
  expect(rows.map(({ figure, unit, obtained }) => [figure, unit, obtained?.count])).toEqual([['Accuracy', 'percent', 2], ['Step 2', 'percent', 2], ['Step 2', 'percent', 1], ['First 3', 'percent', undefined], ['Energy', 'mJ', 1], ['Layer 2', 'plain', 1]])
  expect(rows[0]!.obtained!.mean).toBeCloseTo(0.85, 12)
  expect(rows[0]!.obtained!.deviation).toBeCloseTo(0.1 / Math.SQRT2, 12)
  expect(rows[0]!.difference).toBeCloseTo(-0.05, 12)
  expect([rows[1]!.difference, rows[2]!.obtained!.mean, rows[5]!.obtained!.mean]).toEqual([null, 0.2, 0.3])
  expect(outcomeOf({ cells }, [])[0]).toMatchObject({ obtained: null, difference: null })
})

test('needs are told once for each dataset and T', () => {
  expect(needsOf(recipe('tet-table3-imagenet')).map(({ key }) => key)).toEqual(['imagenet@4', 'imagenet@6'])
})
