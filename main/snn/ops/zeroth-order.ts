import type { OnnxBuilder } from '../../graph/onnx/builder.ts'
import { fixedShape, GraphError, sameShape } from '../../graph/tensor.ts'
import type { OpTable } from '../../graph/ops/rule.ts'
import { Random } from '../../random.ts'

interface Drawn {
  /** LocalZO's delta: half the reach of a draw of 1. */
  readonly delta: number
  /** Where in the pool this layer and timestep begin, < `drawPool`. */
  readonly start: number
}

declare module '../../graph/ops/rule.ts' {
  interface OpAttributes {
    /** Inputs x = u - threshold [B, ...], draws [5, 4 drawPool], places [B]; output spikes [x > 0]. */
    fireDrawn: Drawn
    /** Inputs x, draws, places, ds; output dx. */
    fireDrawnGradient: Drawn
  }
}

/** Draws of each neuron, sample and timestep (LocalZO's m), and numbers that each of them is taken from. */
export const drawCount = 5
export const drawPool = 8192
/** Four times the pool: places of sample, layer, channel and pixel add up without wrapping around. */
export const drawShape = [drawCount, 4 * drawPool] as const

/**
 * Fills a step's draws: |z| of standard normal z, and every sample's place in them. The same for the same seed and step, so that a
 * resumed run goes on with the same ones.
 * @param step names the step
 */
export function fillDraws(seed: number, step: string, draws: Float32Array, places: Float32Array): void {
  const random = new Random(seed, `surrogate's draws of ${step}`)
  for (let row = 0; row < drawCount; row++) {
    const begin = row * drawShape[1]
    for (let i = 0; i < drawPool; i++) draws[begin + i] = Math.abs(random.normal())
    for (let copy = 1; copy < 4; copy++) draws.copyWithin(begin + copy * drawPool, begin, begin + drawPool)
  }
  for (let i = 0; i < places.length; i++) places[i] = random.below(drawPool)
}

/** 0, 1, ... over a sample's neurons [C, ...], each part modulo the pool: constants of C and of the rest only. */
function counted(onnx: OnnxBuilder, [channels = 1, ...rest]: readonly number[]): string {
  const pixels = rest.reduce((a, b) => a * b, 1)
  return onnx.once(`neurons ${[channels, ...rest].join()}`, () => {
    const column = onnx.floats(Array.from({ length: channels }, (_, c) => (c * pixels) % drawPool), [1, channels, ...rest.map(() => 1)])
    return pixels === 1 ? column : onnx.node('Add', [column, onnx.floats(Array.from({ length: pixels }, (_, i) => i % drawPool), [1, 1, ...rest])])
  })
}

/**
 * LocalZO (Mukhoty et al., Direct training of SNN using local zeroth order method, NeurIPS 2023, and its code): ds/du is the mean over
 * five draws z ~ N(0, 1) of |z| [|x| < delta |z|] / (2 delta), x = u - threshold. Each neuron, sample, timestep and draw takes
 * its |z| from a pool of 8,192 that is drawn anew for every step, at a place of its own: any two are independent but for one pair
 * in 8,192, and so are all along a path through the network. So mean and variance are those of draws of one's own each, as the
 * authors', whose 737 million numbers a step (VGGSNN, T 10, batch 16) need not be drawn. What differs: the backward
 * pass is dense.
 */
export const zerothOrderOps: OpTable<'fireDrawn' | 'fireDrawnGradient'> = {
  fireDrawn: {
    arity: 3,
    shapes: ([x = [], draws = [], places = []], _, what) => {
      if (!sameShape(draws, drawShape) || places.length !== 1 || places[0] !== x[0]) throw new GraphError(`${what}: draws [${draws.join()}] and places [${places.join()}] do not fit [${x.join(', ')}]`)
      return [x]
    },
    gradient: ({ graph, attributes, inputs: [x, draws, places], outputGradients: [ds] }) => [x && draws && places && ds ? graph.one('fireDrawnGradient', [x, draws, places, ds], attributes) : null, null, null],
    lower: ({ onnx, inputs: [x = ''] }) => [onnx.node('Cast', [onnx.node('Greater', [x, onnx.floats([0])])], { to: { type: 'float' } })],
  },
  fireDrawnGradient: {
    arity: 4,
    shapes: ([x = []]) => [x],
    gradient: { none: 'it is a gradient itself: second derivatives are not taken' },
    lower: ({ onnx, inputs: [x = '', draws = '', places = '', ds = ''], inputShapes: [shape = []], attributes: { delta, start } }) => {
      const [rows = 1, ...neurons] = fixedShape(shape, 'fireDrawnGradient')
      const rowsOf = onnx.node('Reshape', [onnx.node('Add', [places, onnx.floats([start])]), onnx.ints([rows, ...neurons.map(() => 1)])])
      const at = onnx.node('Cast', [onnx.node('Add', [rowsOf, counted(onnx, neurons)])], { to: 6 })
      const reach = onnx.node('Mul', [onnx.node('Abs', [x]), onnx.floats([1 / delta])])
      const none = onnx.floats([0])
      const hits = Array.from({ length: drawCount }, (_, i) => {
        const pooled = onnx.once(`draws ${i}`, () =>
          onnx.node('Reshape', [onnx.node('Slice', [draws, onnx.ints([i]), onnx.ints([i + 1]), onnx.ints([0])]), onnx.ints([drawShape[1]])]),
        )
        const drawn = onnx.node('Gather', [pooled, at], { axis: 0 })
        return onnx.node('Where', [onnx.node('Less', [reach, drawn]), drawn, none])
      })
      const sum = hits.reduce((total, hit) => onnx.node('Add', [total, hit]))
      return [onnx.node('Mul', [onnx.node('Mul', [sum, onnx.floats([1 / (2 * delta * drawCount)])]), ds])]
    },
  },
}
