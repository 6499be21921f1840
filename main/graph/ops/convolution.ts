import { fixedShape } from '../tensor.ts'
import type { OnnxBuilder } from '../onnx/builder.ts'
import type { LoweringContext } from './rule.ts'
import { forward, inputGradient, tiling, weightGradient } from './winograd.ts'

/** Pixels up to which onnxruntime's Conv, one product per image, is slower than one product for all images: 6x6 measured 295 against 470 GFLOP/s. */
const FEW_PIXELS = 64
/** Kernel positions up to which that holds: 5x5 kernels, whose windows are 25 copies of the image, measured 110 against Conv's 174 GFLOP/s. */
const FEW_POSITIONS = 9

/**
 * A Conv node. onnxruntime 1.30's WebGPU provider computes it wrongly where the input channels are a multiple of 3 above 3 and
 * not of 4, and the output channels a multiple of 4 (6 to 8: seen over SwiftShader; it reads them three at a time): such inputs
 * get channels of zeros up to the next multiple of 4.
 * @param inputs x, weight [out, c, kh, kw] and maybe a bias [out]
 */
export function convNode(
  onnx: OnnxBuilder, inputs: readonly string[], [out = 1, c = 1, kh = 1, kw = 1]: readonly number[], strides: readonly number[], padding: readonly [number, number],
): string {
  const [x = '', weight = '', ...bias] = inputs
  const more = c > 3 && c % 3 === 0 && c % 4 !== 0 && out % 4 === 0 ? 4 - (c % 4) : 0
  const wide = (value: string): string => (more === 0 ? value : onnx.node('Pad', [value, onnx.ints([0, 0, 0, 0, 0, more, 0, 0])]))
  return onnx.node('Conv', [wide(x), wide(weight), ...bias], { kernel_shape: [kh, kw], strides, pads: [...padding, ...padding] })
}

/**
 * A convolution with stride 1: Conv, or for small images all windows side by side times the weights.
 * @param weight [K, C, kh, kw]
 */
export function convolve(onnx: OnnxBuilder, x: string, weight: string, input: readonly number[], kernel: readonly number[], padding: readonly [number, number]): string {
  const [n = 1, c = 1, h = 1, w = 1] = input
  const [k = 1, , kh = 1, kw = 1] = kernel
  const tiles = onnx.winograd ? tiling(input, kernel, padding) : undefined
  if (tiles) return forward(onnx, x, weight, tiles)
  const [high, wide] = [h + 2 * padding[0] - kh + 1, w + 2 * padding[1] - kw + 1]
  if (high * wide > FEW_PIXELS || kh * kw === 1 || kh * kw > FEW_POSITIONS) return convNode(onnx, [x, weight], kernel, [1, 1], padding)
  const last = onnx.node('Transpose', [x], { perm: [0, 2, 3, 1] })
  const padded = onnx.node('Pad', [last, onnx.ints([0, padding[0], padding[1], 0, 0, padding[0], padding[1], 0])])
  const windows = Array.from({ length: kh * kw }, (_, p) => {
    const [i, j] = [Math.floor(p / kw), p % kw]
    return onnx.node('Slice', [padded, onnx.ints([i, j]), onnx.ints([i + high, j + wide]), onnx.ints([1, 2])])
  })
  const rows = onnx.node('Reshape', [onnx.node('Concat', windows, { axis: 3 }), onnx.ints([n * high * wide, kh * kw * c])])
  const columns = onnx.node('Reshape', [onnx.node('Transpose', [weight], { perm: [0, 2, 3, 1] }), onnx.ints([k, kh * kw * c])])
  const product = onnx.node('Reshape', [onnx.node('Gemm', [rows, columns], { transB: 1 }), onnx.ints([n, high, wide, k])])
  return onnx.node('Transpose', [product], { perm: [0, 3, 1, 2] })
}

/** [K, C, kh, kw] to [C, K, kh, kw] turned by 180°. Turning is a product with the exchange matrix: Slice with steps of -1 takes four times as long. */
function turnKernel(onnx: OnnxBuilder, w: string, [k = 1, c = 1, kh = 1, kw = 1]: readonly number[]): string {
  const size = kh * kw
  if (size === 1) return onnx.node('Transpose', [w], { perm: [1, 0, 2, 3] })
  const exchange = Float32Array.from({ length: size * size }, (_, i) => (Math.floor(i / size) + (i % size) === size - 1 ? 1 : 0))
  const turned = onnx.node('MatMul', [onnx.node('Reshape', [w, onnx.ints([k * c, size])]), onnx.floats(exchange, [size, size])])
  const swapped = onnx.node('Transpose', [onnx.node('Reshape', [turned, onnx.ints([k, c, size])])], { perm: [1, 0, 2] })
  return onnx.node('Reshape', [swapped, onnx.ints([c, k, kh, kw])])
}

/**
 * dL/dx of a convolution. Stride 1: a convolution of dy with the kernel turned by 180° and its channel axes swapped
 * (350-430 GFLOP/s on two cores where ConvTranspose is slower). Other strides: ConvTranspose.
 */
export function lowerInputGradient({ onnx, inputs: [dy = '', w = ''], inputShapes, attributes: { stride, padding, inputShape } }: LoweringContext<'conv2dInputGradient'>): string[] {
  const [, , dyHigh = 1, dyWide = 1] = fixedShape(inputShapes[0] ?? [], 'conv2dInputGradient')
  const [k = 1, c = 1, kh = 1, kw = 1] = fixedShape(inputShapes[1] ?? [], 'conv2dInputGradient')
  const [, , high = 1, wide = 1] = inputShape
  const tiles = onnx.winograd && stride[0] === 1 && stride[1] === 1 ? tiling(inputShape, [k, c, kh, kw], padding) : undefined
  if (tiles) return [inputGradient(onnx, dy, w, tiles)]
  if (stride[0] === 1 && stride[1] === 1 && padding[0] < kh && padding[1] < kw) {
    const swapped = turnKernel(onnx, w, fixedShape(inputShapes[1] ?? [], 'conv2dInputGradient'))
    return [convolve(onnx, dy, swapped, fixedShape(inputShapes[0] ?? [], 'conv2dInputGradient'), [c, k, kh, kw], [kh - 1 - padding[0], kw - 1 - padding[1]])]
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
  const tiles = onnx.winograd && stride[0] === 1 && stride[1] === 1 ? tiling(fixedShape(inputShapes[0] ?? [], 'conv2dWeightGradient'), [k, c, kh, kw], padding) : undefined
  if (tiles) return [weightGradient(onnx, x, dy, tiles)]
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
