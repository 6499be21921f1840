import { type Dim, fixed, GraphError, product, type Shape } from '../tensor.ts'
import type { OpTable } from './rule.ts'

/** ONNX has no multiples of N: the one dimension that is free becomes -1. */
const onnxShape = (shape: Shape): number[] => shape.map((dim) => (typeof dim === 'number' ? dim : -1))
const replaced = (shape: Shape, axis: number, dim: Dim): Shape => shape.map((old, i) => (i === axis ? dim : old))

/** Where values come from and how they lie; no arithmetic. */
export const layout: OpTable<'input' | 'constant' | 'reshape' | 'transpose' | 'broadcast' | 'slice' | 'concat'> = {
  input: {
    arity: 0,
    shapes: (_, { shape }) => [shape],
    gradient: { none: 'it is an input: ask for its gradient by name' },
    lower: ({ attributes }) => [attributes.name],
  },
  constant: {
    arity: 0,
    shapes: (_, { shape, data }, what) => {
      if (product(shape) !== data.length) throw new GraphError(`${what}: ${data.length} values for the shape [${shape.join(', ')}]`)
      return [shape]
    },
    gradient: { none: 'it is a constant' },
    lower: ({ onnx, attributes: { data, shape } }) => [onnx.floats(data, shape)],
  },
  reshape: {
    arity: 1,
    shapes: ([x = []], { shape }, what) => {
      if (product(x) !== product(shape)) throw new GraphError(`${what}: [${x.join(', ')}] does not fit [${shape.join(', ')}]`)
      return [shape]
    },
    gradient: ({ graph, inputs: [x], outputGradients: [dy] }) => [x && dy ? graph.reshape(dy, x.shape) : null],
    lower: ({ onnx, inputs: [x = ''], attributes: { shape } }) => [onnx.node('Reshape', [x, onnx.ints(onnxShape(shape))])],
  },
  transpose: {
    arity: 1,
    shapes: ([x = []], { permutation }, what) => {
      if (permutation.length !== x.length || new Set(permutation).size !== x.length) throw new GraphError(`${what}: [${permutation.join()}] does not permute ${x.length} axes`)
      return [permutation.map((axis) => x[axis] ?? 1)]
    },
    gradient: ({ graph, attributes: { permutation }, outputGradients: [dy] }) => [dy ? graph.transpose(dy, permutation.map((_, i) => permutation.indexOf(i))) : null],
    lower: ({ onnx, inputs: [x = ''], attributes: { permutation } }) => [onnx.node('Transpose', [x], { perm: permutation })],
  },
  broadcast: {
    arity: 1,
    shapes: ([x = []], { shape }, what) => {
      if (x.length !== shape.length || x.some((dim, i) => dim !== 1 && dim !== shape[i])) throw new GraphError(`${what}: [${x.join(', ')}] does not broadcast to [${shape.join(', ')}]`)
      return [shape]
    },
    gradient: ({ graph, inputs: [x], outputGradients: [dy] }) => {
      if (!x || !dy) return [null]
      const axes = x.shape.flatMap((dim, i) => (dim === 1 && dy.shape[i] !== 1 ? [i] : []))
      return [axes.length ? graph.reshape(graph.sum(dy, axes), x.shape) : dy]
    },
    lower: ({ onnx, inputs: [x = ''], attributes: { shape } }) => [onnx.node('Expand', [x, onnx.ints(shape.map((dim) => fixed(dim, 'broadcast')))])],
  },
  slice: {
    arity: 1,
    shapes: ([x = []], { axis, start, end }, what) => {
      if (start < 0 || end > fixed(x[axis], what) || start >= end) throw new GraphError(`${what}: ${start}..${end} is outside [${x.join(', ')}] on axis ${axis}`)
      return [replaced(x, axis, end - start)]
    },
    // dx is dy with zeros around it
    gradient: ({ graph, inputs: [x], attributes: { axis, start, end }, outputGradients: [dy] }) => {
      if (!x || !dy) return [null]
      const zeros = (n: number) => {
        const shape = replaced(x.shape, axis, n).map((dim) => fixed(dim, 'slice gradient'))
        return graph.constant(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape)
      }
      const size = fixed(x.shape[axis], 'slice')
      const pieces = [...(start > 0 ? [zeros(start)] : []), dy, ...(end < size ? [zeros(size - end)] : [])]
      return [pieces.length > 1 ? graph.one('concat', pieces, { axis }) : dy]
    },
    lower: ({ onnx, inputs: [x = ''], attributes: { axis, start, end } }) => [onnx.node('Slice', [x, onnx.ints([start]), onnx.ints([end]), onnx.ints([axis])])],
  },
  concat: {
    arity: 'any',
    shapes: (inputs, { axis }, what) => {
      const first = inputs[0]
      if (!first) throw new GraphError(`${what} needs an input`)
      if (inputs.some((shape) => shape.length !== first.length || shape.some((dim, i) => i !== axis && dim !== first[i]))) throw new GraphError(`${what}: shapes differ outside axis ${axis}`)
      return [replaced(first, axis, inputs.reduce((n, shape) => n + fixed(shape[axis], what), 0))]
    },
    gradient: ({ graph, inputs, attributes: { axis }, outputGradients: [dy] }) => {
      let start = 0
      return inputs.map((input) => {
        const size = fixed(input.shape[axis], 'concat')
        start += size
        return dy ? graph.one('slice', [dy], { axis, start: start - size, end: start }) : null
      })
    },
    lower: ({ onnx, inputs, attributes: { axis } }) => [onnx.node('Concat', inputs, { axis })],
  },
}
