import { describe, expect, it } from 'vitest'
import { create } from '@bufbuild/protobuf'
import { fromBinary } from '@bufbuild/protobuf'
import { AttributeProtoSchema, ModelProtoSchema, NodeProtoSchema } from 'onnx-buf'
import { folded, repetitionOf } from '../../main/deployment/graph/fold.ts'
import { networkGraph } from '../../main/deployment/graph/network-graph.ts'
import { onnxGraph } from '../../main/deployment/graph/onnx-graph.ts'
import type { OperationGraph } from '../../main/deployment/graph/schema.ts'
import { type Dims, outputShapes } from '../../main/deployment/graph/shapes.ts'
import { collapse, layOut, neighbours } from '../../main/deployment/graph-view.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { networkInfo } from '../../main/snn/network.ts'
import { networkSchema } from '../../main/snn/schema.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'

const network = networkSchema.parse({
  name: 'tiny', neuron: {},
  layers: [{ type: 'conv', out: 4, pool: { kind: 'average', size: 2, stride: 2 } }, { type: 'residual', form: 'spiking', out: 6 }, { type: 'dense', out: 5 }],
})
const shape = { network, classes: 3, shape: [2, 2, 8, 8] as const }
const info = networkInfo(shape)
const file = onnxGraph(fromBinary(ModelProtoSchema, buildWindowProgram({ ...shape, weights: initialVariables(info, 1) }).onnx))
const described = networkGraph(shape)
const none: ReadonlySet<string> = new Set()
const total = ({ nodes }: { nodes: readonly { parameters: number; macs: number }[] }, what: 'parameters' | 'macs') => nodes.reduce((sum, node) => sum + node[what], 0)

describe('the graph of a network', () => {
  it('has every parameter and multiply-accumulate once', () => {
    expect(total(described, 'parameters')).toBe(info.parameters)
    expect(total(described, 'macs')).toBe(info.macsPerTimestep)
    const { nodes, edges } = collapse(described, none)
    expect(nodes.map(({ title }) => title)).toEqual(['frames', 'reshape', 'conv1', 'block1', 'dense1', 'output', 'logits'])
    expect(nodes.find(({ title }) => title === 'conv1')).toMatchObject({ shape: [2, 4, 4, 4], group: 'conv1', parameters: 4 * 2 * 9 + 8 })
    expect(edges.at(-1)).toEqual({ from: 'layer output', to: 'output' })
  })

  it('opened, a block shows both of its branches', () => {
    const view = collapse(described, new Set(['block1']))
    const convolutions = view.nodes.filter(({ op, within }) => op === 'conv2d' && within === 'block1')
    expect(convolutions).toHaveLength(3)
    // The pooled spikes go into the first convolution and into the shortcut's.
    expect(neighbours(view, 'layer conv1').down).toHaveLength(2)
    expect(neighbours(view, 'layer conv1').up).toEqual(['1'])
  })
})

describe('the graph of an ONNX file', () => {
  it('knows the shape of every operation of ours, and the work of the folded network', () => {
    expect(file.nodes.filter((node) => node.shape === undefined)).toEqual([])
    expect(file.nodes.find(({ op }) => op === 'output')).toMatchObject({ title: 'logits', shape: [null, 3] })
    expect(total(file, 'macs')).toBe(info.macsPerTimestep)
    const layers = collapse(file, none).nodes.filter(({ op }) => op === 'layer')
    expect(layers.map(({ title }) => title)).toEqual(['conv1', 'block1', 'dense1', 'output'])
    expect(layers[0]).toMatchObject({ shape: [null, 4, 4, 4], parameters: 4 * 2 * 9 + 4 })
    // Unrolled neurons stand behind one box until they are opened too.
    const opened = collapse(file, new Set(['conv1'])).nodes
    expect(opened.find(({ group }) => group === 'conv1/lif')).toMatchObject({ title: 'LIF × 2', within: 'conv1' })
    const timesteps = (open: string[]) => collapse(file, new Set(['conv1', 'conv1/lif', ...open])).nodes
    expect(timesteps([]).filter(({ within, group }) => within === 'conv1/lif' && group !== undefined).map(({ title }) => title)).toEqual(['timestep 1', 'timestep 2'])
    expect(timesteps(['conv1/lif/timestep 1', 'conv1/lif/timestep 2']).length).toBeGreaterThan(opened.length + 5)
  })

  it('shapes of what other programs write', () => {
    const ints = (name: string, values: number[]) => create(AttributeProtoSchema, { name, ints: values.map(BigInt) })
    const told = (opType: string, inputs: Dims[], attribute: ReturnType<typeof ints>[] = [], numbers: Record<number, number[]> = {}, outputs = 1) =>
      outputShapes(create(NodeProtoSchema, { opType, attribute, input: inputs.map((_, i) => `v${i}`).concat(Object.keys(numbers).map((i) => `v${i}`)), output: Array.from({ length: outputs }, (_, i) => `o${i}`) }), {
        shapes: new Map(inputs.map((dims, i) => [`v${i}`, dims])),
        numbers: new Map(Object.entries(numbers).map(([i, values]) => [`v${i}`, values])),
      })
    expect(told('Conv', [[null, 3, 9, 8], [16, 3, 3, 3]], [ints('strides', [2, 2]), ints('pads', [1, 1, 1, 1])])).toEqual([[null, 16, 5, 4]])
    expect(told('Conv', [[1, 3, 9, 9], [16, 3, 3, 3]], [ints('dilations', [2, 2])])).toEqual([[1, 16, 5, 5]])
    expect(told('Reshape', [[2, 3, 4]], [], { 1: [0, -1] })).toEqual([[2, 12]])
    expect(told('Reshape', [[null, 3, 4]], [], { 1: [-1, 12] })).toEqual([[null, 12]])
    expect(told('Split', [[null, 6, 4]], [create(AttributeProtoSchema, { name: 'axis', i: 1n })], {}, 3)).toEqual([[null, 2, 4], [null, 2, 4], [null, 2, 4]])
    expect(told('Slice', [[5, 6]], [], { 1: [1], 2: [-1], 3: [1] })).toEqual([[5, 4]])
    expect(told('ReduceMean', [[5, 6, 7]], [ints('axes', [-1]), create(AttributeProtoSchema, { name: 'keepdims', i: 0n })])).toEqual([[5, 6]])
    expect(told('Unsqueeze', [[5, 6]], [], { 1: [0, 3] })).toEqual([[1, 5, 6, 1]])
    expect(told('Add', [[null, 1, 4], [3, 1]])).toEqual([[null, 3, 4]])
    expect(told('Flatten', [[null, 3, 4]])).toEqual([[null, 12]])
    expect(told('SomethingElse', [[1]])).toEqual([])
  })
})

describe('what is folded', () => {
  it('timesteps that were unrolled, whose last one may end early', () => {
    const step = ['Greater', 'Cast', 'Sub', 'Mul', 'Add']
    expect(repetitionOf(['Split', ...step, ...step, ...step, 'Greater', 'Cast', 'Concat'])).toEqual({ start: 1, period: 5, count: 4, end: 18 })
    expect(repetitionOf(['Conv', 'BatchNormalization', 'Relu', 'MaxPool'])).toBeNull()
    expect(repetitionOf([])).toBeNull()
  })

  it('what belongs to no layer, where there is too much of it: a thousand operations are drawn as ten boxes', () => {
    const nodes = Array.from({ length: 1000 }, (_, i): OperationGraph['nodes'][number] => ({ id: String(i), op: `op${i % 7}`, title: 'op', path: [], parameters: 1, macs: 0, from: i === 0 ? [] : [String(i - 1)] }))
    const view = collapse(folded({ nodes }), none)
    expect(view.nodes.map(({ title }) => title)).toEqual(Array.from({ length: 10 }, (_, i) => `operations ${100 * i + 1} to ${100 * (i + 1)}`))
    expect(view.edges).toHaveLength(9)
    expect(collapse(folded({ nodes: nodes.slice(0, 300) }), none).nodes).toHaveLength(300)
  })
})

describe('the layout', () => {
  it('data flows downwards, and no box lies on another', () => {
    const { nodes, edges, width, height } = layOut(collapse(file, new Set(['block1'])), ({ title }) => ({ width: 60 + title.length * 8, height: 44 }))
    const at = new Map(nodes.map((node) => [node.id, node]))
    for (const { from, to, points } of edges) {
      expect(at.get(from)!.y).toBeLessThan(at.get(to)!.y)
      expect(points.length).toBeGreaterThan(1)
    }
    for (const a of nodes) {
      expect(a.x - a.width / 2).toBeGreaterThanOrEqual(0)
      expect(a.x + a.width / 2).toBeLessThanOrEqual(width)
      expect(a.y + a.height / 2).toBeLessThanOrEqual(height)
      for (const b of nodes) if (a !== b) expect(Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2).toBe(true)
    }
  })

  it('a graph with a ring is drawn all the same', () => {
    const node = (id: string, path: string[], from: string[]): OperationGraph['nodes'][number] => ({ id, op: 'x', title: id, path, parameters: 0, macs: 0, from })
    // Collapsed, "a" gives to "b" and takes from it.
    const ring = collapse({ nodes: [node('1', ['a'], []), node('2', ['b'], ['1']), node('3', ['a'], ['2']), node('4', ['b'], ['3'])] }, none)
    expect(ring.edges).toHaveLength(2)
    expect(layOut(ring, () => ({ width: 10, height: 10 })).nodes).toHaveLength(2)
  })
})
