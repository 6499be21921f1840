import type { OpTable } from '../../graph/ops/rule.ts'
import { divide, GraphError, product, sameShape } from '../../graph/tensor.ts'
import { join, split } from './lif-step.ts'

declare module '../../graph/ops/rule.ts' {
  interface OpAttributes {
    /** Input x [T·B, ...], time major; outputs x(t) [B, ...] of each timestep. */
    splitTime: { readonly timesteps: number }
    /** Inputs x(t) [B, ...] of each timestep; output [T·B, ...]. */
    joinTime: object
    /** Its input, through which no gradient flows back. */
    detach: object
  }
}

/** How neurons that are built from single operations walk through time. One is the other's gradient. */
export const timeOps: OpTable<'splitTime' | 'joinTime' | 'detach'> = {
  splitTime: {
    arity: 1,
    shapes: ([x = []], { timesteps }) => Array.from({ length: timesteps }, () => [divide(x[0] ?? 1, timesteps), ...x.slice(1)]),
    gradient: ({ graph, outputs, outputGradients }) => [graph.one('joinTime', outputs.map((output, t) => outputGradients[t] ?? graph.scale(output, 0)), {})],
    lower: ({ onnx, inputs: [x = ''], attributes: { timesteps } }) => split(onnx, x, timesteps),
  },
  joinTime: {
    arity: 'any',
    shapes: (inputs, _, what) => {
      const [first] = inputs
      if (!first || inputs.some((shape) => !sameShape(shape, first))) throw new GraphError(`${what} takes timesteps of one shape`)
      return [[product([inputs.length, first[0] ?? 1]), ...first.slice(1)]]
    },
    gradient: ({ graph, inputs, outputGradients: [dy] }) => (dy ? graph.apply('splitTime', [dy], { timesteps: inputs.length }) : inputs.map(() => null)),
    lower: ({ onnx, inputs }) => [join(onnx, inputs)],
  },
  detach: {
    arity: 1,
    shapes: ([x = []]) => [x],
    gradient: () => [null],
    lower: ({ inputs: [x = ''] }) => [x],
  },
}
