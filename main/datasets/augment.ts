import type { Random } from '../random.ts'
import { drawDrop, type Drop } from './event-drop.ts'

/** Random changes of a training sample, the same for all T of it. */
export interface Augmentation {
  /** Mirror along the sensor's x axis with probability 1/2. */
  readonly flip: boolean
  /** Shift by independent whole numbers in [-roll, roll] along y and x; what leaves one side comes in on the other. */
  readonly roll: number
  /** Pad each side with so many black (event frames: empty) pixels, then cut out the frame's size anywhere (CIFAR: 4). */
  readonly crop?: number | undefined
  /** Blacken a square of this side around a random pixel, cut off at the borders (DeVries & Taylor 2017; CIFAR: 16). */
  readonly cutout?: number | undefined
  /** Cut out a part of 8 to 100 % of the area and of sides 3:4 to 4:3, and resize it to the frame (torchvision's RandomResizedCrop). */
  readonly resizedCrop?: boolean | undefined
  /**
   * Neuromorphic data augmentation (NDA; Li et al., ECCV 2022, and the authors' code): one of three with equal chance, a roll by up to
   * nda/6 pixels, a rotation or a shear along x by up to `nda` degrees, nearest pixel, empty outside. DVS-CIFAR10 30, N-Caltech101 15.
   * Flip, cutout and mix, which the paper names too, are choices of their own.
   */
  readonly nda?: number | undefined
  /** Events dropped by time, area or at random (event-drop.ts). */
  readonly eventDrop?: boolean | undefined
  /** Rectangles of samples exchanged within the batch, and labels with them (mix.ts). */
  readonly mix?: boolean | undefined
}

/** What one sample gets: drawn once, applied to every frame of it. */
export interface Transform {
  readonly flip: boolean
  readonly dy: number
  readonly dx: number
  /** Upper left corner of the crop in the frame; negative in the padding. */
  readonly crop?: { readonly y: number; readonly x: number } | undefined
  /** Rows y0 <= y < y1 and columns that are blackened. */
  readonly hole?: { readonly y0: number; readonly y1: number; readonly x0: number; readonly x1: number } | undefined
  /** The part that is resized to the frame. */
  readonly box?: { readonly y: number; readonly x: number; readonly height: number; readonly width: number } | undefined
  /** Where a pixel comes from, relative to the centre: (y, x) <- (yy y + yx x, xy y + xx x). */
  readonly affine?: { readonly yy: number; readonly yx: number; readonly xy: number; readonly xx: number } | undefined
  readonly drop?: Drop | undefined
}

/** Draws one sample's change, in this order: flip, shifts along y and x, crop, hole, box, NDA, dropped events. What is off draws nothing. */
export function drawTransform(augmentation: Augmentation, random: Random, height = 0, width = 0): Transform {
  const { roll, crop = 0, cutout = 0 } = augmentation
  const flip = augmentation.flip && random.uniform() < 0.5
  const within = (most: number): number => (most > 0 ? random.below(2 * most + 1) - most : 0)
  let [dy, dx] = [within(roll), within(roll)]
  const corner = crop > 0 ? { y: within(crop), x: within(crop) } : undefined
  const hole = cutout > 0 ? drawHole(cutout, random, height, width) : undefined
  const box = augmentation.resizedCrop ? drawBox(random, height, width) : undefined
  let affine: Transform['affine']
  const { nda = 0 } = augmentation
  if (nda > 0) {
    const kind = random.below(3)
    if (kind === 0) {
      const most = Math.round(nda / 6)
      dy += within(most)
      dx += within(most)
    } else {
      const angle = ((2 * random.uniform() - 1) * nda * Math.PI) / 180
      const [sin, cos] = [Math.sin(angle), Math.cos(angle)]
      affine = kind === 1 ? { yy: cos, yx: -sin, xy: sin, xx: cos } : { yy: 1, yx: 0, xy: Math.tan(angle), xx: 1 }
    }
  }
  const drop = augmentation.eventDrop ? drawDrop(random) : undefined
  return { flip, dy, dx, ...(affine && { affine }), ...(drop && { drop }), ...(corner && { crop: corner }), ...(hole && { hole }), ...(box && { box }) }
}

function drawHole(side: number, random: Random, height: number, width: number): NonNullable<Transform['hole']> {
  const [y, x] = [random.below(height), random.below(width)]
  const before = Math.floor(side / 2)
  return {
    y0: Math.max(0, y - before),
    y1: Math.min(height, y - before + side),
    x0: Math.max(0, x - before),
    x1: Math.min(width, x - before + side),
  }
}

/** torchvision's RandomResizedCrop.get_params: ten tries, then the whole frame. */
function drawBox(random: Random, height: number, width: number): NonNullable<Transform['box']> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = height * width * (0.08 + 0.92 * random.uniform())
    const ratio = Math.exp(Math.log(3 / 4) + Math.log(16 / 9) * random.uniform())
    const [w, h] = [Math.round(Math.sqrt(area * ratio)), Math.round(Math.sqrt(area / ratio))]
    if (w >= 1 && h >= 1 && w <= width && h <= height)
      return { y: random.below(height - h + 1), x: random.below(width - w + 1), height: h, width: w }
  }
  return { y: 0, x: 0, height, width }
}

/** Values of a plane are value * factor + offset where they come from the frame, and offset where they are padding or hole. */
export interface PlaneScale {
  readonly factor: ArrayLike<number>
  readonly offset: ArrayLike<number>
}

/**
 * For each pixel of the result the one of the frame that it is, -1 where it is empty: roll, crop, flip, rotation or shear, hole. It is
 * the same for all planes of a sample, and by far most of the work of an NDA batch where it is not kept (34 of 38 ms).
 */
export function pixelMap(height: number, width: number, { flip, dy, dx, crop, hole, affine }: Transform): Int32Array {
  const rows = axisMap(height, dy, crop?.y ?? 0, false)
  const columns = axisMap(width, dx, crop?.x ?? 0, flip)
  const map = new Int32Array(height * width)
  const [cy, cx] = [(height - 1) / 2, (width - 1) / 2]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      // Nearest pixel of what is turned around the centre.
      const row = affine ? (rows[Math.round(affine.yy * (y - cy) + affine.yx * (x - cx) + cy)] ?? -1) : rows[y]!
      const column = affine ? (columns[Math.round(affine.xy * (y - cy) + affine.xx * (x - cx) + cx)] ?? -1) : columns[x]!
      map[y * width + x] = row < 0 || column < 0 ? -1 : row * width + column
    }
  }
  if (hole) for (let y = hole.y0; y < hole.y1; y++) map.fill(-1, y * width + hole.x0, y * width + hole.x1)
  return map
}

/**
 * Copies `planes` images [height, width] from `from` at `at` to `to` at `toAt`, changed: box (bilinear), then what `map` says.
 * @param map pixelMap of the same transform
 * @param scale of plane i: entry i mod its length
 */
export function transformFrames(
  from: Float32Array | Uint16Array | Uint8Array,
  at: number,
  to: Float32Array,
  toAt: number,
  planes: number,
  height: number,
  width: number,
  { box }: Transform,
  map: Int32Array,
  scale: PlaneScale,
): void {
  const boxed = box && new Float32Array(height * width)
  for (let plane = 0; plane < planes; plane++) {
    const factor = scale.factor[plane % scale.factor.length]!
    const offset = scale.offset[plane % scale.offset.length]!
    const start = at + plane * height * width
    if (boxed && box) resizeBox(from, start, width, box, boxed, height, width)
    const source = boxed ?? from
    const base = boxed ? 0 : start
    const target = toAt + plane * height * width
    for (let i = 0; i < map.length; i++) {
      const pixel = map[i]!
      to[target + i] = pixel < 0 ? offset : source[base + pixel]! * factor + offset
    }
  }
}

/** For each position of the result: where it comes from, -1 from the padding. */
function axisMap(length: number, roll: number, crop: number, flip: boolean): Int32Array {
  const map = new Int32Array(length)
  for (let i = 0; i < length; i++) {
    const placed = (flip ? length - 1 - i : i) + crop
    map[i] = placed < 0 || placed >= length ? -1 : (((placed - roll) % length) + length) % length
  }
  return map
}

/** Bilinear with half-pixel centres; positions outside the box take its border. */
function resizeBox(
  from: ArrayLike<number>,
  start: number,
  stride: number,
  box: NonNullable<Transform['box']>,
  to: Float32Array,
  height: number,
  width: number,
): void {
  const columns = Array.from({ length: width }, (_, x) => between(x, width, box.width))
  const [left, right] = [Int32Array.from(columns, ([x0]) => box.x + x0), Int32Array.from(columns, ([, x1]) => box.x + x1)]
  const shares = Float64Array.from(columns, ([, , fx]) => fx)
  for (let y = 0; y < height; y++) {
    const [y0, y1, fy] = between(y, height, box.height)
    const [upper, lower] = [start + (box.y + y0) * stride, start + (box.y + y1) * stride]
    for (let x = 0; x < width; x++) {
      const [x0, x1, fx] = [left[x]!, right[x]!, shares[x]!]
      const above = from[upper + x0]! * (1 - fx) + from[upper + x1]! * fx
      to[y * width + x] = above * (1 - fy) + (from[lower + x0]! * (1 - fx) + from[lower + x1]! * fx) * fy
    }
  }
}

/** The two positions that a position of the result lies between, and how near it is to the second. */
function between(position: number, size: number, boxed: number): [number, number, number] {
  const place = Math.min(Math.max(((position + 0.5) * boxed) / size - 0.5, 0), boxed - 1)
  const lower = Math.floor(place)
  return [lower, Math.min(lower + 1, boxed - 1), place - lower]
}
