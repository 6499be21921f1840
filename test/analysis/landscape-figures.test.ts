import { describe, expect, it } from 'vitest'
import { landscapeFigures, withLoss } from '../../main/analysis/figures/landscape.ts'
import { sharpnessFigures } from '../../main/analysis/figures/sharpness.ts'
import { analysisOptionsSchema } from '../../main/analysis/schema.ts'
import type { LandscapeResult, SharpnessResult } from '../../preload/contract/index.ts'
import type { NamedResult } from '../../preload/contract/figures.ts'

const options = analysisOptionsSchema.parse({ loss: 'sdt', grid: 3 })
const surface = (from: number) => [0, 1, 2].map((j) => [0, 1, 2].map((i) => from + 10 * j + i))
const result: LandscapeResult = {
  kind: 'landscape', options, samples: 4, axis: [-1, 0, 1], loss: surface(1), centre: 12, rise: 2,
  surfaces: { sdt: surface(1), tet: surface(100), own: surface(200), 'own-fit': surface(300) },
  centres: { sdt: 12, tet: 111, own: 211, 'own-fit': 311 },
  rises: { sdt: 2, tet: 3, own: 4, 'own-fit': 5 },
  cuts: { axis: [-1, 1], first: { sdt: [1, 2], own: [3, 4] }, second: { sdt: [5, 6], own: [7, 8] } },
}
const named = <Kind extends 'landscape' | 'sharpness'>(name: string, method: string, of: NamedResult<Kind>['result']): NamedResult<Kind> => ({ run: name, name, method, color: 0, epoch: 3, result: of })

describe('landscape figures', () => {
  it('show the loss asked for, whichever it was computed for', () => {
    expect(withLoss(result, 'tet')).toMatchObject({ loss: surface(100), centre: 111, rise: 3, options: { loss: 'tet' } })
    const { 'own-fit': _, ...surfaces } = result.surfaces ?? {}
    expect(withLoss({ ...result, surfaces }, 'own-fit').loss).toEqual(surface(200))
    const { surfaces: _all, ...old } = result
    expect(withLoss(old, 'tet')).toBe(old)
  })
  it('put runs beside each other on one scale, and their cuts into one panel', () => {
    const figures = landscapeFigures([named<'landscape'>('one', 'trt', withLoss(result, 'own')), named<'landscape'>('two', 'sdt', withLoss(result, 'own'))])
    const of = (id: string) => figures.find((one) => one.id === id)
    expect(of('landscape-surface')?.panels.map((panel) => panel.title)).toEqual(['one: TRT loss', 'two: SDT loss'])
    const scales = of('landscape-contour')?.panels.map((panel) => (panel.kind === 'heat' ? panel.scale.label : ''))
    expect(new Set(scales).size).toBe(1)
    const [first] = of('landscape-cuts')?.panels ?? []
    expect(first?.kind === 'lines' && first.series.map(({ label, y }) => [label, y])).toEqual([['one', [3, 4]], ['two', [3, 4]]])
    const all = of('landscape-losses')?.panels.map((panel) => panel.kind === 'heat' && [panel.title, panel.scale.label, panel.values[0]?.[0]])
    expect(all?.slice(0, 4)).toEqual([['one: SDT loss', 'SDT loss', 1], ['two: SDT loss', 'SDT loss', 1], ['one: TET loss', 'TET loss', 100], ['two: TET loss', 'TET loss', 100]])
  })
})

it('sharpness figures have every run, the rises from low to high with their mean', () => {
  const curvature = { eigenvalue: 2, iterations: 5, residual: 0.01, halved: 2, trace: null, parameters: 9 }
  const sharp: SharpnessResult = {
    kind: 'sharpness', options, samples: 4, loss: 1, gradientNorm: 0.1, products: 'central difference of the gradient', plain: curvature,
    normalized: { ...curvature, eigenvalue: 0.5 }, rise: { radius: 0.5, mean: 2, deviation: 1, values: [3, 1, 2] }, passes: { forward: 3, gradient: 20 },
  }
  const [eigenvalue, rise] = sharpnessFigures([named<'sharpness'>('one', 'trt', sharp)])
  expect(eigenvalue?.panels.map((panel) => panel.kind === 'bars' && panel.series[0]?.values)).toEqual([[0.5], [2]])
  const [panel] = rise?.panels ?? []
  expect(panel?.kind === 'lines' && [panel.series[0]?.y, panel.marks?.[0]?.at]).toEqual([[1, 2, 3], 2])
})
