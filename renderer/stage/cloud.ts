import type { Chunk } from './chunks.ts'
import { onBit, rangeOf } from './packed.ts'
import type { Palette, Rgb } from './palettes.ts'

/** Where the x-y-t cloud is looked at from: radians around the vertical and the horizontal axis, and a magnification. */
export interface Camera {
  readonly yaw: number
  readonly pitch: number
  readonly zoom: number
}

export const initialCamera: Camera = { yaw: -0.65, pitch: 0.32, zoom: 1 }

/** The time axis, as a multiple of the sensor's longer side. */
export const timeLength = 1.6
const distance = 4.2
const lens = 3.7
const depthScale = 1.05

/** Turned and magnified, kept upright and in sight. */
export function orbited({ yaw, pitch, zoom }: Camera, dYaw: number, dPitch: number, factor = 1): Camera {
  return {
    yaw: (yaw + dYaw) % (2 * Math.PI),
    pitch: Math.max(-Math.PI / 2, Math.min(Math.PI / 2, pitch + dPitch)),
    zoom: Math.max(0.4, Math.min(8, zoom * factor)),
  }
}

/**
 * Takes (x, y, age, 1) to clip coordinates: x, y in pixels, age as a fraction of the window, 0 the newest. Column-major, as
 * WebGL has it. The newest events are the near end of the box; y runs down, as on the sensor.
 * @param sensor [width, height] @param view [width, height] of the canvas
 */
export function cloudTransform(camera: Camera, sensor: readonly [number, number], view: readonly [number, number]): Float32Array {
  const longer = Math.max(...sensor)
  const [halfX, halfY, halfT] = [sensor[0] / longer / 2, sensor[1] / longer / 2, timeLength / 2]
  const [sinYaw, cosYaw, sinPitch, cosPitch] = [Math.sin(camera.yaw), Math.cos(camera.yaw), Math.sin(camera.pitch), Math.cos(camera.pitch)]
  // The picture's shorter side sees the whole box.
  const scale = lens * camera.zoom
  const [scaleX, scaleY] = view[0] > view[1] ? [(scale * view[1]) / view[0], scale] : [scale, (scale * view[0]) / view[1]]
  /** A direction of the box in camera axes: right, up, towards the eye. */
  const turned = (x: number, y: number, z: number) => {
    const [right, away] = [x * cosYaw + z * sinYaw, -x * sinYaw + z * cosYaw]
    return [right, y * cosPitch - away * sinPitch, y * sinPitch + away * cosPitch] as const
  }
  const columns = [turned(1 / longer, 0, 0), turned(0, -1 / longer, 0), turned(0, 0, -timeLength), turned(-halfX, halfY, halfT)]
  const matrix = new Float32Array(16)
  columns.forEach(([right, up, near], column) => {
    const last = column === 3 ? 1 : 0
    matrix[column * 4] = right * scaleX
    matrix[column * 4 + 1] = up * scaleY
    // Depth grows away from the eye; the box lies well within -1..1 after the division by w.
    matrix[column * 4 + 2] = -near * depthScale
    matrix[column * 4 + 3] = last * distance - near
  })
  return matrix
}

/** A point of the box on the canvas, in pixels from the upper left. @param age fraction of the window */
export function projected(matrix: Float32Array, view: readonly [number, number], x: number, y: number, age: number): [number, number] {
  const row = (index: number) => matrix[index]! * x + matrix[4 + index]! * y + matrix[8 + index]! * age + matrix[12 + index]!
  const w = row(3)
  return [(row(0) / w / 2 + 0.5) * view[0], (0.5 - row(1) / w / 2) * view[1]]
}

/** Size of a point for `gl_PointSize = size / w`: one and a half sensor pixels, so that sparse clouds can be seen. */
export function pointSize(camera: Camera, sensor: readonly [number, number], view: readonly [number, number]): number {
  return (lens * camera.zoom * 0.75 * Math.min(...view)) / Math.max(...sensor)
}

const shades = 64

/** The colours of events by polarity and age, as little-endian RGBA words: [polarity * shades + age]. */
function shadeTable(palette: Palette): Uint32Array {
  const word = (color: Rgb) => color.reduce((sum, channel, index) => sum + Math.round(channel * 255) * 2 ** (index * 8), 255 * 2 ** 24)
  const table = new Uint32Array(shades * 2 + 1)
  for (const [polarity, hue] of [palette.off, palette.on].entries())
    for (let age = 0; age < shades; age++) {
      const fade = (0.65 * (age + 0.5)) / shades
      const mixed = hue.map((channel, index) => channel + (palette.background[index]! - channel) * fade)
      table[polarity * shades + age] = word(mixed as unknown as Rgb)
    }
  table[shades * 2] = word(palette.background)
  return table
}

/**
 * Draws the cloud on the CPU, as cloudVertex does on the GPU: for software drivers, which need a hundred times as long for a
 * point. The picture is RGBA, row 0 on top.
 */
export class CloudPainter {
  #width = 0
  #height = 0
  #words = new Uint32Array(0)
  #depth = new Float32Array(0)

  /** The picture's bytes. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#words.buffer)
  }

  /**
   * @param every draws each n-th event only
   * @returns how many events lie in the window
   */
  paint(
    chunks: readonly Chunk[],
    window: readonly [from: number, to: number],
    matrix: Float32Array,
    size: number,
    sensor: readonly [number, number],
    view: readonly [number, number],
    palette: Palette,
    every = 1,
  ): number {
    if (this.#width !== view[0] || this.#height !== view[1]) {
      ;[this.#width, this.#height] = view
      this.#words = new Uint32Array(view[0] * view[1])
      this.#depth = new Float32Array(view[0] * view[1])
    }
    const table = shadeTable(palette)
    this.#words.fill(table[shades * 2]!)
    this.#depth.fill(Infinity)
    let shown = 0
    for (const chunk of chunks) {
      const [first, end] = rangeOf(chunk, ...window)
      shown += end - first
      this.#chunk(chunk, first, end, window, matrix, size, sensor, table, every)
    }
    return shown
  }

  #chunk(
    chunk: Chunk,
    first: number,
    end: number,
    [from, to]: readonly [number, number],
    m: Float32Array,
    size: number,
    [sensorWidth, sensorHeight]: readonly [number, number],
    table: Uint32Array,
    every: number,
  ): void {
    const { events } = chunk
    const [width, height, words, depth] = [this.#width, this.#height, this.#words, this.#depth]
    const until = Math.floor(to) >>> 0
    const perMicrosecond = 1 / (Math.floor(to) - Math.floor(from))
    const [xx, xy, xt, x1] = [m[0]!, m[4]!, m[8]!, m[12]! + (m[0]! + m[4]!) / 2]
    const [yx, yy, yt, y1] = [m[1]!, m[5]!, m[9]!, m[13]! + (m[1]! + m[5]!) / 2]
    const [wx, wy, wt, w1] = [m[3]!, m[7]!, m[11]!, m[15]! + (m[3]! + m[7]!) / 2]
    const [halfWidth, halfHeight] = [width / 2, height / 2]
    for (let index = first; index < end; index += every) {
      const word = events[index * 2 + 1]!
      const x = word & 0xffff
      const y = (word >>> 16) & 0x7fff
      if (x >= sensorWidth || y >= sensorHeight) continue
      const age = ((until - events[index * 2]!) >>> 0) * perMicrosecond
      const w = wx * x + wy * y + wt * age + w1
      const inverse = 1 / w
      const half = Math.max(1, Math.min(16, size * inverse)) / 2 + 0.5
      const left = (xx * x + xy * y + xt * age + x1) * inverse * halfWidth + halfWidth
      const top = halfHeight - (yx * x + yy * y + yt * age + y1) * inverse * halfHeight
      // The pixels whose middle lies in the square, as graphics cards have it.
      const firstColumn = Math.ceil(left - half)
      const endColumn = Math.ceil(left + half - 1)
      const firstRow = Math.ceil(top - half)
      const endRow = Math.ceil(top + half - 1)
      if (firstColumn < 0 || firstRow < 0 || endColumn > width || endRow > height) continue
      const color = table[(word >= onBit ? shades : 0) + ((age * shades) | 0)]!
      for (let row = firstRow; row < endRow; row++)
        for (let at = row * width + firstColumn; at < row * width + endColumn; at++)
          if (w < depth[at]!) {
            depth[at] = w
            words[at] = color
          }
    }
  }
}
