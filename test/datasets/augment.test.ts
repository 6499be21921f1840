import { describe, expect, it } from 'vitest'
import { drawTransform, transformFrames, type Transform } from '../../main/datasets/augment.ts'
import { Random } from '../../main/random.ts'

const [height, width] = [6, 8]
const plane = Float32Array.from({ length: height * width }, (_, i) => i + 1)
const still: Transform = { flip: false, dy: 0, dx: 0 }

function changed(transform: Transform, scale = { factor: [1], offset: [0] }): number[][] {
  const out = new Float32Array(height * width)
  transformFrames(plane, 0, out, 0, 1, height, width, transform, scale)
  return Array.from({ length: height }, (_, y) => [...out.subarray(y * width, (y + 1) * width)])
}
const at = (y: number, x: number): number => (y < 0 || x < 0 || y >= height || x >= width ? 0 : y * width + x + 1)

describe('transformFrames', () => {
  it('leaves a frame as it is, scaled', () => {
    expect(changed(still, { factor: [2], offset: [1] }).flat()).toEqual([...plane].map((value) => value * 2 + 1))
  })

  it('crops from the padded frame; the padding is black', () => {
    for (const [y, x] of [
      [-2, 1],
      [3, -3],
      [0, 0],
    ] as const) {
      const found = changed({ ...still, crop: { y, x } })
      found.forEach((row, i) => row.forEach((value, j) => expect(value).toBe(at(i + y, j + x))))
    }
  })

  it('crops first and mirrors then; rolls wrap', () => {
    const found = changed({ ...still, flip: true, crop: { y: 1, x: 2 } })
    found.forEach((row, i) => row.forEach((value, j) => expect(value).toBe(at(i + 1, width - 1 - j + 2))))
    const rolled = changed({ ...still, dy: 1, dx: -2 })
    rolled.forEach((row, i) => row.forEach((value, j) => expect(value).toBe(at((i - 1 + height) % height, (j + 2) % width))))
  })

  it('blackens the hole only: to what black is after normalization', () => {
    const found = changed({ ...still, hole: { y0: 1, y1: 3, x0: 0, x1: 2 } }, { factor: [1], offset: [-7] })
    found.forEach((row, i) => row.forEach((value, j) => expect(value).toBe(i >= 1 && i < 3 && j < 2 ? -7 : at(i, j) - 7)))
  })

  it('resizes a box bilinearly: the whole stays, a constant stays, a ramp stays a ramp', () => {
    expect(changed({ ...still, box: { y: 0, x: 0, height, width } }).flat()).toEqual([...plane])
    const half = changed({ ...still, box: { y: 0, x: 2, height: 6, width: 4 } })
    // Half-pixel centres: position x lies at (x + 0.5) / 2 - 0.5 of the box, held at its border.
    expect(half[0]!.map((value) => value)).toEqual([3, 3.25, 3.75, 4.25, 4.75, 5.25, 5.75, 6])
  })

  it('treats all planes alike, each with its own scale', () => {
    const frames = new Float32Array([...plane, ...plane])
    const out = new Float32Array(frames.length)
    transformFrames(frames, 0, out, 0, 2, height, width, { ...still, crop: { y: 1, x: 0 } }, { factor: [1, 10], offset: [0, -1] })
    expect([...out.subarray(0, 40)]).toEqual([...plane.subarray(8)])
    expect([...out.subarray(48, 88)]).toEqual([...plane.subarray(8)].map((value) => value * 10 - 1))
    expect([...out.subarray(88)]).toEqual(Array.from({ length: 8 }, () => -1))
  })
})

describe('drawTransform', () => {
  const draws = (augmentation: Parameters<typeof drawTransform>[0], count = 2000) => {
    const random = new Random(3)
    return Array.from({ length: count }, () => drawTransform(augmentation, random, 32, 32))
  }

  it('draws nothing for what is off: older runs go on as they were', () => {
    const [a, b] = [new Random(5), new Random(5)]
    drawTransform({ flip: true, roll: 3 }, a)
    drawTransform({ flip: true, roll: 3, crop: 0, cutout: 0, resizedCrop: false }, b, 32, 32)
    expect(a.state).toEqual(b.state)
  })

  it('crops evenly over all places, holes are cut off at the border, boxes lie inside', () => {
    const all = draws({ flip: false, roll: 0, crop: 4, cutout: 16, resizedCrop: true })
    const places = new Map<number, number>()
    for (const { crop } of all) places.set(crop!.y, (places.get(crop!.y) ?? 0) + 1)
    expect([...places.keys()].sort((a, b) => a - b)).toEqual([-4, -3, -2, -1, 0, 1, 2, 3, 4])
    for (const count of places.values()) expect(count).toBeGreaterThan(2000 / 9 / 2)
    for (const { hole, box } of all) {
      expect(hole!.y0).toBeGreaterThanOrEqual(0)
      expect(hole!.y1).toBeLessThanOrEqual(32)
      expect(hole!.y1 - hole!.y0).toBeLessThanOrEqual(16)
      expect(hole!.y1 - hole!.y0).toBeGreaterThanOrEqual(8)
      expect(box!.y + box!.height).toBeLessThanOrEqual(32)
      expect(box!.x + box!.width).toBeLessThanOrEqual(32)
      expect(box!.width / box!.height).toBeGreaterThan(0.6)
      expect(box!.width / box!.height).toBeLessThan(1.6)
    }
    const areas = all.map(({ box }) => (box!.height * box!.width) / 1024)
    expect(Math.min(...areas)).toBeLessThan(0.12)
    expect(Math.max(...areas)).toBeGreaterThan(0.85)
  })
})
