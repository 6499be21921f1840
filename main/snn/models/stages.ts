import type { LayerDescription } from '../schema.ts'

type Residual = Extract<LayerDescription, { type: 'residual' }>

/**
 * Stages of residual blocks with 3x3 convolutions, as ResNets have them: `blocks[i]` blocks of `widths[i]` channels, the first
 * block of every stage but the first with stride 2. The last block ends in the average over all pixels.
 */
export function stages(form: Residual['form'], widths: readonly number[], blocks: readonly number[]): LayerDescription[] {
  return widths.flatMap((out, stage) =>
    Array.from({ length: blocks[stage] ?? 0 }, (_, block): Residual => ({
      type: 'residual',
      form,
      out,
      kernels: [3, 3],
      strides: [stage > 0 && block === 0 ? 2 : 1, 1],
      paddings: [1, 1],
      globalPool: stage === widths.length - 1 && block === (blocks[stage] ?? 0) - 1,
    })),
  )

}

/** The first layers of an ImageNet ResNet: 7x7 convolution of stride 2, then 3x3 max pooling of stride 2 after the neuron. */
export const imageNetStem: LayerDescription = {
  type: 'conv',
  out: 64,
  kernel: 7,
  stride: 2,
  padding: 3,
  pool: { kind: 'max', size: 3, stride: 2, padding: 1 },
}
