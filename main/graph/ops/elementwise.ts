import { broadcastShapes, type Shape, type Tensor } from '../tensor.ts'
import type { Graph } from '../graph.ts'
import { withRows } from './rows.ts'
import type { OpRule, OpTable } from './rule.ts'

/** Sums a gradient back over the axes along which its input was broadcast. */
function unbroadcast(graph: Graph, gradient: Tensor, shape: Shape): Tensor {
  const extra = gradient.shape.length - shape.length
  const axes = gradient.shape.flatMap((dim, i) => (i < extra || (shape[i - extra] === 1 && dim !== 1) ? [i] : []))
  if (axes.length === 0) return gradient
  return graph.reshape(graph.sum(gradient, axes), shape)
}

type Binary = 'add' | 'sub' | 'mul' | 'div'
function binary<K extends Binary>(op: string, gradient: (graph: Graph, a: Tensor, b: Tensor, y: Tensor, dy: Tensor) => readonly [() => Tensor, () => Tensor]): OpRule<K> {
  return {
    arity: 2,
    shapes: ([a = [], b = []], _, what) => [broadcastShapes(a, b, what)],
    gradient: ({ graph, inputs: [a, b], outputs: [y], outputGradients: [dy], needed }) => {
      if (!a || !b || !y || !dy) return [null, null]
      const [da, db] = gradient(graph, a, b, y, dy)
      return [needed[0] ? unbroadcast(graph, da(), a.shape) : null, needed[1] ? unbroadcast(graph, db(), b.shape) : null]
    },
    lower: ({ onnx, inputs, inputShapes }) => [withRows(onnx, op, inputs, inputShapes) ?? onnx.node(op, inputs)],
  }
}

type Unary = 'exp' | 'log' | 'sqrt' | 'abs' | 'sigmoid'
function unary<K extends Unary>(op: string, gradient: (graph: Graph, x: Tensor, y: Tensor, dy: Tensor) => Tensor): OpRule<K> {
  return {
    arity: 1,
    shapes: ([x = []]) => [x],
    gradient: ({ graph, inputs: [x], outputs: [y], outputGradients: [dy] }) => (x && y && dy ? [gradient(graph, x, y, dy)] : [null]),
    lower: ({ onnx, inputs }) => [onnx.node(op, inputs)],
  }
}

/** Element by element, with NumPy's broadcasting. */
export const elementwise: OpTable<Binary | Unary | 'scale' | 'shift'> = {
  // d(a+b) = da + db
  add: binary('Add', (_, _a, _b, _y, dy) => [() => dy, () => dy]),
  // d(a-b) = da - db
  sub: binary('Sub', (g, _a, _b, _y, dy) => [() => dy, () => g.scale(dy, -1)]),
  // d(ab) = b da + a db
  mul: binary('Mul', (g, a, b, _y, dy) => [() => g.mul(dy, b), () => g.mul(dy, a)]),
  // d(a/b) = da/b - (a/b) db/b
  div: binary('Div', (g, _a, b, y, dy) => [() => g.div(dy, b), () => g.scale(g.div(g.mul(dy, y), b), -1)]),
  // d e^x = e^x dx
  exp: unary('Exp', (g, _x, y, dy) => g.mul(dy, y)),
  // d ln x = dx / x
  log: unary('Log', (g, x, _y, dy) => g.div(dy, x)),
  // d sqrt(x) = dx / (2 sqrt(x))
  sqrt: unary('Sqrt', (g, _x, y, dy) => g.scale(g.div(dy, y), 0.5)),
  // d |x| = sign(x) dx = x/|x| dx; undefined at 0
  abs: unary('Abs', (g, x, y, dy) => g.mul(dy, g.div(x, y))),
  // d s(x) = s (1-s) dx
  sigmoid: unary('Sigmoid', (g, _x, y, dy) => g.mul(dy, g.sub(y, g.mul(y, y)))),
  // d(cx) = c dx
  scale: {
    arity: 1,
    shapes: ([x = []]) => [x],
    gradient: ({ graph, attributes, outputGradients: [dy] }) => [dy ? graph.scale(dy, attributes.factor) : null],
    lower: ({ onnx, inputs: [x = ''], attributes }) => [onnx.node('Mul', [x, onnx.floats([attributes.factor])])],
  },
  // d(x+c) = dx
  shift: {
    arity: 1,
    shapes: ([x = []]) => [x],
    gradient: ({ outputGradients: [dy] }) => [dy ?? null],
    lower: ({ onnx, inputs: [x = ''], attributes }) => [onnx.node('Add', [x, onnx.floats([attributes.by])])],
  },
}
