import { fixed, fixedShape, GraphError, type Shape } from '../tensor.ts'
import type { OpTable } from './rule.ts'
import { inTiles } from './tiles.ts'
import { convNode, convolve, lowerInputGradient, lowerWeightGradient } from './convolution.ts'

/** Pixels along one axis after a window of size k slides over n pixels. */
export function slide(n: number, kernel: number, stride: number, padding: number): number {
  return Math.floor((n + 2 * padding - kernel) / stride) + 1
}

function flip(shape: Shape, transposed: boolean): Shape {
  return transposed ? [shape[1] ?? 1, shape[0] ?? 1] : shape
}

const second = { none: 'it is a gradient itself: second derivatives are not taken' } as const

/** Ops that are linear in each input: products of matrices, convolution. */
export const linear: OpTable<'matmul' | 'conv2d' | 'conv2dInputGradient' | 'conv2dWeightGradient'> = {
  // y = a b; da = dy bᵀ, db = aᵀ dy (and their transposes where a or b was read transposed)
  matmul: {
    arity: 2,
    shapes: ([a = [], b = []], { transposeA, transposeB }, what) => {
      const [rows = 1, inner] = flip(a, transposeA)
      const [innerB, columns = 1] = flip(b, transposeB)
      if (a.length !== 2 || b.length !== 2 || inner !== innerB) throw new GraphError(`${what}: [${a.join(', ')}] x [${b.join(', ')}] do not multiply`)
      return [[rows, columns]]
    },
    gradient: ({ graph, inputs: [a, b], attributes: { transposeA, transposeB }, outputGradients: [dy], needed }) => {
      if (!a || !b || !dy) return [null, null]
      const da = () => (transposeA ? graph.matmul(b, dy, transposeB, true) : graph.matmul(dy, b, false, !transposeB))
      const db = () => (transposeB ? graph.matmul(dy, a, true, transposeA) : graph.matmul(a, dy, !transposeA, false))
      return [needed[0] ? da() : null, needed[1] ? db() : null]
    },
    // Gemm, not MatMul: it reads either factor transposed without a copy.
    lower: ({ onnx, inputs, attributes: { transposeA, transposeB } }) => [onnx.node('Gemm', inputs, { transA: Number(transposeA), transB: Number(transposeB) })],
  },
  // y = x * w (cross-correlation) [+ b]; dx = dy * rot180(w) with channels swapped; dw = x * dy; db = sum(dy)
  conv2d: {
    arity: 'any',
    shapes: ([x = [], w = [], bias], { stride, padding }, what) => {
      const [n = 1, c, h, width] = x
      const [out = 1, inner, kh, kw] = w
      if (x.length !== 4 || w.length !== 4 || c !== inner || (bias && bias[0] !== out)) throw new GraphError(`${what}: input [${x.join(', ')}] and weight [${w.join(', ')}] do not fit`)
      const high = slide(fixed(h, what), fixed(kh, what), stride[0], padding[0])
      const wide = slide(fixed(width, what), fixed(kw, what), stride[1], padding[1])
      if (high < 1 || wide < 1) throw new GraphError(`${what}: the kernel ${kh}x${kw} is larger than its padded input ${h}x${width}`)
      return [[n, out, high, wide]]
    },
    gradient: ({ graph, inputs: [x, w, bias], attributes: { stride, padding }, outputGradients: [dy], needed }) => {
      if (!x || !w || !dy) return [null, null]
      const shape = (s: Shape) => s.map((dim) => fixed(dim, 'conv2d gradient'))
      const [, , kh = 1, kw = 1] = shape(w.shape)
      return [
        needed[0] ? graph.one('conv2dInputGradient', [dy, w], { stride, padding, inputShape: shape(x.shape) }) : null,
        needed[1] ? graph.one('conv2dWeightGradient', [graph.again(x) ?? x, dy], { stride, padding, kernel: [kh, kw] }) : null,
        ...(bias ? [needed[2] ? graph.sum(dy, [0, 2, 3]) : null] : []),
      ]
    },
    lower: ({ onnx, inputs, inputShapes: [x = [], w = []], attributes: { stride, padding } }) => {
      const tiled = onnx.constantTiles ? inTiles(onnx, inputs, { input: x, kernel: fixedShape(w, 'conv2d'), stride, padding }) : undefined
      if (tiled !== undefined) return [tiled]
      const isFixed = x.every((dim): dim is number => typeof dim === 'number')
      if (isFixed && inputs.length === 2 && stride[0] === 1 && stride[1] === 1) return [convolve(onnx, inputs[0] ?? '', inputs[1] ?? '', x, fixedShape(w, 'conv2d'), padding)]
      return [convNode(onnx, inputs, fixedShape(w, 'conv2d'), stride, padding)]
    },
  },
  conv2dInputGradient: { arity: 2, shapes: (_, { inputShape }) => [inputShape], gradient: second, lower: lowerInputGradient },
  conv2dWeightGradient: {
    arity: 2,
    shapes: ([x = [], dy = []], { kernel }) => [[dy[1] ?? 1, x[1] ?? 1, ...kernel]],
    gradient: second,
    lower: lowerWeightGradient,
  },
}
