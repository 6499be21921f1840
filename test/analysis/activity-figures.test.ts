import { describe, expect, it } from 'vitest'
import { figuresOf } from '../../main/analysis/figures/index.ts'
import type { NamedResult } from '../../main/analysis/figures/named.ts'
import { mistakesOf } from '../../main/analysis/mistakes.ts'
import { analysisOptionsSchema } from '../../main/analysis/schema.ts'
import type { Figure, Panel } from '../../main/figures/figure.ts'

const options = analysisOptionsSchema.parse({})
const layer = (name: string, rate: number) => ({
  name, rate, neurons: 10, perTimestep: [rate, rate / 2], perClass: [rate, null], histogram: [6, 4], silent: 5, saturated: 1,
})
const firing = (name: string, color: number, ...rates: number[]): NamedResult<'firing'> => ({
  run: name, name, method: name, color, epoch: 3,
  result: { kind: 'firing', options, samples: 4, timesteps: 2, classes: ['a', 'b'], rate: 0.1, layers: rates.map((rate, i) => layer(`conv${i + 1}`, rate)) },
})
const panelsOf = (figures: readonly Figure[], id: string): readonly Panel[] => figures.find((figure) => figure.id === id)?.panels ?? []
const only = <Kind extends Panel['kind']>(panels: readonly Panel[], kind: Kind, at = 0): Extract<Panel, { kind: Kind }> => {
  const panel = panels[at]
  if (panel?.kind !== kind) throw new Error(`no panel of the kind ${kind}`)
  return panel as Extract<Panel, { kind: Kind }>
}

describe('figures of firing rates', () => {
  const [trt, sdt] = [firing('trt', 0, 0.1, 0.06), firing('sdt', 1, 0.2, 0.1)]
  it('bars per layer, grouped by run, and the change as the paper has it', () => {
    const figures = figuresOf('firing', [trt, sdt])
    const bars = only(panelsOf(figures, 'firing-layers'), 'bars')
    expect(bars.categories).toEqual(['conv1', 'conv2'])
    expect(bars.series.map(({ label, values }) => [label, values])).toEqual([['trt', [0.1, 0.06]], ['sdt', [0.2, 0.1]]])
    const change = only(panelsOf(figures, 'firing-change'), 'bars').series[0]
    expect(change?.label).toBe('relative to sdt')
    expect(change?.values[0]).toBeCloseTo(-0.5, 12)
    expect(change?.values[1]).toBeCloseTo(-0.4, 12)
    expect(only(panelsOf(figures, 'firing-silent'), 'bars').series[0]?.values).toEqual([0.5, 0.5])
    expect(only(panelsOf(figures, 'firing-silent'), 'bars', 1).series[0]?.values).toEqual([0.1, 0.1])
  })
  it('one run: no change; lines over timesteps, heat over classes, neurons in bins', () => {
    const figures = figuresOf('firing', [trt])
    expect(panelsOf(figures, 'firing-change')).toEqual([])
    expect(only(panelsOf(figures, 'firing-timesteps'), 'lines').series[1]).toMatchObject({ label: 'conv2', x: [1, 2], y: [0.06, 0.03] })
    expect(only(panelsOf(figures, 'firing-classes'), 'heat')).toMatchObject({ values: [[0.1, null], [0.06, null]], xNames: ['a', 'b'], downwards: true })
    expect(only(panelsOf(figures, 'firing-neurons'), 'histogram').series[0]).toMatchObject({ edges: [0, 0.5, 1], counts: [6, 4] })
  })
  it('many layers: heat over timesteps, and neurons of all layers in one histogram', () => {
    const figures = figuresOf('firing', [firing('deep', 0, ...Array.from({ length: 12 }, () => 0.1))])
    expect(only(panelsOf(figures, 'firing-timesteps'), 'heat').values).toHaveLength(12)
    const neurons = panelsOf(figures, 'firing-neurons')
    expect(neurons).toHaveLength(1)
    expect(only(neurons, 'histogram').series[0]?.counts).toEqual([72, 48])
  })
})

describe('figures of mistakes', () => {
  const samples = [0, 0, 1].map((label, i) => ({ file: `${i}`, hash: '', label, split: 'test' as const, events: 1, durationUs: 1, problems: [] }))
  const result = { options, ...mistakesOf(Float32Array.of(2, 0, 0, 1, 0, 3), Int32Array.of(0, 1, 2), 1, { hash: 'x', classes: ['a', 'b'], samples }) }
  const figures = figuresOf('mistakes', [{ run: 'r', name: 'r', method: 'trt', color: 0, epoch: 1, result }])
  it('matrix in shares of the class', () => {
    expect(only(panelsOf(figures, 'confusion'), 'heat').values).toEqual([[0.5, 0.5], [0, 1]])
  })
  it('precision, recall, F1 of each class', () => {
    expect(only(panelsOf(figures, 'precision-recall'), 'bars').series.map(({ values }) => values)).toEqual([[1, 0.5], [0.5, 1], [2 / 3, 2 / 3]])
  })
  it('reliability: accuracy of the bins with samples, beside the diagonal', () => {
    const [diagonal, points] = only(panelsOf(figures, 'reliability'), 'lines').series
    expect(diagonal?.y).toEqual([0, 1])
    expect(points?.y).toEqual([0, 1, 1])
    expect(only(panelsOf(figures, 'reliability'), 'histogram', 1).series[0]?.counts.reduce((sum, n) => sum + n, 0)).toBe(3)
  })
})
