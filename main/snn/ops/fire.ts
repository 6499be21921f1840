import type { OpTable } from '../../graph/ops/rule.ts'
import type { NeuronSettings } from '../schema.ts'
import { surrogates } from './surrogate.ts'

type Surrogate = Pick<NeuronSettings, 'surrogate' | 'alpha'>

declare module '../../graph/ops/rule.ts' {
  interface OpAttributes {
    /** Input x = u - threshold; output spikes [x > 0]. */
    fire: Surrogate
    /** Inputs x, ds; output dx. */
    fireGradient: Surrogate
  }
}

/** The step that a neuron fires by, alone: neurons with learned parts are built around it from single operations. */
export const fireOps: OpTable<'fire' | 'fireGradient'> = {
  // ds/dx is the surrogate's; x = u - threshold carries it on to both.
  fire: {
    arity: 1,
    shapes: ([x = []]) => [x],
    gradient: ({ graph, attributes, inputs: [x], outputGradients: [ds] }) => [x && ds ? graph.one('fireGradient', [x, ds], attributes) : null],
    lower: ({ onnx, inputs: [x = ''] }) => [onnx.node('Cast', [onnx.node('Greater', [x, onnx.floats([0])])], { to: { type: 'float' } })],
  },
  fireGradient: {
    arity: 2,
    shapes: ([x = []]) => [x],
    gradient: { none: 'it is a gradient itself: second derivatives are not taken' },
    lower: ({ onnx, inputs: [x = '', ds = ''], attributes: { surrogate, alpha } }) => [onnx.node('Mul', [ds, surrogates[surrogate].lower(onnx, x, 0, alpha)])],
  },
}
