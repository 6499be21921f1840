import type { OpKind } from '../graph/ops/rule.ts'
import { fixed, type Node, type Tensor } from '../graph/tensor.ts'

/** Narrows a node by its kind. */
export const isA = <K extends OpKind>(node: Node, kind: K): node is Node<K> => node.kind === kind

/** For each of `size` positions along an axis, in how many windows it lies. */
function windows(size: number, kernel: number, stride: number, padding: number): number[] {
  const counts = new Array<number>(size).fill(0)
  for (let from = -padding; from + kernel <= size + padding; from += stride) {
    for (let at = Math.max(0, from); at < Math.min(size, from + kernel); at++) counts[at] = (counts[at] ?? 0) + 1
  }
  return counts
}

/**
 * Synapses of each element of a layer's input: the products it takes part in at a timestep. Behind a convolution with padding, the
 * elements at the border reach fewer outputs, and with a stride larger than 1 some reach more than others.
 * @param output of the convolution or the matrix product
 * @param shape of its input, of one sample: [C, H, W] or [N]
 * @returns of one channel [H·W], the same for all of `channels`; of a matrix product each element is a channel
 */
export function fanOut({ node, shape: out }: Tensor, shape: readonly number[]): { readonly plane: readonly number[]; readonly channels: number } {
  const channelsOut = fixed(out[1], 'fan-out')
  const [channels = 0, high = 0, wide = 0] = shape
  if (!isA(node, 'conv2d')) return { plane: [channelsOut], channels }
  const { stride, padding } = node.attributes
  const [, , kernelHigh, kernelWide] = node.inputs[1]?.shape.map((dim) => fixed(dim, 'fan-out')) ?? []
  const down = windows(high, kernelHigh ?? 1, stride[0], padding[0])
  const across = windows(wide, kernelWide ?? 1, stride[1], padding[1])
  return { plane: down.flatMap((rows) => across.map((columns) => rows * columns * channelsOut)), channels }
}
