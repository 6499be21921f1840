import type { OnnxBuilder } from '../onnx/builder.ts'

/**
 * Winograd's minimal filtering F(m, 3) (Lavin & Gray 2016): m outputs of a correlation with 3 weights from m + 2 products,
 * y = Aᵀ [(G g) ∘ (Bᵀ d)], as the transpose of Toom-Cook's multiplication of polynomials at the given points and infinity:
 * Aᵀ[j][i] = p_i^j, G[i][k] = p_i^k / prod over l != i of (p_i - p_l), Bᵀ[i] the coefficients of prod over l != i of (x - p_l).
 */
export interface Filtering {
  /** Outputs of one tile along one axis. */
  readonly m: number
  /** Inputs and products of one tile along one axis: m + 2. */
  readonly n: number
  /** [m][n] */
  readonly a: readonly (readonly number[])[]
  /** [n][n] */
  readonly b: readonly (readonly number[])[]
  /** [n][3] */
  readonly g: readonly (readonly number[])[]
}

/**
 * Points by tile size. Relative rounding error of 256 channels of spikes, root mean square: 2: 3.3e-7, as the plain sum's; 3: 1.0e-6;
 * 4: 1.1e-6 (with the usual 0, 1, -1, 2, -2: 2.5e-6).
 */
const POINTS: Readonly<Record<2 | 3 | 4, readonly number[]>> = { 2: [0, 1, -1], 3: [0, 0.75, -1, 1.5], 4: [0, 0.75, -0.75, 1.5, -1.5] }

function coefficients(roots: readonly number[]): number[] {
  return roots.reduce<number[]>((poly, root) => [...poly, 0].map((_, i) => (poly[i - 1] ?? 0) - root * (poly[i] ?? 0)), [1])
}

export function filtering(m: 2 | 3 | 4): Filtering {
  const points = POINTS[m]
  const n = m + 2
  const others = (i: number): number[] => points.filter((_, l) => l !== i)
  const finite = (row: number, width: number, at: number): number[] => Array.from({ length: width }, (_, j) => (row < points.length ? (points[row] ?? 0) ** j : Number(j === at)))
  return {
    m, n,
    a: Array.from({ length: m }, (_, j) => Array.from({ length: n }, (_, i) => finite(i, m, m - 1)[j] ?? 0)),
    g: Array.from({ length: n }, (_, i) => finite(i, 3, 2).map((value) => (i < points.length ? value / others(i).reduce((product, p) => product * ((points[i] ?? 0) - p), 1) : value))),
    b: Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => coefficients(i < points.length ? others(i) : points)[j] ?? 0)),
  }
}

/** A correlation of [N, C, h, w] with [K, C, 3, 3], stride 1, cut into tiles. */
export interface Tiling {
  readonly filter: Filtering
  readonly sizes: { readonly n: number; readonly c: number; readonly k: number }
  /** Images that are computed together, one part after the other: what is multiplied is larger than the images. */
  readonly parts: readonly number[]
  /** Of the input, of the output, and tiles, down and across. */
  readonly input: readonly [number, number]
  readonly output: readonly [number, number]
  readonly tiles: readonly [number, number]
  readonly padding: readonly [number, number]
  /** Whether an image is transformed along both axes at once, by one matrix: fewer passes, more work, faster for tiny images. */
  readonly whole: boolean
}

/** Pixels up to which one matrix for both axes is faster (512 channels, 6x6: 61 against 66 ms; 12x12: 211 against 190 ms). */
const WHOLE = 36
/** Tiles below which transforming the kernels is not worth it. */
const FEW_TILES = 64
/** Products of a part, at most: 64 MB (two cores share a cache of 32 MB). */
const PART = 16_777_216
/**
 * Work of the transforms for each channel and pixel, per pixel of an image's width, in multiply-accumulates of a convolution; from measured
 * times: 64 to 128 channels, 48x48, are as fast as the convolution; 128 to 256, 24x24, 1.8 times; 512, 12x12, 2.4 times as fast.
 */
const TRANSFORM_WORK = 6

/** How to tile a correlation with stride 1 so that it pays; undefined where it doesn't. */
export function tiling([n = 1, c = 1, high = 1, wide = 1]: readonly number[], [k = 1, , kh, kw]: readonly number[], padding: readonly [number, number]): Tiling | undefined {
  if (kh !== 3 || kw !== 3) return undefined
  const output = [high + 2 * padding[0] - 2, wide + 2 * padding[1] - 2] as const
  const tilesOf = (m: number): [number, number] => [Math.ceil(output[0] / m), Math.ceil(output[1] / m)]
  const products = (m: number): number => tilesOf(m)[0] * tilesOf(m)[1] * (m + 2) ** 2
  const m = ([4, 3, 2] as const).reduce((best, other) => (products(other) < products(best) ? other : best))
  const tiles = tilesOf(m)
  const pixels = output[0] * output[1]
  const work = (products(m) / pixels) * c * k + TRANSFORM_WORK * wide * (c + k)
  if (n * tiles[0] * tiles[1] < FEW_TILES || 9 * c * k < 1.25 * work) return undefined
  const each = tiles[0] * tiles[1] * (m + 2) ** 2 * Math.max(c, k)
  const count = Math.min(n, Math.ceil((n * each) / PART))
  const parts = Array.from({ length: count }, (_, i) => Math.floor(((i + 1) * n) / count) - Math.floor((i * n) / count))
  return { filter: filtering(m), sizes: { n, c, k }, parts, input: [high, wide], output, tiles, padding, whole: pixels <= WHOLE }
}

type Matrix = { readonly data: Float32Array; readonly shape: readonly [number, number] }

function matrix(rows: number, columns: number, value: (row: number, column: number) => number): Matrix {
  return { data: Float32Array.from({ length: rows * columns }, (_, i) => value(Math.floor(i / columns), i % columns)), shape: [rows, columns] }
}

/** Products (p, tile) of the inputs y of one axis: Bᵀ at each tile's place. */
const inputMatrix = ({ m, n, b }: Filtering, size: number, tiles: number, padding: number): Matrix =>
  matrix(n * tiles, size, (row, y) => b[Math.floor(row / tiles)]?.[y - (m * (row % tiles) - padding)] ?? 0)

/** Products (p, tile) that the outputs y of one axis are made of: A at each tile's place. */
const outputMatrix = ({ m, n, a }: Filtering, size: number, tiles: number): Matrix =>
  matrix(n * tiles, size, (row, y) => (Math.floor(y / m) === row % tiles ? (a[y % m]?.[Math.floor(row / tiles)] ?? 0) : 0))

/** Both axes at once: rows (p, q, tile, tile'), columns (y, x). */
function both(n: number, tiles: readonly [number, number], down: Matrix, across: Matrix): Matrix {
  const [width, each] = [across.shape[1], tiles[0] * tiles[1]]
  return matrix(n * n * each, down.shape[1] * width, (row, column) => {
    const [position, tile] = [Math.floor(row / each), row % each]
    const y = Math.floor(position / n) * tiles[0] + Math.floor(tile / tiles[1])
    const x = (position % n) * tiles[1] + (tile % tiles[1])
    return (down.data[y * down.shape[1] + Math.floor(column / width)] ?? 0) * (across.data[x * width + (column % width)] ?? 0)
  })
}

/**
 * Forward or backward. onnxruntime 1.30 gives a value the memory of a dead one of the same shape and keeps it allocated in between: what
 * a forward pass is done with would stay until the backward pass. Backward values therefore have one more axis, of size 1
 * (VGGSNN, batch 4: 1.26 GB planned for a step with equal shapes).
 */
type Pass = 'forward' | 'backward'

const shaped = (onnx: OnnxBuilder, value: string, shape: readonly number[], pass: Pass): string => onnx.node('Reshape', [value, onnx.ints(pass === 'forward' ? shape : [1, ...shape])])

/** A product of two matrices of which one is read transposed (without a copy: onnxruntime fuses the Transpose). */
function times(onnx: OnnxBuilder, [a, shapeA]: readonly [string, readonly number[]], [b, shapeB]: readonly [string, readonly number[]], transposed: 'a' | 'b', pass: Pass): string {
  const [left, right] = [shaped(onnx, a, shapeA, pass), shaped(onnx, b, shapeB, pass)]
  if (pass === 'forward') return onnx.node('Gemm', [left, right], { [transposed === 'a' ? 'transA' : 'transB']: 1 })
  const turned = (value: string): string => onnx.node('Transpose', [value], { perm: [0, 2, 1] })
  return onnx.node('MatMul', transposed === 'a' ? [turned(left), right] : [left, turned(right)])
}

const constant = (onnx: OnnxBuilder, { data, shape }: Matrix): string => onnx.floats(data, shape)

/** Shape of what is multiplied: position, tile, position', (tile', image), channel, or positions, (tiles, image), channel. */
function productShape({ filter: { n }, tiles, whole, sizes }: Tiling, channels: number): number[] {
  return whole ? [n * n, tiles[0] * tiles[1] * sizes.n, channels] : [n, tiles[0], n, tiles[1] * sizes.n, channels]
}

/** [N, channels, size] to products, by matrices for the two axes. */
function scatter(onnx: OnnxBuilder, x: string, tiling: Tiling, channels: number, down: Matrix, across: Matrix, pass: Pass): string {
  const { filter: { n }, tiles, sizes, whole } = tiling
  const rows = sizes.n * channels
  const apply = (by: Matrix, value: string, columns: number): string => times(onnx, [constant(onnx, by), by.shape], [value, [columns, by.shape[1]]], 'b', pass)
  const products = whole ? apply(both(n, tiles, down, across), x, rows) : apply(down, apply(across, x, rows * down.shape[1]), across.shape[0] * rows)
  return shaped(onnx, products, productShape(tiling, channels), pass)
}

/** Products to [N, channels, size]. */
function gather(onnx: OnnxBuilder, products: string, tiling: Tiling, channels: number, down: Matrix, across: Matrix, pass: Pass): string {
  const { filter: { n }, tiles, sizes, whole } = tiling
  const rows = sizes.n * channels
  const apply = (by: Matrix, value: string, columns: number): string => times(onnx, [value, [by.shape[0], columns]], [constant(onnx, by), by.shape], 'a', pass)
  const y = whole ? apply(both(n, tiles, down, across), products, rows) : apply(across, apply(down, products, across.shape[0] * rows), rows * down.shape[1])
  return onnx.node('Reshape', [y, onnx.ints([sizes.n, channels, down.shape[1], across.shape[1]])])
}

function axes({ filter, tiles, padding, input, output }: Tiling) {
  return {
    input: [inputMatrix(filter, input[0], tiles[0], padding[0]), inputMatrix(filter, input[1], tiles[1], padding[1])] as const,
    output: [outputMatrix(filter, output[0], tiles[0]), outputMatrix(filter, output[1], tiles[1])] as const,
  }
}

const kernelMatrix = ({ n, g }: Filtering): Matrix => matrix(n * n, 9, (row, column) => (g[Math.floor(row / n)]?.[Math.floor(column / 3)] ?? 0) * (g[row % n]?.[column % 3] ?? 0))

/** The last two axes of products swapped. */
function swapped(onnx: OnnxBuilder, x: string, whole: boolean, pass: Pass): string {
  const rank = (whole ? 3 : 5) + (pass === 'forward' ? 0 : 1)
  return onnx.node('Transpose', [x], { perm: Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i)) })
}

/** [K, C, 3, 3] to its products [positions, K, C]. */
function kernelProducts(onnx: OnnxBuilder, weight: string, { filter, sizes: { c, k }, whole }: Tiling, pass: Pass): string {
  const matrix = kernelMatrix(filter)
  const products = times(onnx, [constant(onnx, matrix), matrix.shape], [weight, [k * c, 9]], 'b', pass)
  return shaped(onnx, products, whole ? [filter.n ** 2, k, c] : [filter.n, 1, filter.n, k, c], pass)
}

/** The parts of images [N, ...], each with its tiling. */
function apart(onnx: OnnxBuilder, value: string, shape: readonly number[], tiling: Tiling, pass: Pass): { value: string; part: Tiling }[] {
  const { parts, sizes } = tiling
  if (parts.length === 1) return [{ value, part: tiling }]
  const split = (): string[] => onnx.nodes('Split', [shaped(onnx, value, shape, pass), onnx.ints(parts)], parts.length, { axis: pass === 'forward' ? 0 : 1 })
  const values = onnx.once(`parts of ${value}`, () => split().join()).split(',')
  return parts.map((n, i) => ({ value: values[i] ?? '', part: { ...tiling, sizes: { ...sizes, n } } }))
}

/** Parts [n, ...] as one [N, ...]. */
function together(onnx: OnnxBuilder, values: readonly string[], parts: readonly number[], shape: readonly number[], pass: Pass): string {
  if (values.length === 1) return values[0] ?? ''
  const joined = onnx.node('Concat', values.map((value, i) => shaped(onnx, value, [parts[i] ?? 0, ...shape.slice(1)], pass)), { axis: pass === 'forward' ? 0 : 1 })
  return onnx.node('Reshape', [joined, onnx.ints(shape)])
}

const inputShape = ({ sizes: { n, c }, input }: Tiling): number[] => [n, c, ...input]
const outputShape = ({ sizes: { n, k }, output }: Tiling): number[] => [n, k, ...output]

/** x [N, C, h, w] correlated with the weight [K, C, 3, 3]. */
export function forward(onnx: OnnxBuilder, x: string, weight: string, tiling: Tiling): string {
  const { input, output } = axes(tiling)
  // onnxruntime runs what stands first last: the kernels are transformed when they are needed, not all of them ahead.
  const kernels = swapped(onnx, kernelProducts(onnx, weight, tiling, 'forward'), tiling.whole, 'forward')
  const outputs = apart(onnx, x, inputShape(tiling), tiling, 'forward').map(({ value, part }) => {
    const product = onnx.node('MatMul', [scatter(onnx, value, part, part.sizes.c, ...input, 'forward'), kernels])
    return gather(onnx, product, part, part.sizes.k, ...output, 'forward')
  })
  return together(onnx, outputs, tiling.parts, outputShape(tiling), 'forward')
}

/** dy [N, K, h, w] as products. Both gradients start with them; of several parts they are computed twice rather than kept from one to the other. */
function slopes(onnx: OnnxBuilder, dy: string, part: Tiling): string {
  const build = (): string => scatter(onnx, dy, part, part.sizes.k, ...axes(part).output, 'backward')
  return part.parts.length === 1 ? onnx.once(`winograd of ${dy}`, build) : build()
}

/** dL/dx, the transpose of each part of `forward` in the reverse order. */
export function inputGradient(onnx: OnnxBuilder, dy: string, weight: string, tiling: Tiling): string {
  const kernels = kernelProducts(onnx, weight, tiling, 'backward')
  const outputs = apart(onnx, dy, outputShape(tiling), tiling, 'backward').map(({ value, part }) => {
    const product = onnx.node('MatMul', [slopes(onnx, value, part), kernels])
    return gather(onnx, product, part, part.sizes.c, ...axes(part).input, 'backward')
  })
  return together(onnx, outputs, tiling.parts, inputShape(tiling), 'backward')
}

/** dL/dw: the products of x and dy multiplied and summed over images and tiles, then Gᵀ from both sides. */
export function weightGradient(onnx: OnnxBuilder, x: string, dy: string, tiling: Tiling): string {
  const { filter, sizes: { c, k }, whole } = tiling
  // x in the parts that the forward pass made of it, where it did: they are kept, not x.
  const values = apart(onnx, x, inputShape(tiling), tiling, 'backward')
  const summed = apart(onnx, dy, outputShape(tiling), tiling, 'backward').map(({ value, part }, i) => {
    const product = onnx.node('MatMul', [swapped(onnx, slopes(onnx, value, part), whole, 'backward'), scatter(onnx, values[i]?.value ?? '', part, c, ...axes(part).input, 'backward')])
    return whole ? product : onnx.node('ReduceSum', [product, onnx.ints([2])], { keepdims: 0 })
  })
  const total = summed.reduce((sum, one) => onnx.node('Add', [sum, one]))
  const matrix = kernelMatrix(filter)
  return onnx.node('Reshape', [times(onnx, [total, [filter.n ** 2, k * c]], [constant(onnx, matrix), matrix.shape], 'a', 'backward'), onnx.ints([k, c, 3, 3])])
}
