import { describe, expect, it } from 'vitest'
import { contourLines, levelsOf } from '../../main/figures/contours.ts'
import { figureCsv } from '../../main/figures/csv.ts'
import type { Figure, HeatPanel, Panel } from '../../main/figures/figure.ts'
import { legendOf } from '../../main/figures/layout.ts'
import { plain, ticks, told } from '../../main/figures/numbers.ts'
import { drawFigure } from '../../main/figures/options.ts'
import { colorAt, readableOn } from '../../main/figures/palettes.ts'
import { projection } from '../../main/figures/panels/surface.ts'
import { scaleRange, shareOf } from '../../main/figures/scales.ts'
import { colorIn, fileStyle, millimetres, printStyle } from '../../main/figures/style.ts'
import { summaryOf } from '../../main/figures/summary.ts'
import { figureSvg } from '../../main/figures/svg.ts'

const figureOf = (...panels: Panel[]): Figure => ({ id: 'test', title: 'A title', caption: 'x over\ny', source: 'TRT', panels, origin: ['run "a", best'] })
const heat = (values: HeatPanel['values'], title?: string): HeatPanel => ({
  kind: 'heat', ...(title !== undefined && { title }), x: { label: 'a' }, y: { label: 'b' }, xs: [0, 1, 2], ys: [10, 20], values, scale: { label: 'loss', unit: 'nats' },
})
const lines: Panel = {
  kind: 'lines',
  x: { label: 'epoch', whole: true },
  y: { label: 'accuracy', percent: true },
  series: [
    { label: 'train', color: 0, x: [1, 2], y: [0.5, 0.75], errors: [[0.4, 0.6], null] },
    { label: 'test, "raw"', group: 'test', color: 1, x: [1, 2], y: [0.25, null], faint: true },
    { label: 'test', color: 1, x: [1, 2], y: [0.25, 0.5] },
  ],
  marks: [{ axis: 'x', at: 1.5, label: 'SDT to TET' }],
}

describe('the numbers of a figure as CSV', () => {
  it('have their quantities in comments, one value a line, and quotes where needed', () => {
    expect(figureCsv(figureOf(lines)).split('\n')).toEqual([
      '# A title', '# x over y', '# source: TRT', '# run "a", best', '# panel 1: x = epoch; y = accuracy (fraction)',
      'panel,series,x,y,z,low,high,name',
      '1,train,1,0.5,,0.4,0.6,', '1,train,2,0.75,,,,',
      '1,"test, ""raw""",1,0.25,,,,', '1,"test, ""raw""",2,,,,,',
      '1,test,1,0.25,,,,', '1,test,2,0.5,,,,', '',
    ])
  })
  it('of every kind of panel are all there', () => {
    const bars: Panel = { kind: 'bars', categories: ['p', 'q'], x: { label: 'layer' }, y: { label: 'energy', unit: 'pJ' }, series: [{ label: 's', color: 0, values: [1, 2] }] }
    const histogram: Panel = { kind: 'histogram', x: { label: 'rate' }, y: { label: 'neurons' }, series: [{ label: 's', color: 0, edges: [0, 2, 4], counts: [5, 6] }] }
    const raster: Panel = { kind: 'raster', x: { label: 't' }, y: { label: 'neuron' }, series: [{ label: 's', color: 0, t: new Uint8Array([1, 2]), neuron: new Uint16Array([300, 4]) }] }
    const rows = figureCsv(figureOf(bars, histogram, raster, heat([[1, 2, 3], [4, null, 6]], 'SDT'))).split('\n').filter((line) => /^(\d|SDT),/.test(line))
    expect(rows).toEqual([
      '1,s,p,1,,,,', '1,s,q,2,,,,', '2,s,1,5,,0,2,', '2,s,3,6,,2,4,', '3,s,1,300,,,,', '3,s,2,4,,,,',
      'SDT,loss,0,10,1,,,', 'SDT,loss,1,10,2,,,', 'SDT,loss,2,10,3,,,', 'SDT,loss,0,20,4,,,', 'SDT,loss,1,20,,,,', 'SDT,loss,2,20,6,,,',
    ])
  })
})

describe('a figure as SVG', () => {
  it('is as wide as a column or a page of a journal, in its font, with its words and colours', () => {
    const one = figureSvg(figureOf(lines))
    expect(one).toMatch(/^<svg width="85\.00mm" height="[\d.]+mm"/)
    expect(one).toContain('<title>A title</title>')
    expect(one).toMatch(/font-family:\s*Helvetica|font:[^"]*Helvetica/)
    for (const word of ['epoch', 'accuracy', 'SDT to TET', 'train']) expect(one).toContain(`>${word}<`)
    expect(one).not.toContain('raw')
    for (const color of [0, 1]) expect(one).toContain(colorIn(printStyle, color))
    const two = figureSvg(figureOf(heat([[1, 2, 3], [4, 5, 6]], 'SDT'), heat([[1, 1, 1], [1, 1, 1]], 'TRT')))
    expect(two).toMatch(/^<svg width="180\.00mm"/)
    for (const word of ['(a) SDT', '(b) TRT', 'loss (nats)']) expect(two).toContain(`>${word}<`)
  })
  it('colours cells on the scale that its panels share', () => {
    const figure = figureOf(heat([[0, 5, 10], [0, 0, 0]], 'SDT'), heat([[0, 0, 0], [0, 0, 5]], 'TRT'))
    expect(figure.panels.map((panel) => scaleRange(figure, panel))).toEqual([[0, 10], [0, 10]])
    const fills = [...figureSvg(figure, { style: fileStyle, width: 800 }).matchAll(/fill="(#[0-9a-f]{6})"/g)].map(([, fill]) => fill)
    // 5 of 10 is the same colour in both panels; 10 is in one only, and in the bar.
    expect(fills.filter((fill) => fill === colorAt('viridis', 0.5)).length).toBeGreaterThanOrEqual(2)
  })
  it('tells what lies where the pointer is, and which cell', () => {
    const { told: say, option } = drawFigure(figureOf(heat([[1, 2, 3], [4, null, 6]])), fileStyle, 500)
    expect(say(0, 4)).toMatchObject({ at: 'a 2, b 20', label: 'loss', value: '6 nats', cell: [2, 1], panel: 0 })
    expect([option.series].flat()).toHaveLength(2)
    expect(say(1, 0)).toBeNull()
  })
})

describe('contour lines', () => {
  it('run where the value is, and not along the border', () => {
    const xs = [0, 1, 2, 3]
    const plane = [0, 1, 2, 3].map(() => xs)
    const found = contourLines(xs, xs, plane, [1.5])
    expect(found).toHaveLength(1)
    expect(found[0]?.points.every(([x]) => Math.abs(x - 1.5) < 1e-9)).toBe(true)
    expect(contourLines(xs, xs, [[0, null, 2, 3], xs, xs, xs], [1.5])).toEqual([])
  })
  it('have round levels within the values', () => {
    expect(levelsOf(5, [0.03, 0.97])).toEqual([0.2, 0.4, 0.6, 0.8])
    expect(levelsOf([0.5], [0, 1])).toEqual([0.5])
  })
})

describe('a surface', () => {
  it('is seen from above and from the side', () => {
    const rect = { x: 0, y: 0, width: 200, height: 200 }
    const above = projection({ azimuth: 0, elevation: 90 }, rect, 0)
    expect(above(0.5, 0, 0).at).toEqual(above(0.5, 0, 1).at.map((value) => expect.closeTo(value, 6)))
    const side = projection({ azimuth: 0, elevation: 0 }, rect, 0)
    expect(side(0, 0, 1).at[1]).toBeLessThan(side(0, 0, 0).at[1])
    expect(side(0, 1, 0).depth).toBeGreaterThan(side(0, -1, 0).depth)
  })
  it('draws a quadrilateral for each cell whose corners are known', () => {
    const { told: say } = drawFigure(figureOf({ kind: 'surface', x: { label: 'a' }, y: { label: 'b' }, z: { label: 'loss' }, xs: [0, 1, 2], ys: [0, 1, 2], values: [[0, 1, 2], [1, 2, null], [2, 3, 4]] }), fileStyle, 400)
    // First the floor, then the quadrilaterals from back to front, then the axes.
    const values = [0, 1, 2, 3].map((datum) => say(0, datum)?.value ?? null)
    expect(values[0]).toBeNull()
    expect(values.slice(1, 3).sort()).toEqual(['1', '2'])
    expect(values[3]).toBeNull()
  })
})

it('numbers are told as people read them', () => {
  expect([plain(1234.5678), plain(0.00012345), plain(2_300_000), plain(0)]).toEqual(['1235', '1.23e-4', '2.3e6', '0'])
  expect([told({ label: 'x', percent: true }, 0.4083), told({ label: 'x', unit: 'pJ' }, 4.6), told({ label: 'x' }, null)]).toEqual(['40.83 %', '4.6 pJ', '–'])
  expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
  expect(shareOf({ label: 'x', log: true }, [1, 100], 10)).toBeCloseTo(0.5)
})

it('the ends of a palette are its own, and text on it can be read', () => {
  expect([colorAt('viridis', -1), colorAt('viridis', 2)]).toEqual(['#440154', '#fde725'])
  expect([readableOn('#440154'), readableOn('#fde725')]).toEqual(['#ffffff', '#000000'])
})

it('a legend lists groups once, and nothing for a single line', () => {
  expect(legendOf(figureOf(lines))).toEqual(['train', 'test'])
  expect(legendOf(figureOf({ ...lines, series: lines.series.slice(0, 1) } as Panel))).toEqual([])
})

it('says in words what it shows', () => {
  expect(summaryOf(figureOf(lines))).toBe('A title. accuracy over epoch. train: 50 % at 1, 75 % at 2; test: 25 % at 1, 50 % at 2')
  expect(Math.round(millimetres(25.4))).toBe(96)
})
