import type { Graph } from '../../main/graph/graph.ts'
import type { OpKind } from '../../main/graph/ops/rule.ts'
import type { Tensor } from '../../main/graph/tensor.ts'
import { drawCount, drawPool, drawShape } from '../../main/snn/ops/zeroth-order.ts'
import { neuronSchema } from '../../main/snn/schema.ts'

/** One way to use an op: shapes of its inputs and what is built from them. */
export interface OpCase {
  readonly name: string
  readonly shapes: readonly (readonly number[])[]
  readonly build: (graph: Graph, inputs: readonly Tensor[]) => Tensor
  /** Step of the central difference; large where the op is linear in each input, so that rounding does not matter. */
  readonly step: number
  /** Values of the inputs; default: spread over (-1, 1), no two equal. */
  readonly value?: (i: number) => number
  /** The reason where finite differences say nothing (a spike has no derivative); the op's own test checks its gradient. */
  readonly noDifferences?: string
}

const positive = (i: number): number => 0.4 + ((i * 7919) % 101) / 60
const x = (inputs: readonly Tensor[], i = 0): Tensor => inputs[i] as Tensor
const first = (tensors: readonly Tensor[]): Tensor => tensors[0] as Tensor
const neuron = neuronSchema.parse({})
const linear = 0.5
const curved = 5e-3

const conv = (name: string, input: readonly number[], weight: readonly number[], stride: [number, number], padding: [number, number]): OpCase => ({
  name, shapes: [input, weight], step: linear, build: (g, i) => g.one('conv2d', [x(i), x(i, 1)], { stride, padding }),
})
const pool = (kind: 'averagePool' | 'maxPool', name: string, input: readonly number[], size: number, stride: number, padding: number): OpCase => ({
  // Inputs of a maximum are further apart than two steps, so that its choice does not change.
  name, shapes: [input], step: kind === 'averagePool' ? linear : 1e-3, build: (g, i) => g.one(kind, [x(i)], { kernel: [size, size], stride: [stride, stride], padding: [padding, padding] }),
})
const unary = (kind: 'exp' | 'log' | 'sqrt' | 'abs' | 'sigmoid', value?: (i: number) => number): OpCase[] => [
  { name: kind, shapes: [[2, 5]], step: curved, build: (g, i) => g.one(kind, [x(i)], {}), ...(value && { value }) },
]
const binary = (kind: 'add' | 'sub' | 'mul' | 'div'): OpCase[] =>
  ([[[2, 3], [2, 3]], [[2, 3], [3]], [[2, 1, 3], [4, 1]]] as const).map((shapes) => ({
    name: `${kind} of [${shapes[0].join()}] and [${shapes[1].join()}]`, shapes, step: kind === 'div' ? curved : linear, value: positive, build: (g, i) => g.one(kind, [x(i), x(i, 1)], {}),
  }))

/** What covers an op that is only ever part of another's gradient. */
export interface Covered {
  readonly by: OpKind
}

/** Every op of the union: a new op without a case does not compile. */
export const opCases: { readonly [K in OpKind]: readonly OpCase[] | Covered } = {
  input: [{ name: 'input', shapes: [[3]], step: linear, build: (g, i) => g.shift(x(i), 1) }],
  constant: [{ name: 'constant', shapes: [[3]], step: linear, build: (g, i) => g.add(x(i), g.constant([1, 2, 3], [3])) }],
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div'),
  scale: [{ name: 'scale', shapes: [[4]], step: linear, build: (g, i) => g.scale(x(i), -2.5) }],
  shift: [{ name: 'shift', shapes: [[4]], step: linear, build: (g, i) => g.shift(x(i), 3) }],
  exp: unary('exp'),
  log: unary('log', positive),
  sqrt: unary('sqrt', positive),
  abs: unary('abs', (i) => (i % 2 ? -1 : 1) * positive(i)),
  sigmoid: unary('sigmoid'),
  sum: [
    { name: 'sum over the middle', shapes: [[2, 3, 4]], step: linear, build: (g, i) => g.sum(x(i), [1]) },
    { name: 'sum over all', shapes: [[2, 3]], step: linear, build: (g, i) => g.sum(x(i)) },
  ],
  mean: [{ name: 'mean over two axes', shapes: [[2, 3, 4]], step: linear, build: (g, i) => g.mean(x(i), [0, 2]) }],
  logSoftmax: [{ name: 'logSoftmax', shapes: [[3, 4]], step: 2e-2, build: (g, i) => g.logSoftmax(x(i)) }],
  reshape: [{ name: 'reshape', shapes: [[2, 6]], step: linear, build: (g, i) => g.reshape(x(i), [3, 4]) }],
  transpose: [{ name: 'transpose', shapes: [[2, 3, 4]], step: linear, build: (g, i) => g.transpose(x(i), [2, 0, 1]) }],
  broadcast: [{ name: 'broadcast', shapes: [[2, 1, 3]], step: linear, build: (g, i) => g.broadcast(x(i), [2, 4, 3]) }],
  slice: [{ name: 'slice', shapes: [[2, 5]], step: linear, build: (g, i) => g.one('slice', [x(i)], { axis: 1, start: 1, end: 4 }) }],
  concat: [{ name: 'concat', shapes: [[2, 2], [2, 3]], step: linear, build: (g, i) => g.one('concat', i, { axis: 1 }) }],
  matmul: [
    { name: 'matmul', shapes: [[2, 3], [3, 4]], step: linear, build: (g, i) => g.matmul(x(i), x(i, 1)) },
    { name: 'matmul aT b', shapes: [[3, 2], [3, 4]], step: linear, build: (g, i) => g.matmul(x(i), x(i, 1), true) },
    { name: 'matmul a bT', shapes: [[2, 3], [4, 3]], step: linear, build: (g, i) => g.matmul(x(i), x(i, 1), false, true) },
    { name: 'matmul aT bT', shapes: [[3, 2], [4, 3]], step: linear, build: (g, i) => g.matmul(x(i), x(i, 1), true, true) },
  ],
  conv2d: [
    conv('3x3, few pixels', [2, 2, 4, 5], [3, 2, 3, 3], [1, 1], [1, 1]),
    conv('3x3, more than 64 pixels', [1, 1, 9, 9], [2, 1, 3, 3], [1, 1], [1, 1]),
    conv('1x1', [2, 3, 3, 3], [2, 3, 1, 1], [1, 1], [0, 0]),
    conv('5x5, padding 2', [1, 2, 6, 5], [2, 2, 5, 5], [1, 1], [2, 2]),
    conv('3x3, no padding', [1, 2, 5, 4], [2, 2, 3, 3], [1, 1], [0, 0]),
    conv('3x3, stride 2, even size', [1, 2, 6, 6], [2, 2, 3, 3], [2, 2], [1, 1]),
    conv('3x3, stride 2, odd size', [1, 2, 7, 5], [2, 2, 3, 3], [2, 2], [1, 1]),
    conv('1x1, stride 2', [1, 2, 5, 6], [3, 2, 1, 1], [2, 2], [0, 0]),
    conv('six channels to eight, stride 2', [1, 6, 4, 4], [8, 6, 3, 3], [2, 2], [1, 1]),
    conv('nine channels to four, more than 64 pixels', [1, 9, 9, 9], [4, 9, 1, 1], [1, 1], [0, 0]),
    conv('7x7, stride 2, padding 3', [1, 1, 9, 8], [2, 1, 7, 7], [2, 2], [3, 3]),
    conv('many channels: one product per kernel position', [1, 8, 3, 3], [2, 8, 3, 3], [1, 1], [1, 1]),
    { name: 'with a bias', shapes: [[1, 2, 4, 4], [3, 2, 3, 3], [3]], step: linear, build: (g, i) => g.one('conv2d', i, { stride: [1, 1], padding: [1, 1] }) },
  ],
  conv2dInputGradient: { by: 'conv2d' },
  conv2dWeightGradient: { by: 'conv2d' },
  averagePool: [
    pool('averagePool', '2x2', [1, 2, 4, 6], 2, 2, 0),
    pool('averagePool', '2x2 with a rest', [1, 2, 5, 7], 2, 2, 0),
    pool('averagePool', '3x3, stride 2, padding 1: overlapping', [1, 2, 6, 5], 3, 2, 1),
  ],
  averagePoolGradient: { by: 'averagePool' },
  maxPool: [
    pool('maxPool', '2x2', [1, 2, 4, 6], 2, 2, 0),
    pool('maxPool', '2x2 with a rest', [1, 1, 5, 7], 2, 2, 0),
    pool('maxPool', '3x3, stride 2, padding 1', [1, 2, 6, 5], 3, 2, 1),
  ],
  maxPoolGradient: { by: 'maxPool' },
  batchNorm: [{ name: 'batchNorm', shapes: [[3, 2, 2, 2], [2], [2]], step: 1e-2, value: positive, build: (g, i) => first(g.apply('batchNorm', i, { epsilon: 1e-5 })) }],
  batchNormGradient: { by: 'batchNorm' },
  lif: [{ name: 'lif', shapes: [[6, 4]], step: linear, value: (i) => 3 * positive(i), build: (g, i) => first(g.apply('lif', [x(i)], { neuron, timesteps: 3 })), noDifferences: 'spikes are steps (test/snn/lif.test.ts)' }],
  lifGradient: { by: 'lif' },
  normLif: [
    {
      name: 'normLif', shapes: [[6, 2, 2, 2], [2], [2], [3, 2, 1, 1]], step: linear, value: positive, noDifferences: 'spikes are steps (test/snn/lif.test.ts)',
      // With a convolution behind it, whose weight gradient reads the spikes once more.
      build: (g, i) => g.one('conv2d', [first(g.apply('normLif', i.slice(0, 3), { neuron, timesteps: 3, epsilon: 1e-5 })), x(i, 3)], { stride: [1, 1], padding: [0, 0] }),
    },
  ],
  normLifGradient: { by: 'normLif' },
  spikesAgain: { by: 'normLif' },
  fire: [{ name: 'fire', shapes: [[4, 3]], step: linear, build: (g, i) => g.one('fire', [x(i)], { surrogate: 'arctangent', alpha: 2 }), noDifferences: 'spikes are steps (test/snn/neuron.test.ts)' }],
  fireGradient: { by: 'fire' },
  fireDrawn: [
    {
      name: 'fireDrawn', shapes: [[3, 4, 2, 2]], step: linear, noDifferences: 'spikes are steps (test/snn/zeroth-order.test.ts)',
      build: (g, i) => g.one('fireDrawn', [x(i), g.constant(Array.from({ length: drawCount * 4 * drawPool }, (_, k) => (((k % drawPool) * 7919) % 1009) / 504.5), drawShape), g.constant([7, 8191, 0], [3])], { delta: 0.5, start: 8190 }),
    },
  ],
  fireDrawnGradient: { by: 'fireDrawn' },
  splitTime: [{ name: 'splitTime, one timestep unread', shapes: [[6, 2]], step: linear, build: (g, i) => { const [a, , c] = g.apply('splitTime', [x(i)], { timesteps: 3 }); return g.sub(a as Tensor, g.scale(c as Tensor, 3)) } }],
  joinTime: [{ name: 'joinTime', shapes: [[2, 3], [2, 3]], step: linear, build: (g, i) => g.one('joinTime', i, {}) }],
  // A step moves no value past another.
  largest: [{ name: 'largest', shapes: [[2, 5]], step: 1e-3, build: (g, i) => g.add(x(i), g.one('largest', [x(i)], {})) }],
  detach: [{ name: 'detach', shapes: [[3]], step: linear, build: (g, i) => g.add(x(i), g.one('detach', [g.scale(x(i), 3)], {})), noDifferences: 'no gradient flows through it (test/snn/neuron.test.ts)' }],
  trtPenalty: [
    { name: 'trtPenalty', shapes: [[3, 5]], step: curved, build: (g, i) => first(g.apply('trtPenalty', [x(i)], { lambda: 0.3, delta: 0.5, epsilon: 1e-5, timesteps: 4, first: 0 })) },
    { name: 'trtPenalty without decay', shapes: [[4]], step: curved, build: (g, i) => first(g.apply('trtPenalty', [x(i)], { lambda: 0.3, delta: 0, epsilon: 1e-5, timesteps: 4, first: 1 })) },
  ],
}
