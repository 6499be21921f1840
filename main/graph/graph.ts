import type { OpAttributes, OpKind, OpRule, OpTable } from './ops/rule.ts'
import { type Dim, GraphError, type Node, type Shape, type Tensor } from './tensor.ts'

/** Builds nodes, checking shapes as it goes. One graph holds one program: forward, loss, gradients and optimizer. */
export class Graph {
  readonly nodes: Node[] = []
  readonly rules: OpTable
  #label = ''

  constructor(rules: OpTable) {
    this.rules = rules
  }

  /** Nodes made inside `build` carry this label. */
  labelled<T>(label: string, build: () => T): T {
    const before = this.#label
    this.#label = before ? `${before}/${label}` : label
    try {
      return build()
    } finally {
      this.#label = before
    }
  }

  /** Adds a node. @throws GraphError naming op and node where arity or shapes are wrong */
  apply<K extends OpKind>(kind: K, inputs: readonly Tensor[], attributes: OpAttributes[K]): readonly Tensor[] {
    const rule: OpRule<K> = this.rules[kind]
    const what = `${kind} (node ${this.nodes.length}${this.#label ? `, ${this.#label}` : ''})`
    if (rule.arity !== 'any' && inputs.length !== rule.arity) throw new GraphError(`${what} takes ${rule.arity} inputs, not ${inputs.length}`)
    const outputs: Tensor[] = []
    const node: Node<K> = { id: this.nodes.length, kind, attributes, inputs, outputs, label: this.#label }
    rule.shapes(inputs.map((input) => input.shape), attributes, what).forEach((shape, index) => outputs.push({ node, index, shape }))
    this.nodes.push(node)
    return outputs
  }

  /** A value of the forward pass for the backward pass: computed again where its op can, so that it is not kept in between. */
  again({ node, index }: Tensor): Tensor | undefined {
    return this.#again(node, index)
  }

  #again<K extends OpKind>({ kind, attributes, outputs }: Node<K>, index: number): Tensor | undefined {
    const rule: OpRule<K> = this.rules[kind]
    return rule.again?.({ graph: this, attributes, outputs }, index)
  }

  /** A single-output node. */
  one<K extends OpKind>(kind: K, inputs: readonly Tensor[], attributes: OpAttributes[K]): Tensor {
    const output = this.apply(kind, inputs, attributes)[0]
    if (!output) throw new GraphError(`${kind} has no output`)
    return output
  }

  input(name: string, shape: Shape): Tensor {
    return this.one('input', [], { name, shape })
  }

  constant(data: ArrayLike<number>, shape: readonly number[]): Tensor {
    return this.one('constant', [], { shape, data: Float32Array.from(data) })
  }

  add(a: Tensor, b: Tensor): Tensor {
    return this.one('add', [a, b], {})
  }
  sub(a: Tensor, b: Tensor): Tensor {
    return this.one('sub', [a, b], {})
  }
  mul(a: Tensor, b: Tensor): Tensor {
    return this.one('mul', [a, b], {})
  }
  div(a: Tensor, b: Tensor): Tensor {
    return this.one('div', [a, b], {})
  }
  scale(x: Tensor, factor: number): Tensor {
    return factor === 1 ? x : this.one('scale', [x], { factor })
  }
  shift(x: Tensor, by: number): Tensor {
    return by === 0 ? x : this.one('shift', [x], { by })
  }
  sqrt(x: Tensor): Tensor {
    return this.one('sqrt', [x], {})
  }
  /** Sum over axes, which disappear. */
  sum(x: Tensor, axes: readonly number[] = x.shape.map((_, i) => i)): Tensor {
    return this.one('sum', [x], { axes })
  }
  mean(x: Tensor, axes: readonly number[] = x.shape.map((_, i) => i)): Tensor {
    return this.one('mean', [x], { axes })
  }
  logSoftmax(x: Tensor): Tensor {
    return this.one('logSoftmax', [x], {})
  }
  reshape(x: Tensor, shape: readonly Dim[]): Tensor {
    return this.one('reshape', [x], { shape })
  }
  transpose(x: Tensor, permutation: readonly number[]): Tensor {
    return this.one('transpose', [x], { permutation })
  }
  broadcast(x: Tensor, shape: Shape): Tensor {
    return this.one('broadcast', [x], { shape })
  }
  matmul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
    return this.one('matmul', [a, b], { transposeA, transposeB })
  }
}
