/** For each output position of one axis: the first input position and `taps` weights (zero-padded). */
interface AxisWeights {
  readonly taps: number
  readonly start: Int32Array
  readonly weights: Float32Array
}

const cached = new Map<string, AxisWeights>()

/**
 * Weights of an antialiased bilinear (triangle filter) resize of one axis with half-pixel centres, as PyTorch's
 * upsample_bilinear2d_aa (aten/src/ATen/native/cpu/UpSampleKernel.cpp), which torchvision's Resize(antialias=True) calls.
 * The filter widens by the scale when shrinking; enlarging is plain bilinear with renormalized borders.
 */
function axisWeights(from: number, to: number): AxisWeights {
  const key = `${from}>${to}`
  const known = cached.get(key)
  if (known) return known
  const scale = from / to
  const support = Math.max(1, scale)
  const taps = Math.min(from, Math.ceil(support) * 2 + 1)
  const start = new Int32Array(to)
  const weights = new Float32Array(to * taps)
  for (let out = 0; out < to; out++) {
    const centre = scale * (out + 0.5)
    const first = Math.max(Math.trunc(centre - support + 0.5), 0)
    const end = Math.min(Math.trunc(centre + support + 0.5), from)
    const raw = Array.from({ length: end - first }, (_, tap) => Math.max(0, 1 - Math.abs((first + tap - centre + 0.5) / support)))
    const total = raw.reduce((sum, weight) => sum + weight, 0)
    // Rows near the far border have fewer taps: shift them so that `taps` inputs always exist.
    start[out] = Math.min(first, from - taps)
    raw.forEach((weight, tap) => { weights[out * taps + (first - start[out]!) + tap] = weight / total })
  }
  const made = { taps, start, weights }
  if (cached.size >= 64) cached.clear()
  cached.set(key, made)
  return made
}

/**
 * Resizes `planes` images [height, width] lying one after the other; the same data back where the size stays.
 * @param from [height, width] of the input
 * @param to [height, width] of the output
 */
export function resizePlanes(data: Float32Array, planes: number, from: readonly [number, number], to: readonly [number, number]): Float32Array {
  const [height, width] = from
  const [toHeight, toWidth] = to
  if (height === toHeight && width === toWidth) return data
  const out = new Float32Array(planes * toHeight * toWidth)
  const columns = axisWeights(width, toWidth)
  const rows = axisWeights(height, toHeight)
  const narrow = new Float32Array(height * toWidth)
  for (let plane = 0; plane < planes; plane++) {
    resizeRows(data, plane * height * width, height, width, columns, narrow, toWidth)
    resizeColumns(narrow, toWidth, rows, out, plane * toHeight * toWidth, toHeight)
  }
  return out
}

/** Along x: [height, width] at `offset` of data to [height, toWidth]. */
function resizeRows(data: Float32Array, offset: number, height: number, width: number, axis: AxisWeights, out: Float32Array, toWidth: number): void {
  const { taps, start, weights } = axis
  for (let y = 0; y < height; y++) {
    const row = offset + y * width
    for (let x = 0; x < toWidth; x++) {
      const at = row + start[x]!
      let sum = 0
      for (let tap = 0; tap < taps; tap++) sum += data[at + tap]! * weights[x * taps + tap]!
      out[y * toWidth + x] = sum
    }
  }
}

/** Along y: [height, width] to [toHeight, width] at `offset` of out. */
function resizeColumns(data: Float32Array, width: number, axis: AxisWeights, out: Float32Array, offset: number, toHeight: number): void {
  const { taps, start, weights } = axis
  for (let y = 0; y < toHeight; y++) {
    const row = offset + y * width
    for (let tap = 0; tap < taps; tap++) {
      const weight = weights[y * taps + tap]!
      if (weight === 0) continue
      const from = (start[y]! + tap) * width
      for (let x = 0; x < width; x++) out[row + x] = out[row + x]! + data[from + x]! * weight
    }
  }
}
