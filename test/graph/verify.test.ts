import { describe, expect, it } from 'vitest'
import { gradients } from '../../main/graph/autodiff.ts'
import { Graph } from '../../main/graph/graph.ts'
import { lowerToOnnx } from '../../main/graph/onnx/lower.ts'
import { divide, GraphError, product, type Tensor } from '../../main/graph/tensor.ts'
import { verify } from '../../main/graph/verify.ts'
import { ops } from '../../main/snn/ops/index.ts'

describe('a graph that breaks a rule names op and node', () => {
  it('wrong shapes and arity, when the node is made', () => {
    const graph = new Graph(ops)
    const [a, b] = [graph.input('a', [2, 3]), graph.input('b', [4])]
    expect(() => graph.labelled('layer1', () => graph.add(a, b))).toThrow('add (node 2, layer1): shapes [2, 3] and [4] do not broadcast')
    expect(() => graph.apply('add', [a], {})).toThrow('add (node 2) takes 2 inputs, not 1')
    expect(() => graph.matmul(a, a)).toThrow('[2, 3] x [2, 3] do not multiply')
    expect(() => graph.reshape(a, [4])).toThrow('[2, 3] does not fit [4]')
    expect(() => graph.one('slice', [b], { axis: 0, start: 2, end: 9 })).toThrow('2..9 is outside [4]')
    expect(() => graph.one('conv2d', [graph.input('x', [1, 1, 2, 2]), graph.input('w', [1, 1, 5, 5])], { stride: [1, 1], padding: [0, 0] })).toThrow('larger than its padded input')
  })
  it('tensors of another graph, inputs of one name, an order turned round', () => {
    const [one, two] = [new Graph(ops), new Graph(ops)]
    const foreign = one.input('x', [2])
    two.input('y', [2])
    two.input('z', [2])
    expect(() => verify(two, [two.add(foreign, foreign)], 'testing')).toThrow(/after testing: input \(node 0\) belongs to another graph/)
    const twice = new Graph(ops)
    expect(() => verify(twice, [twice.add(twice.input('x', [1]), twice.input('x', [1]))], 'testing')).toThrow('two inputs are called "x"')
    const turned = new Graph(ops)
    const x = turned.input('x', [1])
    const sum = turned.add(x, x)
    ;(sum.node.inputs as Tensor[])[0] = turned.scale(sum, 2)
    expect(() => verify(turned, [sum], 'testing')).toThrow(/reads node 2, which comes after it/)
  })
})

describe('differentiation', () => {
  it('wants one element and a dependency', () => {
    const graph = new Graph(ops)
    const [x, y] = [graph.input('x', [3]), graph.input('y', [3])]
    expect(() => gradients(graph, x, [x])).toThrow('a loss has one element, not [3]')
    expect(() => gradients(graph, graph.reshape(graph.sum(x), [1]), [y])).toThrow('does not depend on input (node 1')
  })
  it('does not compute the gradient of the first layer\'s input', () => {
    const graph = new Graph(ops)
    const [x, w] = [graph.input('x', [1, 1, 9, 9]), graph.input('w', [2, 1, 3, 3])]
    const loss = graph.reshape(graph.sum(graph.one('conv2d', [x, w], { stride: [1, 1], padding: [1, 1] })), [1])
    gradients(graph, loss, [w])
    const kinds = graph.nodes.map(({ kind }) => kind)
    expect(kinds).toContain('conv2dWeightGradient')
    expect(kinds).not.toContain('conv2dInputGradient')
  })
  it('adds up the gradients of a tensor that is used twice', () => {
    const graph = new Graph(ops)
    const x = graph.input('x', [1])
    expect(gradients(graph, graph.mul(x, x), [x])[0]?.node.kind).toBe('add')
  })
})

describe('the free dimension N', () => {
  it('multiplies and divides', () => {
    expect(product(['1N', 10, 2])).toBe('20N')
    expect(divide('20N', 10)).toBe('2N')
    expect(() => product(['1N', '2N'])).toThrow('N twice')
    expect(() => divide('5N', 2)).toThrow('not divisible')
  })
  it('stands alone in a port', () => {
    const graph = new Graph(ops)
    const x = graph.reshape(graph.input('x', ['1N', 4]), ['4N'])
    expect(() => lowerToOnnx(graph, new Map([['y', x]]), { name: 'test', version: '0' })).toThrow(GraphError)
    expect(lowerToOnnx(graph, new Map([['y', graph.reshape(x, ['1N', 2, 2])]]), { name: 'test', version: '0' }).outputs).toEqual([{ name: 'y', shape: ['N', 2, 2] }])
  })
})
