import { describe, expect, it } from 'vitest'
import { energyOf } from '../../main/analysis/counting.ts'
import { figuresOf } from '../../main/analysis/figures/index.ts'
import type { NamedResult } from '../../main/analysis/figures/named.ts'
import { analysisOptionsSchema, type AnalysisResult } from '../../main/analysis/schema.ts'
import { conventionsSchema, type EnergyCounts } from '../../main/analysis/schemas/energy.ts'
import { decaySurface } from '../../main/analysis/weights.ts'
import type { Figure, Panel } from '../../main/figures/figure.ts'

const options = analysisOptionsSchema.parse({})
const named = <Result extends AnalysisResult>(results: readonly Result[]) =>
  results.map((result, i) => ({ run: `run-${i}`, name: `run ${i}`, method: ['trt', 'sdt', 'tet'][i] ?? 'sdt', color: i, epoch: 3, result })) as unknown as readonly NamedResult<Result['kind']>[]

const input = (drive: readonly number[]) => ({ mean: [...drive], active: [...drive], reach: [...drive], activeReach: [...drive] })
const counts: EnergyCounts = {
  layers: [
    { name: 'conv1', macs: 1e6, reached: 9e5, levels: null, outputs: 100, normalized: 100, ...input([0.4, 0.4]) },
    { name: 'output', macs: 1e5, reached: 1e5, levels: { parts: 4, most: 1 }, outputs: 10, normalized: 0, ...input([0.1, 0.3]) },
  ],
  neuronLayers: [{ name: 'conv1', neurons: 100 }], still: false, leaks: true,
}

function energy(changes: object): AnalysisResult {
  const conventions = conventionsSchema.parse(changes)
  const { until, ...figures } = energyOf(counts, conventions)
  const overTime = until.map((picojoules, t) => ({ timesteps: t + 1, accuracy: 0.5 + t / 4, picojoules }))
  return { kind: 'energy', options: { ...options, conventions }, samples: 4, timesteps: 2, accuracy: 0.75, ...figures, overTime, conventions: [], counts }
}

const time: AnalysisResult = {
  kind: 'time', options, samples: 4, single: [0.25, 0.5], running: [0.25, 0.75], picojoules: 2e6,
  exits: [{ confidence: 0.5, accuracy: 0.5, timesteps: 1.25, picojoules: 1e6, milliseconds: 2 }, { confidence: 0.9, accuracy: 0.75, timesteps: 2, picojoules: 2e6, milliseconds: 4 }],
  latency: { device: 'cpu', first: 1, further: 3, all: 4 },
}
/** As results of before, without energy and time. */
const before: AnalysisResult = { kind: 'time', options, samples: 4, single: [0.25, 0.5], running: [0.25, 0.75], exits: [{ confidence: 0.5, accuracy: 0.5, timesteps: 1.25 }] }
const scaling: AnalysisResult = {
  kind: 'scaling', options, samples: 4, trained: 2, notes: ['how'], left: [{ timesteps: 8, reason: 'gone' }],
  rows: [{ timesteps: 1, accuracy: 0.5, picojoules: 1e6, source: 'merged' }, { timesteps: 2, accuracy: 0.75, picojoules: 2e6, source: 'dataset' }],
}
const gradients = (layers: number): AnalysisResult => ({
  kind: 'gradients', options, samples: 4, batches: 2, timesteps: 2, method: 'sdt', notes: ['note'],
  losses: (['own', 'sdt', 'tet'] as const).map((name, i) => ({ name, norms: name === 'tet' ? [2, 1] : [1, 3], layers: Array.from({ length: layers }, (_, l) => ({ name: `conv${l}`, norms: [l + 1, i + 3], deviations: [0, 0] })) })),
})
const moment = { counts: [1, 3], nearZero: 0.1, mean: 0, deviation: 1, norm: 2 }
const regularization = { trained: true, lambda: 1e-5, delta: 0.5, epsilon: 1e-5, timesteps: 2, first: 0 as const }
const weights: AnalysisResult = {
  kind: 'weights', options, seed: 42, regularization,
  decay: { magnitudes: [0, 1], code: decaySurface(regularization, 0, [0, 1]), paper: decaySurface(regularization, 1, [0, 1]) },
  contributions: [{ name: 'conv1.weight', role: 'weight', elements: 4, perTimestep: [2, 1] }, { name: 'conv1.norm.gain', role: 'gain', elements: 4, perTimestep: [4, 3] }],
  histograms: [{ name: 'conv1.weight', role: 'weight', edges: [-1, 0, 1], initial: moment, trained: { ...moment, counts: [2, 2] } }, { name: 'conv1.norm.gain', role: 'gain', edges: [0, 1, 2], initial: moment, trained: moment }],
}

function whole(figures: readonly Figure[]): void {
  expect(new Set(figures.map(({ id }) => id)).size).toBe(figures.length)
  for (const { id, panels, origin } of figures) {
    expect(panels.length, id).toBeGreaterThan(0)
    expect(origin[0], id).toContain('run 0')
    for (const panel of panels) checkPanel(id, panel)
  }
}

function checkPanel(id: string, panel: Panel): void {
  if (panel.kind === 'lines') for (const { x, y, names } of panel.series) expect([y.length, names?.length ?? x.length], id).toEqual([x.length, x.length])
  if (panel.kind === 'bars') for (const { values } of panel.series) expect(values.length, id).toBe(panel.categories.length)
  if (panel.kind === 'histogram') for (const { edges, counts: heights } of panel.series) expect(edges.length, id).toBe(heights.length + 1)
  if (panel.kind === 'heat' || panel.kind === 'surface') expect([panel.values.length, panel.values[0]?.length], id).toEqual([panel.ys.length, panel.xs.length])
}

describe.each([
  ['time', [time, before]], ['scaling', [scaling, scaling]], ['energy', [energy({ neurons: 'counted' }), energy({})]], ['gradients', [gradients(2), gradients(9)]], ['weights', [weights, weights, weights]],
] as const)('figures of %s', (kind, results) => {
  it('are whole, for one run and for several', () => {
    whole(figuresOf(kind, named(results.slice(0, 1))))
    whole(figuresOf(kind, named(results)))
  })
})

const figure = (kind: AnalysisResult['kind'], results: readonly AnalysisResult[], id: string): Figure => figuresOf(kind, named(results)).find((one) => one.id === id) as Figure

describe('what the figures show', () => {
  it('accuracy over energy in a unit that can be read, each point with its T', () => {
    const [panel] = figure('energy', [energy({})], 'accuracy-over-energy').panels
    expect(panel).toMatchObject({ x: { unit: 'µJ' }, series: [{ x: [4.609, 9.236], y: [0.5, 0.75], names: ['T = 1', 'T = 2'] }] })
  })
  it('energy of synapses and of neurons on top of each other for one run, sums for several', () => {
    const [one] = figure('energy', [energy({ neurons: 'counted' })], 'energy-layers').panels
    expect(one).toMatchObject({ stacked: true, series: [{ label: 'synapses' }, { label: 'neurons' }] })
    const [two] = figure('energy', [energy({ neurons: 'counted' }), energy({})], 'energy-layers').panels
    expect(two).toMatchObject({ stacked: false, series: [{ label: 'run 0' }, { label: 'run 1' }] })
  })
  it('losses that give the same gradient once', () => {
    const [panel] = figure('gradients', [gradients(2)], 'gradients-losses').panels
    expect(panel?.kind === 'lines' && panel.series.map(({ label }) => label)).toEqual(['SDT', 'TET'])
  })
  it('a run of before without what it did not measure', () => {
    expect(figure('time', [before], 'early-exit').panels).toHaveLength(1)
    expect(figure('time', [time], 'early-exit').panels).toHaveLength(3)
  })
  it('weights as bars for one run, as curves for several', () => {
    expect(figure('weights', [weights], 'histograms-weight').panels[0]).toMatchObject({ kind: 'histogram', series: [{ counts: [0.25, 0.75] }, { counts: [0.5, 0.5] }] })
    expect(figure('weights', [weights, weights], 'histograms-weight').panels[0]).toMatchObject({ kind: 'lines', y: { label: 'density' }, series: [{ x: [-0.5, 0.5], y: [0.25, 0.75] }, {}, {}] })
  })
})
