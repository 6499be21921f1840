import { fixed, type Shape } from '../tensor.ts'
import type { OpTable } from './rule.ts'

const without = (shape: Shape, axes: readonly number[]): Shape => shape.filter((_, i) => !axes.includes(i))
const kept = (shape: Shape, axes: readonly number[]): Shape => shape.map((dim, i) => (axes.includes(i) ? 1 : dim))
/** Number of elements that are reduced to one. */
const count = (shape: Shape, axes: readonly number[], what: string): number => axes.reduce((n, axis) => n * fixed(shape[axis], what), 1)

export const reduction: OpTable<'sum' | 'mean' | 'logSoftmax' | 'largest'> = {
  // d sum(x) = sum(dx): the gradient is spread over the reduced axes
  sum: {
    arity: 1,
    shapes: ([x = []], { axes }) => [without(x, axes)],
    gradient: ({ graph, inputs: [x], attributes: { axes }, outputGradients: [dy] }) =>
      x && dy ? [graph.broadcast(graph.reshape(dy, kept(x.shape, axes)), x.shape)] : [null],
    lower: ({ onnx, inputs: [x = ''], attributes: { axes } }) => [onnx.node('ReduceSum', [x, onnx.ints(axes)], { keepdims: 0 })],
  },
  // d mean(x) = mean(dx)
  mean: {
    arity: 1,
    shapes: ([x = []], { axes }) => [without(x, axes)],
    gradient: ({ graph, inputs: [x], attributes: { axes }, outputGradients: [dy] }) =>
      x && dy ? [graph.broadcast(graph.reshape(graph.scale(dy, 1 / count(x.shape, axes, 'mean')), kept(x.shape, axes)), x.shape)] : [null],
    lower: ({ onnx, inputs: [x = ''], attributes: { axes } }) => [onnx.node('ReduceMean', [x], { axes, keepdims: 0 })],
  },
  // y = x - ln sum e^x; dx = dy - softmax(x) sum(dy)
  logSoftmax: {
    arity: 1,
    shapes: ([x = []]) => [x],
    gradient: ({ graph, outputs: [y], outputGradients: [dy] }) => {
      if (!y || !dy) return [null]
      const last = y.shape.length - 1
      const total = graph.reshape(graph.sum(dy, [last]), kept(y.shape, [last]))
      return [graph.sub(dy, graph.mul(graph.one('exp', [y], {}), total))]
    },
    lower: ({ onnx, inputs: [x = ''] }) => [onnx.node('LogSoftmax', [x], { axis: -1 })],
  },
  largest: {
    arity: 1,
    shapes: ([x = []]) => [x],
    gradient: () => [null],
    lower: ({ onnx, inputs: [x = ''], inputShapes: [shape = []] }) => {
      const most = onnx.node('ReduceMax', [x], { axes: [shape.length - 1], keepdims: 1 })
      return [onnx.node('Cast', [onnx.node('Equal', [x, most])], { to: { type: 'float' } })]
    },
  },
}
