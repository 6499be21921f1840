import { describe, expect, it } from 'vitest'
import { drawTransform, pixelMap, transformFrames, type Transform } from '../../main/datasets/augment.ts'
import { applyDrop, drawDrop, type Drop } from '../../main/datasets/event-drop.ts'
import { mixBatch } from '../../main/datasets/mix.ts'
import { Random } from '../../main/random.ts'

const [height, width] = [6, 8]
const plane = Float32Array.from({ length: height * width }, (_, i) => i + 1)
const still: Transform = { flip: false, dy: 0, dx: 0 }

function changed(transform: Transform, scale = { factor: [1], offset: [0] }): number[][] {
  const out = new Float32Array(height * width)
  transformFrames(plane, 0, out, 0, 1, height, width, transform, pixelMap(height, width, transform), scale)
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
    const cropped = { ...still, crop: { y: 1, x: 0 } }
    transformFrames(frames, 0, out, 0, 2, height, width, cropped, pixelMap(height, width, cropped), { factor: [1, 10], offset: [0, -1] })
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

describe('augmentation of events', () => {
  it('NDA rolls, rotates or shears, a third each, within its bounds', () => {
    const random = new Random(7)
    const all = Array.from({ length: 3000 }, () => drawTransform({ flip: false, roll: 0, nda: 30 }, random, 32, 32))
    const sheared = all.filter(({ affine }) => affine && affine.yy === 1)
    const rotated = all.filter(({ affine }) => affine && affine.yy !== 1)
    for (const kind of [sheared, rotated]) expect(Math.abs(kind.length - 1000)).toBeLessThan(120)
    expect(Math.max(...all.map(({ dy, dx }) => Math.max(Math.abs(dy), Math.abs(dx))))).toBe(5)
    expect(Math.min(...rotated.map(({ affine }) => affine!.yy))).toBeGreaterThanOrEqual(Math.cos(Math.PI / 6))
    expect(Math.max(...sheared.map(({ affine }) => Math.abs(affine!.xy)))).toBeLessThanOrEqual(Math.tan(Math.PI / 6))
  })

  it('turns around the centre: a quarter turn moves every pixel where it belongs, a shear moves rows', () => {
    const square = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9)
    const turned = (affine: Transform['affine']): number[] => {
      const out = new Float32Array(9)
      const turned = { flip: false, dy: 0, dx: 0, affine }
      transformFrames(square, 0, out, 0, 1, 3, 3, turned, pixelMap(3, 3, turned), { factor: [1], offset: [0] })
      return [...out]
    }
    expect(turned({ yy: 0, yx: -1, xy: 1, xx: 0 })).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3])
    expect(turned({ yy: 1, yx: 0, xy: 1, xx: 1 })).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 0])
  })

  it('EventDrop: nothing, time, area or single events, a quarter each', () => {
    const random = new Random(7)
    const kinds = new Map<string, number>()
    for (let i = 0; i < 4000; i++) {
      const kind = drawDrop(random)?.kind ?? 'nothing'
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
    expect([...kinds.keys()].sort()).toEqual(['area', 'nothing', 'random', 'time'])
    for (const count of kinds.values()) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })

  it('drops what was drawn and nothing else', () => {
    const made = (drop: Drop, value = 100): Float32Array => {
      const frames = new Float32Array(10 * 2 * 10 * 10).fill(value)
      applyDrop(frames, (t) => t * 200, 10, 2, 10, 10, drop)
      return frames
    }
    const time = made({ kind: 'time', from: 0.2, share: 0.3 })
    expect(Array.from({ length: 10 }, (_, t) => time[t * 200 + 50])).toEqual([100, 100, 0, 0, 0, 100, 100, 100, 100, 100])
    const area = made({ kind: 'area', y: 0.5, x: 0.9, share: 0.2 })
    // Two rows, and the one column that is left of two: of 2 channels and 10 frames.
    expect(area.filter((value) => value === 0)).toHaveLength(2 * 1 * 2 * 10)
    const thinned = made({ kind: 'random', share: 0.3, seed: 1 })
    expect(thinned.reduce((sum, value) => sum + value, 0) / (100 * 2000)).toBeCloseTo(0.7, 2)
    expect(thinned.every(Number.isInteger)).toBe(true)
    // What is no count stands or falls as a whole.
    expect(new Set(made({ kind: 'random', share: 0.3, seed: 1 }, 0.5))).toEqual(new Set([0, 0.5]))
  })

  it('mixes labels by the area that was exchanged', () => {
    for (let seed = 0; seed < 20; seed++) {
      // Sample b is all b + 1; its label is class b.
      const frames = Float32Array.from({ length: 2 * 3 * 1 * 6 * 6 }, (_, i) => 1 + (Math.floor(i / 36) % 3))
      const batch = { frames, onehot: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1) }
      mixBatch(batch, 3, [2, 1, 6, 6], new Random(seed))
      for (let b = 0; b < 3; b++)
        for (let c = 0; c < 3; c++)
          for (const t of [0, 1]) {
            const own = frames.subarray((t * 3 + b) * 36, (t * 3 + b + 1) * 36)
            expect(batch.onehot[b * 3 + c]).toBeCloseTo(own.filter((value) => value === c + 1).length / 36, 5)
          }
    }
  })
})
