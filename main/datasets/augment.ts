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
 * Copies `planes` images [height, width] from `from` at `at` to `to` at `toAt`, changed: box (bilinear), roll, crop, flip, rotation or shear, hole.
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
  transform: Transform,
  scale: PlaneScale,
): void {
  const { flip, hole, crop, box, affine } = transform
  const rows = axisMap(height, transform.dy, crop?.y ?? 0, false)
  const columns = axisMap(width, transform.dx, crop?.x ?? 0, flip)
  const boxed = box && new Float32Array(height * width)
  for (let plane = 0; plane < planes; plane++) {
    const factor = scale.factor[plane % scale.factor.length]!
    const offset = scale.offset[plane % scale.offset.length]!
    const start = at + plane * height * width
    if (boxed && box) resizeBox(from, start, width, box, boxed, height, width)
    const source = boxed ?? from
    const base = boxed ? 0 : start
    if (affine) turn(source, base, to, toAt + plane * height * width, rows, columns, affine, factor, offset)
    for (let y = 0; !affine && y < height; y++) {
      const target = toAt + (plane * height + y) * width
      const row = rows[y]!
      if (row < 0) {
        to.fill(offset, target, target + width)
        continue
      }
      const line = base + row * width
      for (let x = 0; x < width; x++) {
        const column = columns[x]!
        to[target + x] = column < 0 ? offset : source[line + column]! * factor + offset
      }
    }
    if (hole)
      for (let y = hole.y0; y < hole.y1; y++)
        to.fill(offset, toAt + (plane * height + y) * width + hole.x0, toAt + (plane * height + y) * width + hole.x1)
  }
}

/** Copies one plane, rotated or sheared around its centre; each pixel takes the nearest one, or the empty value outside. */
function turn(
  from: Float32Array | Uint16Array | Uint8Array, base: number, to: Float32Array, toAt: number,
  rows: Int32Array, columns: Int32Array, { yy, yx, xy, xx }: NonNullable<Transform['affine']>, factor: number, offset: number,
): void {
  const [height, width] = [rows.length, columns.length]
  const [cy, cx] = [(height - 1) / 2, (width - 1) / 2]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = rows[Math.round(yy * (y - cy) + yx * (x - cx) + cy)] ?? -1
      const column = columns[Math.round(xy * (y - cy) + xx * (x - cx) + cx)] ?? -1
      to[toAt + y * width + x] = row < 0 || column < 0 ? offset : from[base + row * width + column]! * factor + offset
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
  for (let y = 0; y < height; y++) {
    const [y0, y1, fy] = between(y, height, box.height)
    for (let x = 0; x < width; x++) {
      const [x0, x1, fx] = between(x, width, box.width)
      const value = (row: number, column: number): number => from[start + (box.y + row) * stride + box.x + column]!
      const upper = value(y0, x0) * (1 - fx) + value(y0, x1) * fx
      to[y * width + x] = upper * (1 - fy) + (value(y1, x0) * (1 - fx) + value(y1, x1) * fx) * fy
    }
  }
}

/** The two positions that a position of the result lies between, and how near it is to the second. */
function between(position: number, size: number, boxed: number): [number, number, number] {
  const place = Math.min(Math.max(((position + 0.5) * boxed) / size - 0.5, 0), boxed - 1)
  const lower = Math.floor(place)
  return [lower, Math.min(lower + 1, boxed - 1), place - lower]
}
