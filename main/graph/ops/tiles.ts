import type { OnnxBuilder, Rows } from '../onnx/builder.ts'
import { fixed, type Shape } from '../tensor.ts'
import { named, rowsOf } from './rows.ts'
import { type Filtering, filtering } from './winograd.ts'

/**
 * Convolutions of exported networks in Winograd's tiles. Those of training (winograd.ts) have weights that change and a batch that does not;
 * here the weights are constants, transformed once, and the batch is free: tiles are cut out of rows of pixels (rows.ts), and neurons
 * and average pools go on with the rows.
 */
export interface Tiling {
  readonly filter: Filtering
  /** Tiles down and across. */
  readonly tiles: readonly [number, number]
  readonly output: readonly [number, number]
}

export interface Convolution {
  /** [N, C, H, W] and [K, C, kh, kw] */
  readonly input: Shape
  readonly kernel: readonly number[]
  readonly stride: readonly [number, number]
  readonly padding: readonly [number, number]
}

/**
 * Tiles of m x m outputs. Rounding error relative to the outputs, root mean square, of 256 channels of spikes: Conv 1.2e-7, m = 2 3.3e-7, 3 1.2e-6,
 * 4 1.4e-6 (points and matrices: winograd.ts).
 */
export function tilingOf({ input: [, , high, wide], padding }: Pick<Convolution, 'input' | 'padding'>, m: 2 | 3 | 4): Tiling {
  const output = [fixed(high, 'tiles') + 2 * padding[0] - 2, fixed(wide, 'tiles') + 2 * padding[1] - 2] as const
  return { filter: filtering(m), tiles: [Math.ceil(output[0] / m), Math.ceil(output[1] / m)], output }
}

/**
 * What things cost in multiply-accumulates of a large product (about 90 a nanosecond on one core of a Zen 5), of measured times: those of
 * products of tiles, which are small; of transforms; a value that is copied; a weight that is fetched from memory.
 */
const COST = { product: 1.25, transform: 2, copy: 17, weight: 35 }
/** Share of the plain convolution's cost that tiles may cost at most. */
const PAYS = 0.9

/** How to compute a convolution in tiles so that it pays for a batch of one sample; undefined where it doesn't. */
export function tilesFor(convolution: Convolution): Tiling | undefined {
  const { input: [first], kernel: [k = 1, c = 1, kh, kw], stride, padding } = convolution
  const [high = 1, wide = 1] = convolution.input.slice(2).map((size, i) => fixed(size, 'tiles') + 2 * (padding[i] ?? 0))
  if (kh !== 3 || kw !== 3 || stride[0] !== 1 || stride[1] !== 1 || high < 3 || wide < 3) return undefined
  const images = typeof first === 'number' ? first : Number(first?.slice(0, -1) ?? 1)
  const cost = ({ filter: { m, n }, tiles, output }: Tiling): number => {
    const count = images * tiles[0] * tiles[1]
    const transforms = count * n ** 2 * (n ** 2 * c + m ** 2 * k)
    const copies = images * output[0] * output[1] * (3 * c + 2 * k)
    return COST.product * count * n ** 2 * c * k + COST.transform * transforms + COST.copy * copies + COST.weight * n ** 2 * c * k
  }
  const best = ([4, 3, 2] as const).map((m) => tilingOf(convolution, m)).reduce((one, other) => (cost(other) < cost(one) ? other : one))
  const plain = 9 * c * k * (images * best.output[0] * best.output[1] + COST.weight)
  return cost(best) < PAYS * plain ? best : undefined
}

const steps = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** The product of a matrix with itself, as Kronecker: rows and columns are places (down, across). */
function bothAxes(matrix: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(matrix.flatMap((down) => matrix.flatMap((across) => down.flatMap((y) => across.map((x) => y * x)))))
}

/** Of rows 0, 1, 2, 3: 0, 2, 1, 3. The four pixels of a 2x2 pool get as far apart as they can, each beside those of the same place. */
const evenFirst = <T>(rows: readonly T[]): T[][] => (rows.length % 2 === 0 ? [0, 1].map((odd) => rows.filter((_, i) => i % 2 === odd)) : [[...rows]])

/** Places of a tile's outputs (down · m + across) in the order of their rows. */
function placesInside(m: number): number[] {
  const halves = evenFirst(steps(m))
  return halves.flatMap((down) => halves.flatMap((across) => down.flatMap((y) => across.map((x) => y * m + x))))
}

/** [K, C, 3, 3] as factors of products: [positions, C, K], each G g Gᵀ, rounded once. */
function kernelProducts({ n, g }: Filtering, weight: Float32Array, [k = 1, c = 1]: readonly number[]): Float32Array {
  const products = new Float32Array(n * n * c * k)
  const at = (row: number, column: number): number => g[row]?.[column] ?? 0
  for (let p = 0; p < n; p++) {
    for (let q = 0; q < n; q++) {
      const factors = Float64Array.from(steps(9), (i) => at(p, Math.floor(i / 3)) * at(q, i % 3))
      for (let pair = 0; pair < k * c; pair++) {
        let sum = 0
        for (let i = 0; i < 9; i++) sum += (factors[i] ?? 0) * (weight[pair * 9 + i] ?? 0)
        products[((p * n + q) * c + (pair % c)) * k + Math.floor(pair / c)] = sum
      }
    }
  }
  return products
}

/** Rows of the inputs of all tiles, by position, then tile; those around the image are the row behind the last one. */
function inputRows({ filter: { m, n }, tiles: [down, across] }: Tiling, [top, left]: readonly [number, number], { size: [high, wide], rowOf, count }: Rows): number[] {
  return steps(n * n * down * across).map((i) => {
    const [position, tile] = [Math.floor(i / (down * across)), i % (down * across)]
    const row = Math.floor(tile / across) * m + Math.floor(position / n) - top
    const column = (tile % across) * m + (position % n) - left
    return row >= 0 && row < high && column >= 0 && column < wide ? (rowOf[row * wide + column] ?? 0) : count
  })
}

/** Rows of the outputs, by pixel. */
function outputRows({ filter: { m }, tiles: [down, across], output: [high, wide] }: Tiling, places: readonly number[]): number[] {
  return steps(high * wide).map((i) => {
    const [row, column] = [Math.floor(i / wide), i % wide]
    return places.indexOf((row % m) * m + (column % m)) * down * across + Math.floor(row / m) * across + Math.floor(column / m)
  })
}

/**
 * A convolution with a constant weight in tiles: y = Aᵀ [(G g Gᵀ) (Bᵀ d B)] A, products of all tiles, samples and timesteps at once for each of
 * the n² positions.
 * @param inputs x [N, C, H, W], weight and maybe a bias
 * @param weight its values
 * @returns [N, K, h, w], which has rows
 */
export function convolveInTiles(onnx: OnnxBuilder, [x = '', name = '', bias]: readonly string[], weight: Float32Array, { input, kernel, padding }: Convolution, tiling: Tiling): string {
  const [k = 1, c = 1] = kernel
  const { filter, tiles, output } = tiling
  const [positions, outputs] = [filter.n ** 2, filter.m ** 2]
  const from = rowsOf(onnx, x, input)
  const wanted = inputRows(tiling, padding, from)
  const transformed = onnx.within('transform', () => {
    const zeros = (): string => onnx.once(`zeros behind ${from.value}`, () => onnx.node('Pad', [from.value, onnx.ints([0, 0, 1, 0])]))
    const cut = onnx.node('Gather', [wanted.includes(from.count) ? zeros() : from.value, onnx.ints(wanted)], { axis: 0 })
    return onnx.node('MatMul', [onnx.floats(bothAxes(filter.b), [positions, positions]), onnx.node('Reshape', [cut, onnx.ints([positions, -1])])])
  })
  const factors = onnx.once(`products of ${name} in tiles of ${filter.m}`, () => onnx.floats(kernelProducts(filter, weight, kernel), [positions, c, k]))
  const products = onnx.within('products', () => onnx.node('MatMul', [onnx.node('Reshape', [transformed, onnx.ints([positions, -1, c])]), factors]))
  const places = placesInside(filter.m)
  const count = outputs * tiles[0] * tiles[1]
  const value = onnx.within('result', () => {
    const all = bothAxes(filter.a)
    const ordered = Float32Array.from(places.flatMap((place) => [...all.subarray(place * positions, (place + 1) * positions)]))
    const sums = onnx.node('MatMul', [onnx.floats(ordered, [outputs, positions]), onnx.node('Reshape', [products, onnx.ints([positions, -1])])])
    const pixels = onnx.node('Reshape', [sums, onnx.ints([count, -1, k])])
    return onnx.node('Reshape', [bias === undefined ? pixels : onnx.node('Add', [pixels, bias]), onnx.ints([count, -1])])
  })
  return named(onnx, { value, count, channels: k, size: output, rowOf: outputRows(tiling, places) })
}

/** A convolution in tiles where that pays; undefined where it doesn't, and where its weight is no constant. */
export function inTiles(onnx: OnnxBuilder, inputs: readonly string[], convolution: Convolution): string | undefined {
  const tiling = tilesFor(convolution)
  const weight = tiling && onnx.constant(inputs[1] ?? '')
  if (!weight) return undefined
  onnx.tiled.push(onnx.label)
  return convolveInTiles(onnx, inputs, weight, convolution, tiling)
}
