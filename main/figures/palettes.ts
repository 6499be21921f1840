import type { Palette } from './figure.ts'

// Nine stops of each map at equal distances, interpolated in between: viridis and cividis (matplotlib; Nunez et al. 2018), and a
// blue-white-orange pair of ends that stays apart for all common kinds of colour blindness (after Crameri's "vik").
const stops: Record<Palette, readonly string[]> = {
  viridis: ['#440154', '#472d7b', '#3b528b', '#2c728e', '#21918c', '#28ae80', '#5ec962', '#addc30', '#fde725'],
  cividis: ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#fee838'],
  diverging: ['#0b4f8a', '#3c7db3', '#7fadd0', '#c2d8e8', '#f4f2ef', '#f2d3b8', '#e0a06c', '#c46b2d', '#8f3d0b'],
}

const channels = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))

/** Colour at a share of the scale, 0..1; beyond its ends the end's colour. */
export function colorAt(palette: Palette, share: number): string {
  const list = stops[palette]
  const place = Math.min(1, Math.max(0, share)) * (list.length - 1)
  const below = Math.min(list.length - 2, Math.floor(place))
  const [from, to] = [channels(list[below] ?? '#000000'), channels(list[below + 1] ?? '#000000')]
  const mixed = from.map((value, i) => Math.round(value + (place - below) * ((to[i] ?? 0) - value)))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

/** Black or white, whichever can be read on a colour (relative luminance, WCAG). */
export function readableOn(color: string): string {
  const [r = 0, g = 0, b = 0] = channels(color).map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? '#000000' : '#ffffff'
}
