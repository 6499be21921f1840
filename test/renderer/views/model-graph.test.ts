import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import type { AnalysisResult, LibraryModel } from '../../../preload/contract/index.ts'
import type { ViewNode } from '../../../preload/contract/graph-view.ts'
import { annotationOf, measuredOf } from '../../../renderer/views/models/graph/annotate.ts'
import { GraphDrawing } from '../../../renderer/views/models/graph/GraphDrawing.tsx'
import { fitted, seen, showing, zoomed } from '../../../renderer/views/models/graph/pan.ts'
import { svgText } from '../../../renderer/views/models/graph/svg-file.ts'
import { energyWords, linesOf, nameOf } from '../../../renderer/views/models/graph/text.ts'

const box = (group: string | undefined): ViewNode => ({ id: 'x', title: group ?? 'Conv', op: 'layer', shape: [null, 4, 8, 8], parameters: 1280, macs: 2_000_000, count: 7, group, within: undefined })
const model = { checkpoint: 'best', proof: { firingRates: [{ layer: 'block1', trained: 0.1, exported: 0.2 }, { layer: 'block1.conv1', trained: 0.1, exported: 0.4 }] } } as unknown as LibraryModel

test('a layer has the rates of all of its neurons, and the energy of all of its weights', () => {
  const energy = {
    kind: 'energy', options: { checkpoint: 'best' }, counts: { neuronLayers: [{ name: 'block1', neurons: 300 }, { name: 'block1.conv1', neurons: 100 }] },
    layers: [{ name: 'block1.conv1', operations: 1000, kind: 'ac', picojoules: 900 }, { name: 'block1.conv2', operations: 500, kind: 'ac', picojoules: 450 }, { name: 'block10', operations: 1, kind: 'ac', picojoules: 1 }],
  } as unknown as AnalysisResult
  const found = annotationOf(box('block1'), measuredOf(model, [energy]))
  expect(found).toEqual({ rate: 0.25, operations: 1500, picojoules: 1350 })
  expect(annotationOf(box('block1/lif'), measuredOf(model, [energy]))).toEqual({ rate: null, operations: null, picojoules: null })
  // Of another checkpoint than the model's nothing is told.
  expect(annotationOf(box('block1'), measuredOf(model, [{ ...energy, options: { ...energy.options, checkpoint: 'last' } }])).operations).toBeNull()
  expect(linesOf(box('block1'), found)).toEqual(['[N, 4, 8, 8]', '1.28 k parameters · 2 M MACs', 'rate 0.25 · 1.5 k ops · 1.35 nJ'])
  expect(nameOf(box('block1'), found)).toBe('layer block1, 7 operations; [N, 4, 8, 8]; 1.28 k parameters; 2 M MACs; rate 0.25; 1.5 k ops; 1.35 nJ')
  expect(energyWords(0.5)).toBe('0.5 pJ')
})

test('what is zoomed stays under the pointer; what is asked for is moved into sight', () => {
  const sight = zoomed({ scale: 1, dx: 10, dy: 20 }, 2, { x: 110, y: 220 })
  expect(sight).toEqual({ scale: 2, dx: -90, dy: -180 })
  expect(zoomed(sight, 1000, { x: 0, y: 0 }).scale).toBe(3)
  expect(fitted({ width: 200, height: 100 }, { width: 400, height: 300 })).toEqual({ scale: 1, dx: 100, dy: 100 })
  const moved = showing({ scale: 1, dx: 0, dy: 0 }, { x: 500, y: 20, width: 100, height: 40 }, { width: 400, height: 300 })
  expect(moved).toEqual({ scale: 1, dx: -162, dy: 12 })
})

test('a file has the colours of print instead of names of the theme, every one that the drawing has', () => {
  const node = { ...box('conv1'), x: 60, y: 40, width: 100, height: 60 }
  const drawing = renderToStaticMarkup(createElement(GraphDrawing, { graph: { width: 120, height: 80.2, nodes: [node, { ...node, id: 'y', op: 'input', group: undefined, macs: 0 }, { ...node, id: 'z', macs: 0 }], edges: [{ from: 'x', to: 'y', points: [{ x: 0, y: 0 }, { x: 1, y: 9 }] }] }, measured: measuredOf(model, []), current: null, onFocus: () => undefined }))
  const text = svgText(drawing, 120, 80.2)
  expect(text).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="120" height="81".*<rect width="100%" height="100%" fill="#ffffff"\/>.*<\/svg>$/s)
  expect(text).toContain('fill="#000000"')
  expect(text).not.toContain('var(')
  expect(() => svgText('<rect fill="var(--nothing)"/>', 1, 1)).toThrow('--nothing has no colour in print')
})

test('of a large graph what is in sight is drawn, and the box that has the keyboard', () => {
  const nodes = Array.from({ length: 1000 }, (_, i) => ({ ...box(undefined), id: String(i), x: 50, y: 100 * i + 50, width: 80, height: 60 }))
  const edges = nodes.slice(1).map(({ id, y }, i) => ({ from: String(i), to: id, points: [{ x: 50, y: y - 70 }, { x: 50, y: y - 30 }] }))
  const graph = { width: 100, height: 100_000, nodes, edges }
  const shown = seen(graph, { scale: 1, dx: 0, dy: -50_000 }, { width: 400, height: 300 }, '7')
  expect(shown.nodes.map(({ id }) => Number(id))).toEqual([7, 498, 499, 500, 501, 502, 503, 504])
  expect(shown.edges.length).toBeGreaterThan(4)
  expect(shown.edges.length).toBeLessThan(10)
  expect(seen({ ...graph, nodes: nodes.slice(0, 100) }, { scale: 1, dx: 0, dy: -50_000 }, { width: 400, height: 300 }, null).nodes).toHaveLength(100)
})
