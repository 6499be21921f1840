/** A resize of one axis, seen from both sides; weights zero-padded. */
export interface AxisWeights {
  /** For each input position: the first output position it reaches, and its weight in `reach` outputs from there. */
  readonly reach: number
  readonly start: Int32Array
  readonly weights: Float32Array
  /** For each output position: the first input position it is made of, and the weights of `taps` inputs from there. */
  readonly taps: number
  readonly from: Int32Array
  readonly parts: Float32Array
}

const cached = new Map<string, AxisWeights>()

/**
 * Weights of an antialiased bilinear (triangle filter) resize of one axis with half-pixel centres, as PyTorch's
 * upsample_bilinear2d_aa (aten/src/ATen/native/cpu/UpSampleKernel.cpp), which torchvision's Resize(antialias=True) calls.
 * The filter widens by the scale when shrinking; enlarging is plain bilinear with renormalized borders.
 */
export function axisWeights(from: number, to: number): AxisWeights {
  const key = `${from}>${to}`
  const known = cached.get(key)
  if (known) return known
  const scale = from / to
  const support = Math.max(1, scale)
  const found = Array.from({ length: from }, (): { out: number; weight: number }[] => [])
  for (let out = 0; out < to; out++) {
    const centre = scale * (out + 0.5)
    const first = Math.max(Math.trunc(centre - support + 0.5), 0)
    const end = Math.min(Math.trunc(centre + support + 0.5), from)
    const raw = Array.from({ length: end - first }, (_, tap) => Math.max(0, 1 - Math.abs((first + tap - centre + 0.5) / support)))
    const total = raw.reduce((sum, weight) => sum + weight, 0)
    raw.forEach((weight, tap) => { if (weight > 0) found[first + tap]!.push({ out, weight: weight / total }) })
  }
  const reach = Math.max(...found.map((outs) => outs.length))
  const start = new Int32Array(from)
  const weights = new Float32Array(from * reach)
  const made: { position: number; weight: number }[][] = Array.from({ length: to }, () => [])
  found.forEach((outs, position) => {
    // Near the far border fewer outputs are reached: shift, so that `reach` outputs always exist.
    start[position] = Math.max(0, Math.min(outs[0]?.out ?? 0, to - reach))
    for (const { out, weight } of outs) {
      weights[position * reach + out - start[position]!] = weight
      made[out]!.push({ position, weight })
    }
  })
  const taps = Math.max(...made.map((inputs) => inputs.length))
  const first = new Int32Array(to)
  const parts = new Float32Array(to * taps)
  made.forEach((inputs, out) => {
    first[out] = Math.max(0, Math.min(inputs[0]?.position ?? 0, from - taps))
    for (const { position, weight } of inputs) parts[out * taps + position - first[out]!] = weight
  })
  const axis = { reach, start, weights, taps, from: first, parts }
  if (cached.size >= 64) cached.clear()
  cached.set(key, axis)
  return axis
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
  for (let plane = 0; plane < planes; plane++) {
    const target = plane * toHeight * toWidth
    for (let y = 0; y < height; y++) {
      const line = (plane * height + y) * width
      for (let x = 0; x < width; x++) {
        const value = data[line + x]!
        // Event frames are mostly zeros.
        if (value === 0) continue
        const column = target + columns.start[x]!
        for (let i = 0; i < rows.reach; i++) {
          const weighted = value * rows.weights[y * rows.reach + i]!
          if (weighted === 0) continue
          const at = column + (rows.start[y]! + i) * toWidth
          for (let j = 0; j < columns.reach; j++) out[at + j] = out[at + j]! + weighted * columns.weights[x * columns.reach + j]!
        }
      }
    }
  }
  return out
}
