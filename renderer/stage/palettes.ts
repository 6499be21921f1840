/** Red, green, blue from 0 to 1. */
export type Rgb = readonly [number, number, number]

/** How polarity is coloured, on the stage and in frames. */
export interface Palette {
  readonly title: string
  readonly background: Rgb
  readonly on: Rgb
  readonly off: Rgb
}

const hex = (value: string): Rgb => [0, 2, 4].map((at) => parseInt(value.slice(at, at + 2), 16) / 255) as unknown as Rgb

/** All pairs stay apart for the common kinds of colour blindness: warm against blue, light against dark, green against magenta. */
export const palettes = {
  night: { title: 'Amber and blue', background: hex('0b0e0f'), on: hex('ffab4a'), off: hex('4a9dff') },
  paper: { title: 'Orange and blue on white', background: hex('ffffff'), on: hex('d65a00'), off: hex('1257c4') },
  grey: { title: 'White and black on grey', background: hex('808080'), on: hex('ffffff'), off: hex('000000') },
  neon: { title: 'Green and magenta', background: hex('050505'), on: hex('35e07f'), off: hex('f04bc0') },
  mono: { title: 'One colour', background: hex('0b0e0f'), on: hex('e8edee'), off: hex('e8edee') },
} as const satisfies Record<string, Palette>

export type PaletteName = keyof typeof palettes | 'auto'
export const paletteNames: readonly PaletteName[] = ['auto', 'night', 'paper', 'grey', 'neon', 'mono']

/** The colours of a choice; "auto" follows the window's theme. */
export function paletteOf(name: PaletteName, scheme: 'light' | 'dark'): Palette {
  return palettes[name === 'auto' ? (scheme === 'dark' ? 'night' : 'paper') : name]
}

/**
 * Colour of a pixel with so much ON and OFF activity, 0..1 each: the two hues mixed by their shares, over the background by
 * the stronger of the two. The stage's shader (shaders.ts) computes the same.
 */
export function mixPolarity(palette: Palette, on: number, off: number): Rgb {
  const strength = Math.max(on, off)
  if (strength <= 0) return palette.background
  const share = on / (on + off)
  const channel = (index: 0 | 1 | 2) => {
    const hue = palette.off[index] + (palette.on[index] - palette.off[index]) * share
    return palette.background[index] + (hue - palette.background[index]) * strength
  }
  return [channel(0), channel(1), channel(2)]
}

/**
 * One frame [2, H, W] (OFF, ON) as RGBA pixels.
 * @param data frames, row-major
 * @param offset where the frame begins in `data`
 * @param pixels H*W
 * @param full the value shown at full strength
 */
export function paintFrame(
  data: Float32Array,
  offset: number,
  pixels: number,
  full: number,
  palette: Palette,
): Uint8ClampedArray<ArrayBuffer> {
  const image = new Uint8ClampedArray(pixels * 4)
  // A square root lifts faint pixels: counts in a frame follow a long tail.
  const strength = (value: number) => (full > 0 ? Math.min(1, Math.sqrt(Math.max(0, value) / full)) : 0)
  for (let index = 0; index < pixels; index++) {
    const off = strength(data[offset + index] ?? 0)
    const on = strength(data[offset + pixels + index] ?? 0)
    const [red, green, blue] = mixPolarity(palette, on, off)
    image[index * 4] = red * 255
    image[index * 4 + 1] = green * 255
    image[index * 4 + 2] = blue * 255
    image[index * 4 + 3] = 255
  }
  return image
}

const bins = 256

/** About the value below which 99.5 % of the active pixels lie: one hot pixel must not darken all others. 0 where nothing is active. */
export function fullScale(data: Float32Array): number {
  let most = 0
  for (const value of data) if (value > most) most = value
  if (most === 0) return 0
  const histogram = new Uint32Array(bins)
  let active = 0
  for (const value of data) {
    if (value <= 0) continue
    const bin = Math.min(bins - 1, Math.floor((value / most) * bins))
    histogram[bin] = (histogram[bin] ?? 0) + 1
    active++
  }
  let below = 0
  for (let bin = 0; bin < bins; bin++) {
    below += histogram[bin] ?? 0
    if (below >= active * 0.995) return ((bin + 1) / bins) * most
  }
  return most
}
