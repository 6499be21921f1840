/** Nodes of the neuromorphic intermediate representation (github.com/neuromorphs/NIR, 1.0) that our networks need. Shapes without batch and time. */
export type NirNode =
  | { readonly type: 'Input' | 'Output'; readonly shape: readonly number[] }
  | {
      readonly type: 'Conv2d'
      /** [height, width] of the input. */
      readonly inputShape: readonly [number, number]
      /** [out, in, kh, kw] */
      readonly weightShape: readonly number[]
      readonly weight: Float32Array
      readonly bias: Float32Array
      readonly stride: readonly [number, number]
      readonly padding: readonly [number, number]
    }
  | { readonly type: 'Affine'; /** [out, in] */ readonly weightShape: readonly number[]; readonly weight: Float32Array; readonly bias: Float32Array }
  | { readonly type: 'Flatten'; readonly shape: readonly number[] }
  | { readonly type: 'AvgPool2d' | 'SumPool2d'; readonly kernel: readonly [number, number]; readonly stride: readonly [number, number]; readonly padding: readonly [number, number] }
  /** tau dv/dt = (v_leak - v) + r I, one number each for all neurons of a layer. */
  | { readonly type: 'LIF'; readonly shape: readonly number[]; readonly tau: number; readonly r: number; readonly threshold: number; readonly reset: number }
  /** dv/dt = r I */
  | { readonly type: 'IF'; readonly shape: readonly number[]; readonly r: number; readonly threshold: number; readonly reset: number }

export interface NirGraph {
  /** In an order in which every node stands behind those it reads. */
  readonly nodes: ReadonlyMap<string, NirNode>
  /** Several into one node are summed. */
  readonly edges: readonly (readonly [string, string])[]
  /** Seconds of one timestep. */
  readonly dt: number
}

/** The node of a layer's neurons. Names have letters, digits and underscores only. */
export const neuronNode = (layer: string): string => `${layer.replaceAll('.', '_')}_neurons`
