import type { Graph } from '../graph.ts'
import type { OnnxBuilder } from '../onnx/builder.ts'
import type { Shape, Tensor } from '../tensor.ts'

export interface Window {
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly padding: readonly [number, number]
}

/** Every op there is, with its attributes. Rooms above the graph add theirs by declaration merging (snn/ops). */
export interface OpAttributes {
  input: { readonly name: string; readonly shape: Shape }
  constant: { readonly shape: readonly number[]; readonly data: Float32Array }
  add: object
  sub: object
  mul: object
  div: object
  /** x * factor */
  scale: { readonly factor: number }
  /** x + by */
  shift: { readonly by: number }
  exp: object
  log: object
  sqrt: object
  abs: object
  sigmoid: object
  sum: { readonly axes: readonly number[] }
  mean: { readonly axes: readonly number[] }
  /** Over the last axis. */
  logSoftmax: object
  /** 1 where a value is the largest of its last axis (all of equals), 0 elsewhere. Piecewise constant: no gradient. */
  largest: object
  reshape: { readonly shape: Shape }
  transpose: { readonly permutation: readonly number[] }
  broadcast: { readonly shape: Shape }
  slice: { readonly axis: number; readonly start: number; readonly end: number }
  concat: { readonly axis: number }
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean }
  conv2d: { readonly stride: readonly [number, number]; readonly padding: readonly [number, number] }
  conv2dInputGradient: { readonly stride: readonly [number, number]; readonly padding: readonly [number, number]; readonly inputShape: readonly number[] }
  conv2dWeightGradient: { readonly stride: readonly [number, number]; readonly padding: readonly [number, number]; readonly kernel: readonly [number, number] }
  averagePool: Window
  averagePoolGradient: Window & { readonly inputShape: readonly number[] }
  maxPool: Window
  maxPoolGradient: Window
  /** Inputs x [N, C, H, W], gain [C], shift [C]; outputs y, mean [C], biased variance [C]. */
  batchNorm: { readonly epsilon: number }
  /** Inputs x, gain, mean, variance, dy; outputs dx, dgain, dshift. */
  batchNormGradient: { readonly epsilon: number }
}
export type OpKind = keyof OpAttributes

export interface GradientContext<K extends OpKind> {
  readonly graph: Graph
  readonly attributes: OpAttributes[K]
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  /** dL/d(output), null where the loss does not depend on that output. */
  readonly outputGradients: readonly (Tensor | null)[]
  /** Which inputs' gradients are asked for: rules may skip the work for others. */
  readonly needed: readonly boolean[]
}

export interface LoweringContext<K extends OpKind> {
  readonly onnx: OnnxBuilder
  readonly attributes: OpAttributes[K]
  /** ONNX value names. */
  readonly inputs: readonly string[]
  readonly inputShapes: readonly Shape[]
  readonly outputShapes: readonly Shape[]
  /** Which outputs something reads. */
  readonly used: readonly boolean[]
}

/** All that is known of one op. A table typed over the op union makes a missing rule a compile error. */
export interface OpRule<K extends OpKind> {
  readonly arity: number | 'any'
  /** Output shapes. @throws GraphError naming `what` */
  shapes(inputs: readonly Shape[], attributes: OpAttributes[K], what: string): readonly Shape[]
  /** dL/d(inputs), or the reason why there is none. */
  readonly gradient: ((context: GradientContext<K>) => readonly (Tensor | null)[]) | { readonly none: string }
  /** An output, computed once more from what is kept for the backward pass anyway, so that it itself need not be; missing: it can't be. */
  again?(context: Pick<GradientContext<K>, 'graph' | 'attributes' | 'outputs'>, index: number): Tensor | undefined
  /** Emits ONNX nodes and returns the names of the outputs. */
  lower(context: LoweringContext<K>): readonly string[]
}
export type OpTable<K extends OpKind = OpKind> = { readonly [Kind in K]: OpRule<Kind> }
