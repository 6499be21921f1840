import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countGain, letterbox } from '../../../renderer/stage/layout.ts'
import { fullScale, mixPolarity, paintFrame, paletteNames, paletteOf, palettes, type Rgb } from '../../../renderer/stage/palettes.ts'
import { rateAt, rateColumns, totalCounts } from '../../../renderer/stage/rate.ts'

const linear = (color: Rgb) => color.map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4))
const times = (matrix: number[][], vector: number[]) =>
  matrix.map((row) => row.reduce((sum, weight, index) => sum + weight * (vector[index] ?? 0), 0))
/** Relative luminance, WCAG 2. */
const luminance = (color: Rgb) => times([[0.2126, 0.7152, 0.0722]], linear(color))[0] ?? 0
const contrast = (a: Rgb, b: Rgb) => (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05)

/** How dichromats see a colour: Viénot, Brettel and Mollon 1999, for linear sRGB. */
const blind: Record<string, number[][]> = {
  protanopia: [
    [0.11238, 0.88762, 0],
    [0.11238, 0.88762, 0],
    [0.00401, -0.00401, 1],
  ],
  deuteranopia: [
    [0.29275, 0.70725, 0],
    [0.29275, 0.70725, 0],
    [-0.02234, 0.02234, 1],
  ],
}
/** CIELAB, D65, of a linear sRGB colour. */
function lab(color: number[]): number[] {
  const [x = 0, y = 0, z = 0] = times(
    [
      [0.4124, 0.3576, 0.1805],
      [0.2126, 0.7152, 0.0722],
      [0.0193, 0.1192, 0.9505],
    ],
    color,
  )
  const f = (value: number) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116)
  return [116 * f(y) - 16, 500 * (f(x / 0.95047) - f(y)), 200 * (f(y) - f(z / 1.08883))]
}

describe('polarity colours', () => {
  it.each(Object.entries(palettes))('%s: both polarities stand out from the background', (_, palette) => {
    expect(contrast(palette.on, palette.background)).toBeGreaterThan(3)
    expect(contrast(palette.off, palette.background)).toBeGreaterThan(3)
  })
  it.each(Object.entries(palettes).filter(([name]) => name !== 'mono'))('%s: ON and OFF stay apart for colour-blind eyes', (_, palette) => {
    for (const matrix of Object.values(blind)) {
      const [on, off] = [lab(times(matrix, linear(palette.on))), lab(times(matrix, linear(palette.off)))]
      // 2.3 is just noticeable; 45 is orange beside blue.
      expect(Math.hypot(...on.map((channel, index) => channel - (off[index] ?? 0)))).toBeGreaterThan(45)
    }
  })
  it('follows the theme only where it is asked to', () => {
    expect(paletteOf('auto', 'dark')).toBe(palettes.night)
    expect(paletteOf('auto', 'light')).toBe(palettes.paper)
    expect(paletteOf('grey', 'dark')).toBe(palettes.grey)
    expect(paletteNames).toHaveLength(Object.keys(palettes).length + 1)
  })
  it('mixes by share over the background by strength', () => {
    expect(mixPolarity(palettes.night, 0, 0)).toEqual(palettes.night.background)
    const close = (color: Rgb, expected: Rgb) => color.forEach((channel, index) => expect(channel).toBeCloseTo(expected[index] ?? NaN, 6))
    close(mixPolarity(palettes.night, 1, 0), palettes.night.on)
    close(mixPolarity(palettes.night, 0, 1), palettes.night.off)
    close(mixPolarity(palettes.grey, 1, 1), [0.5, 0.5, 0.5])
  })
})

describe('frames as pictures', () => {
  it('paints channel 0 as OFF and channel 1 as ON', () => {
    const data = Float32Array.of(9, 9, 4, 0, 0, 0, 0, 4, 0, 0)
    const image = paintFrame(data, 2, 4, 4, palettes.grey)
    const pixel = (index: number) => [...image.subarray(index * 4, index * 4 + 4)]
    expect(pixel(0)).toEqual([0, 0, 0, 255])
    expect(pixel(1)).toEqual([255, 255, 255, 255])
    expect(pixel(2)).toEqual([128, 128, 128, 255])
  })
  it('does not let one hot pixel darken the others', () => {
    const data = new Float32Array(2000).fill(2)
    data[7] = 500
    expect(fullScale(data)).toBeLessThan(5)
    expect(fullScale(new Float32Array(10))).toBe(0)
    expect(fullScale(Float32Array.of(0, 3, 0))).toBe(3)
  })
})

describe('letterbox', () => {
  it('uses whole screen pixels where sensor pixels are large', () => {
    expect(letterbox([34, 34], [800, 600])).toEqual({ x: 111, y: 11, width: 578, height: 578 })
    expect(letterbox([640, 480], [1280, 1000])).toEqual({ x: 0, y: 20, width: 1280, height: 960 })
  })
  it('always fits and keeps the proportions', () => {
    const size = fc.integer({ min: 8, max: 2000 })
    fc.assert(
      fc.property(size, size, size, size, (sensorWidth, sensorHeight, viewWidth, viewHeight) => {
        const box = letterbox([sensorWidth, sensorHeight], [viewWidth, viewHeight])
        expect(box.width).toBeLessThanOrEqual(viewWidth)
        expect(box.height).toBeLessThanOrEqual(viewHeight)
        expect(box.x).toBeGreaterThanOrEqual(0)
        // Each side is rounded to whole pixels, and is never less than one.
        const rounding = (side: number) => (side === 1 ? 1 : 0.5)
        expect(Math.abs(box.width * sensorHeight - box.height * sensorWidth)).toBeLessThanOrEqual(
          rounding(box.width) * sensorHeight + rounding(box.height) * sensorWidth + 1e-6,
        )
      }),
    )
  })
  it('dims as pixels fill', () => {
    expect(countGain(0, 1156)).toBeCloseTo(1.2)
    expect(countGain(10_000, 1156)).toBeLessThan(countGain(100, 1156))
  })
})

describe('rate curve', () => {
  it('takes means of bins, so that the curve’s height does not depend on the width', () => {
    const on = Uint32Array.of(2, 4, 6, 8)
    expect([...rateColumns(on, on, 2).on]).toEqual([3, 7])
    expect([...rateColumns(on, on, 8).on]).toEqual([2, 2, 4, 4, 6, 6, 8, 8])
    expect(rateColumns(on, Uint32Array.of(0, 0, 0, 20), 4).peak).toBe(20)
    expect(rateColumns(new Uint32Array(4), new Uint32Array(4), 4).peak).toBe(1)
  })
  it('tells events per second', () => {
    expect(rateAt(Uint32Array.of(10, 30), 2_000_000, 1_500_000)).toBe(30)
    expect(rateAt(Uint32Array.of(10, 30), 2_000_000, 9_000_000)).toBe(30)
    expect(rateAt([], 0, 5)).toBe(0)
    expect([...totalCounts(Uint32Array.of(1, 2), Uint32Array.of(10, 20))]).toEqual([11, 22])
  })
})
