import type { Palette, Rgb } from '../palettes.ts'
import { mixPolarity } from '../palettes.ts'

/** The colours of a film: at most 256, each [red, green, blue] from 0 to 255. */
export type ColorTable = readonly (readonly [number, number, number])[]

const bytes = (color: Rgb) => color.map((channel) => Math.round(channel * 255)) as unknown as readonly [number, number, number]

/**
 * The colours a stage can show: all mixtures of both polarities over the background, and those of lines and words in `ink`.
 * Made from the palette itself, so that no colour has to be guessed from the pictures.
 */
export function stageColors(palette: Palette, ink: Rgb): ColorTable {
  const table: (readonly [number, number, number])[] = [bytes(palette.background)]
  const [hues, strengths, inks] = [15, 16, 15]
  for (let hue = 0; hue < hues; hue++)
    for (let step = 1; step <= strengths; step++) {
      const share = hue / (hues - 1)
      const strength = step / strengths
      table.push(
        bytes(
          mixPolarity(
            palette,
            share >= 0.5 ? strength : (strength * share) / (1 - share),
            share > 0.5 ? (strength * (1 - share)) / share : strength,
          ),
        ),
      )
    }
  for (let step = 1; step <= inks; step++) {
    const part = step / inks
    table.push(bytes(palette.background.map((channel, index) => channel + (ink[index]! - channel) * part) as unknown as Rgb))
  }
  return table
}

/** Finds the nearest colour of a table for each pixel; each colour is looked up once. */
export class ColorFinder {
  readonly #table: ColorTable
  readonly #known = new Map<number, number>()

  constructor(table: ColorTable) {
    this.#table = table
  }

  /** RGBA pixels as indices into the table. */
  indices(rgba: Uint8ClampedArray | Uint8Array): Uint8Array {
    const result = new Uint8Array(rgba.length / 4)
    let [before, beforeIndex] = [-1, 0]
    for (let pixel = 0; pixel < result.length; pixel++) {
      const color = (rgba[pixel * 4]! << 16) | (rgba[pixel * 4 + 1]! << 8) | rgba[pixel * 4 + 2]!
      if (color !== before) [before, beforeIndex] = [color, this.#find(color)]
      result[pixel] = beforeIndex
    }
    return result
  }

  #find(color: number): number {
    const known = this.#known.get(color)
    if (known !== undefined) return known
    const [red, green, blue] = [color >> 16, (color >> 8) & 255, color & 255]
    let [best, least] = [0, Infinity]
    this.#table.forEach((entry, index) => {
      const distance = (entry[0] - red) ** 2 + (entry[1] - green) ** 2 + (entry[2] - blue) ** 2
      if (distance < least) [best, least] = [index, distance]
    })
    this.#known.set(color, best)
    return best
  }
}

/** LZW as GIF has it (GIF89a, appendix F), 8 bits a pixel, in blocks of at most 255 bytes with their lengths before them. */
export function lzw(indices: Uint8Array): Uint8Array<ArrayBuffer> {
  const clear = 256
  const out: number[] = [8]
  const codes = new Map<number, number>()
  let [size, next, buffer, bits, block] = [9, 258, 0, 0, out.push(0) - 1]
  const byte = (value: number) => {
    out.push(value)
    if (++out[block]! === 255) block = out.push(0) - 1
  }
  const write = (code: number) => {
    buffer |= code << bits
    for (bits += size; bits >= 8; bits -= 8) {
      byte(buffer & 255)
      buffer >>>= 8
    }
  }
  write(clear)
  let prefix = indices[0] ?? 0
  for (let index = 1; index < indices.length; index++) {
    const pixel = indices[index]!
    const key = (prefix << 8) | pixel
    const known = codes.get(key)
    if (known !== undefined) {
      prefix = known
      continue
    }
    write(prefix)
    if (next < 4096) {
      codes.set(key, next)
      // The decoder is one code behind: it widens when this one comes to it.
      if (next === 1 << size) size++
      next++
    } else {
      write(clear)
      codes.clear()
      ;[size, next] = [9, 258]
    }
    prefix = pixel
  }
  write(prefix)
  // The code after it may already be wider.
  if (next === 1 << size && size < 12) size++
  write(257)
  if (bits > 0) byte(buffer & 255)
  if (out[block] !== 0) out.push(0)
  return Uint8Array.from(out)
}

/** A film as GIF89a, picture by picture. */
export class GifWriter {
  readonly #parts: Uint8Array<ArrayBuffer>[] = []
  readonly #width: number
  readonly #height: number
  readonly #delay: number
  readonly #finder: ColorFinder

  /** @param delay hundredths of a second a picture is shown; browsers slow anything below 2 down */
  constructor(width: number, height: number, delay: number, table: ColorTable) {
    this.#width = width
    this.#height = height
    this.#delay = delay
    this.#finder = new ColorFinder(table)
    const colors = new Uint8Array(256 * 3)
    table.forEach((entry, index) => colors.set(entry, index * 3))
    // Header; screen with a global table of 256 colours; shown over and over.
    this.#parts.push(
      ascii('GIF89a'),
      Uint8Array.of(...word(width), ...word(height), 0xf7, 0, 0),
      colors,
      Uint8Array.of(0x21, 0xff, 11),
      ascii('NETSCAPE2.0'),
      Uint8Array.of(3, 1, 0, 0, 0),
    )
  }

  /** @param rgba the picture's pixels, row 0 on top */
  add(rgba: Uint8ClampedArray | Uint8Array): void {
    this.#parts.push(
      Uint8Array.of(0x21, 0xf9, 4, 0x04, ...word(this.#delay), 0, 0),
      Uint8Array.of(0x2c, 0, 0, 0, 0, ...word(this.#width), ...word(this.#height), 0),
      lzw(this.#finder.indices(rgba)),
    )
  }

  finish(): Blob {
    return new Blob([...this.#parts, Uint8Array.of(0x3b)], { type: 'image/gif' })
  }
}

const word = (value: number) => [value & 255, value >> 8] as const
const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
