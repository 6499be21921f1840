import { fixedShape } from '../tensor.ts'
import type { LoweringContext } from './rule.ts'

/**
 * dL/dx of a convolution. Stride 1: a convolution of dy with the kernel turned by 180° and its channel axes swapped
 * (350-430 GFLOP/s on two cores where ConvTranspose is slower). Other strides: ConvTranspose.
 */
export function lowerInputGradient({ onnx, inputs: [dy = '', w = ''], inputShapes, attributes: { stride, padding, inputShape } }: LoweringContext<'conv2dInputGradient'>): string[] {
  const [, , dyHigh = 1, dyWide = 1] = fixedShape(inputShapes[0] ?? [], 'conv2dInputGradient')
  const [, , kh = 1, kw = 1] = fixedShape(inputShapes[1] ?? [], 'conv2dInputGradient')
  const [, , high = 1, wide = 1] = inputShape
  if (stride[0] === 1 && stride[1] === 1 && padding[0] < kh && padding[1] < kw) {
    const turned = kh === 1 && kw === 1 ? w : onnx.node('Slice', [w, onnx.ints([-1, -1]), onnx.ints([-1000, -1000]), onnx.ints([2, 3]), onnx.ints([-1, -1])])
    const swapped = onnx.node('Transpose', [turned], { perm: [1, 0, 2, 3] })
    const pads = [kh - 1 - padding[0], kw - 1 - padding[1]]
    return [onnx.node('Conv', [dy, swapped], { kernel_shape: [kh, kw], strides: [1, 1], pads: [...pads, ...pads] })]
  }
  // Rows and columns that no window reached still belong to x: they get the gradient zero through output_padding.
  const rest = [high - ((dyHigh - 1) * stride[0] - 2 * padding[0] + kh), wide - ((dyWide - 1) * stride[1] - 2 * padding[1] + kw)]
  return [onnx.node('ConvTranspose', [dy, w], { kernel_shape: [kh, kw], strides: stride, pads: [...padding, ...padding], output_padding: rest })]
}

/** Up to how many columns (channels x kernel positions) one product with all kernel positions side by side pays. */
const WIDE = 64

/**
 * dL/dw of a convolution: dw[k, c, i, j] = sum over n, y, x of dy[n, k, y, x] xpad[n, c, s·y + i, s·x + j], one product of
 * [K, N·H·W] with [N·H·W, C] for each kernel position: 240-380 GFLOP/s, where Conv with swapped axes gives 100-200.
 * Channels last, so that a shifted copy of x is rows of W·C floats.
 */
export function lowerWeightGradient({ onnx, inputs: [x = '', dy = ''], inputShapes, attributes: { stride, padding, kernel } }: LoweringContext<'conv2dWeightGradient'>): string[] {
  const [, c = 1] = fixedShape(inputShapes[0] ?? [], 'conv2dWeightGradient')
  const [n = 1, k = 1, high = 1, wide = 1] = fixedShape(inputShapes[1] ?? [], 'conv2dWeightGradient')
  const [kh, kw] = kernel
  const pixels = n * high * wide
  const last = onnx.node('Transpose', [x], { perm: [0, 2, 3, 1] })
  const padded = padding[0] || padding[1] ? onnx.node('Pad', [last, onnx.ints([0, padding[0], padding[1], 0, 0, padding[0], padding[1], 0])]) : last
  const rows = onnx.node('Reshape', [onnx.node('Transpose', [dy], { perm: [1, 0, 2, 3] }), onnx.ints([k, pixels])])
  const shifted = (i: number, j: number): string => {
    const ends = [i + (high - 1) * stride[0] + 1, j + (wide - 1) * stride[1] + 1]
    return onnx.node('Slice', [padded, onnx.ints([i, j]), onnx.ints(ends), onnx.ints([1, 2]), onnx.ints(stride)])
  }
  const positions = Array.from({ length: kh * kw }, (_, p) => [Math.floor(p / kw), p % kw] as const)
  if (c * kh * kw <= WIDE) {
    const side = positions.length === 1 ? shifted(0, 0) : onnx.node('Concat', positions.map(([i, j]) => shifted(i, j)), { axis: 3 })
    const product = onnx.node('MatMul', [rows, onnx.node('Reshape', [side, onnx.ints([pixels, kh * kw * c])])])
    const apart = onnx.node('Reshape', [product, onnx.ints([k, kh, kw, c])])
    return [onnx.node('Transpose', [apart], { perm: [0, 3, 1, 2] })]
  }
  const products = positions.map(([i, j]) => {
    const product = onnx.node('MatMul', [rows, onnx.node('Reshape', [shifted(i, j), onnx.ints([pixels, c])])])
    return onnx.node('Reshape', [product, onnx.ints([k, c, 1])])
  })
  const stacked = products.length === 1 ? (products[0] ?? '') : onnx.node('Concat', products, { axis: 2 })
  return [onnx.node('Reshape', [stacked, onnx.ints([k, c, kh, kw])])]
}
