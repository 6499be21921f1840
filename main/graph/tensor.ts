import type { OpAttributes, OpKind } from './ops/rule.ts'

/** A dimension: a number, or a multiple of the free batch size N ("1N", "10N"), which only exported models have. */
export type Dim = number | `${number}N`
export type Shape = readonly Dim[]

/** One output of a node: float32 values of a known shape, row-major. */
export interface Tensor {
  readonly node: Node
  /** Which of the node's outputs. */
  readonly index: number
  readonly shape: Shape
}

/** One operation of a graph. Nodes are numbered in the order they were made, which is a topological order. */
export interface Node<K extends OpKind = OpKind> {
  readonly id: number
  readonly kind: K
  readonly attributes: OpAttributes[K]
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  /** What it is for, e.g. a layer's name; part of error messages and of ONNX node names. */
  readonly label: string
}

/** A graph that breaks a rule. The message names the op and the node. */
export class GraphError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'GraphError'
  }
}

/** Factor and presence of N in a dimension. */
function parts(dim: Dim): { factor: number; free: boolean } {
  return typeof dim === 'number' ? { factor: dim, free: false } : { factor: Number(dim.slice(0, -1)), free: true }
}

/** Product of dimensions; at most one may be free. */
export function product(dims: Shape): Dim {
  let factor = 1
  let free = false
  for (const dim of dims) {
    const part = parts(dim)
    if (part.free && free) throw new GraphError(`a product of ${dims.join(' x ')} would have N twice`)
    factor *= part.factor
    free ||= part.free
  }
  return free ? `${factor}N` : factor
}

/** dim / divisor, exact. */
export function divide(dim: Dim, divisor: number): Dim {
  const { factor, free } = parts(dim)
  if (factor % divisor !== 0) throw new GraphError(`dimension ${dim} is not divisible by ${divisor}`)
  return free ? `${factor / divisor}N` : factor / divisor
}

/** The dimension as a number. @throws GraphError where it is free */
export function fixed(dim: Dim | undefined, what: string): number {
  if (typeof dim !== 'number') throw new GraphError(`${what} needs a fixed size, not ${dim}`)
  return dim
}

/** All dimensions as numbers. */
export function fixedShape(shape: Shape, what: string): number[] {
  return shape.map((dim) => fixed(dim, what))
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i])
}

/** NumPy's broadcasting of two shapes. */
export function broadcastShapes(a: Shape, b: Shape, what: string): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1
    const y = b[b.length - rank + i] ?? 1
    if (x === y || y === 1) return x
    if (x === 1) return y
    throw new GraphError(`${what}: shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast`)
  })
}
