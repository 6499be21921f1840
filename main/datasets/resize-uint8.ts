/** Pillow's fixed point: weights are rounded to 22 bits behind the point (32 less 8 for the value and 2 for overshoot). */
const bits = 22
const half = 1 << (bits - 1)

interface AxisWeights {
  /** First input of each output, and how many. */
  readonly first: Int32Array
  readonly taps: Int32Array
  /** [to, most taps], in units of 2^-22. */
  readonly weights: Int32Array
  readonly most: number
}

/** Triangle filter, widened by the scale when shrinking: precompute_coeffs and normalize_coeffs_8bpc of Pillow's src/libImaging/Resample.c. */
function axisWeights(from: number, to: number): AxisWeights {
  const scale = from / to
  const support = Math.max(1, scale)
  const most = Math.ceil(support) * 2 + 1
  const [first, taps, weights] = [new Int32Array(to), new Int32Array(to), new Int32Array(to * most)]
  for (let out = 0; out < to; out++) {
    const centre = (out + 0.5) * scale
    const begin = Math.max(Math.trunc(centre - support + 0.5), 0)
    const count = Math.min(Math.trunc(centre + support + 0.5), from) - begin
    const raw = Array.from({ length: count }, (_, tap) => Math.max(0, 1 - Math.abs((tap + begin - centre + 0.5) * (1 / support))))
    const total = raw.reduce((sum, weight) => sum + weight, 0)
    raw.forEach((weight, tap) => {
      weights[out * most + tap] = Math.trunc(0.5 + (weight / total) * (1 << bits))
    })
    first[out] = begin
    taps[out] = count
  }
  return { first, taps, weights, most }
}

/** Resizes lines that lie `stride` apart, their values `step` apart; both passes of Pillow round to whole numbers. */
function resizeAxis(data: Uint8Array, out: Uint8Array, lines: number, from: { stride: number; step: number }, to: { stride: number; step: number }, axis: AxisWeights): void {
  const { first, taps, weights, most } = axis
  for (let line = 0; line < lines; line++) {
    for (let o = 0; o < first.length; o++) {
      let sum = half
      for (let tap = 0; tap < taps[o]!; tap++) sum += data[line * from.stride + (first[o]! + tap) * from.step]! * weights[o * most + tap]!
      out[line * to.stride + o * to.step] = Math.max(0, Math.min(255, sum >> bits))
    }
  }
}

/**
 * Resizes frames by way of 8-bit images, as torchvision does it for PIL images: values 0..1 become whole numbers 0..255 (times 255,
 * cut off; larger values count as 1), Pillow's bilinear resize with antialiasing rounds after the rows and after the columns, and
 * the result is divided by 255. The same data back where the size stays.
 * @param from, to [height, width]
 */
export function resizePlanesUint8(data: Float32Array, planes: number, from: readonly [number, number], to: readonly [number, number]): Float32Array {
  const [height, width] = from
  const [toHeight, toWidth] = to
  if (height === toHeight && width === toWidth) return data
  const result = new Float32Array(planes * toHeight * toWidth)
  const columns = axisWeights(width, toWidth)
  const rows = axisWeights(height, toHeight)
  const image = new Uint8Array(height * width)
  const narrow = new Uint8Array(height * toWidth)
  const small = new Uint8Array(toHeight * toWidth)
  for (let plane = 0; plane < planes; plane++) {
    for (let i = 0; i < image.length; i++) image[i] = Math.max(0, Math.min(255, Math.trunc(data[plane * image.length + i]! * 255)))
    // Pillow skips the pass of an axis that stays as it is.
    if (width === toWidth) narrow.set(image)
    else resizeAxis(image, narrow, height, { stride: width, step: 1 }, { stride: toWidth, step: 1 }, columns)
    if (height === toHeight) small.set(narrow)
    else resizeAxis(narrow, small, toWidth, { stride: 1, step: toWidth }, { stride: 1, step: toWidth }, rows)
    for (let i = 0; i < small.length; i++) result[plane * small.length + i] = small[i]! / 255
  }
  return result
}
