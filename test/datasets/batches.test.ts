import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawTransform, epochOrder, fillBatch, transformPlanes, type Transform } from '../../main/datasets/batches.ts'
import { openDataset } from '../../main/datasets/dataset.ts'
import { stratifiedSplit } from '../../main/datasets/split.ts'
import { Random } from '../../main/random.ts'
import { makeDataset } from './made.ts'

const image = (planes: number, height: number, width: number) => Uint16Array.from({ length: planes * height * width }, (_, i) => i + 1)
function transformed(from: Float32Array | Uint16Array, planes: number, height: number, width: number, transform: Transform): Float32Array {
  const out = new Float32Array(from.length)
  transformPlanes(from, 0, out, 0, planes, height, width, transform)
  return out
}
const size = fc.integer({ min: 1, max: 9 })
const shift = fc.integer({ min: -20, max: 20 })

describe('augmentation', () => {
  it('mirrors along x, then rolls with wrap-around as torch.roll', () => {
    const out = transformed(Uint16Array.from([1, 2, 3, 4, 5, 6]), 1, 2, 3, { flip: true, dy: 1, dx: -1 })
    expect([...out]).toEqual([5, 4, 6, 2, 1, 3])
  })

  it('property: a flip twice changes nothing', () => {
    fc.assert(fc.property(size, size, size, (planes, height, width) => {
      const once = transformed(image(planes, height, width), planes, height, width, { flip: true, dy: 0, dx: 0 })
      const twice = transformed(once, planes, height, width, { flip: true, dy: 0, dx: 0 })
      expect([...twice]).toEqual([...image(planes, height, width)])
    }))
  })

  it('property: a pixel goes where the definition says, whatever the shift', () => {
    fc.assert(fc.property(size, size, size, shift, shift, fc.boolean(), (planes, height, width, dy, dx, flip) => {
      const from = image(planes, height, width)
      const to = transformed(from, planes, height, width, { flip, dy, dx })
      for (let plane = 0; plane < planes; plane++) {
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const column = flip ? width - 1 - x : x
            const target = (plane * height + ((((y + dy) % height) + height) % height)) * width + ((((column + dx) % width) + width) % width)
            expect(to[target]).toBe(from[(plane * height + y) * width + x])
          }
        }
      }
    }))
  })

  it('property: a roll and the opposite roll change nothing', () => {
    fc.assert(fc.property(size, size, shift, shift, (height, width, dy, dx) => {
      const rolled = transformed(image(1, height, width), 1, height, width, { flip: false, dy, dx })
      expect([...transformed(rolled, 1, height, width, { flip: false, dy: -dy, dx: -dx })]).toEqual([...image(1, height, width)])
    }))
  })

  it('draws flips half of the time and every shift from -n to n equally often, the axes independently', () => {
    const random = new Random(3, 'augmentation')
    const seen = new Map<string, number>()
    let flips = 0
    for (let i = 0; i < 9000; i++) {
      const { flip, dy, dx } = drawTransform({ flip: true, roll: 1 }, random)
      if (flip) flips++
      seen.set(`${dy} ${dx}`, (seen.get(`${dy} ${dx}`) ?? 0) + 1)
    }
    expect(Math.abs(flips - 4500)).toBeLessThan(250)
    expect(seen.size).toBe(9)
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})

describe('batches', () => {
  it('are time-major with one-hot labels, and zero where the last batch is short', async () => {
    const { directory, values } = await makeDataset(5, [3, 2, 4, 5], 'uint16')
    const dataset = openDataset(directory)
    const batch = { frames: new Float32Array(3 * 4 * 40).fill(9), onehot: new Float32Array(8).fill(9) }
    fillBatch(dataset, [4, 1, 0], null, new Random(1), batch)
    expect([...batch.onehot]).toEqual([1, 0, 0, 1, 1, 0, 0, 0])
    for (let t = 0; t < 3; t++) {
      for (const [row, sample] of [4, 1, 0].entries()) {
        expect([...batch.frames.subarray((t * 4 + row) * 40, (t * 4 + row + 1) * 40)]).toEqual([...values.slice((sample * 3 + t) * 40, (sample * 3 + t + 1) * 40)])
      }
      expect(batch.frames.subarray((t * 4 + 3) * 40, (t * 4 + 4) * 40).every((value) => value === 0)).toBe(true)
    }
    expect(() => fillBatch(dataset, [0, 1, 2, 3, 4], null, new Random(1), batch)).toThrow('fillBatch')
    expect(() => fillBatch(dataset, [0], null, new Random(1), { ...batch, onehot: new Float32Array(9) })).toThrow('fillBatch')
    dataset.close()
  })

  it('change all frames of a sample alike, and the same seed changes them the same', async () => {
    const { directory } = await makeDataset(6, [3, 2, 6, 7], 'uint16')
    const dataset = openDataset(directory)
    const make = (seed: number) => {
      const batch = { frames: new Float32Array(3 * 6 * 84), onehot: new Float32Array(12) }
      fillBatch(dataset, [0, 1, 2, 3, 4, 5], { flip: true, roll: 5 }, new Random(seed, 'augmentation'), batch)
      return batch.frames
    }
    const frames = make(8)
    expect(make(8)).toEqual(frames)
    expect(make(9)).not.toEqual(frames)
    const transforms = Array.from({ length: 6 }, ((random) => () => drawTransform({ flip: true, roll: 5 }, random))(new Random(8, 'augmentation')))
    for (let row = 0; row < 6; row++) {
      for (let t = 0; t < 3; t++) {
        const stored = dataset.sample(row).slice(t * 84, (t + 1) * 84)
        expect(frames.subarray((t * 6 + row) * 84, (t * 6 + row + 1) * 84)).toEqual(transformed(stored, 2, 6, 7, transforms[row]!))
      }
    }
    dataset.close()
  })

  it('come in an order that depends on seed and epoch and visits every sample once', () => {
    const order = epochOrder(100, 5, 1)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect(epochOrder(100, 5, 1)).toEqual(order)
    expect(epochOrder(100, 5, 2)).not.toEqual(order)
    expect(epochOrder(100, 6, 1)).not.toEqual(order)
  })
})

describe('stratified split', () => {
  it('property: keeps the share of every class, at least one, never all, and depends on the seed only', () => {
    fc.assert(fc.property(fc.array(fc.nat(3), { maxLength: 120 }), fc.double({ min: 0, max: 0.9, noNaN: true }), fc.nat(1000), (labels, share, seed) => {
      const split = stratifiedSplit(labels, 4, share, seed)
      expect(stratifiedSplit(labels, 4, share, seed)).toEqual(split)
      for (let label = 0; label < 4; label++) {
        const own = split.filter((_, row) => labels[row] === label)
        const test = own.filter((part) => part === 'test').length
        const wanted = share === 0 ? 0 : Math.max(1, Math.round(own.length * share))
        expect(test).toBe(Math.max(0, Math.min(wanted, own.length - 1)))
      }
    }))
  })

  it('is another one with another seed', () => {
    const labels = Array.from({ length: 200 }, (_, i) => i % 10)
    expect(stratifiedSplit(labels, 10, 0.1, 1)).not.toEqual(stratifiedSplit(labels, 10, 0.1, 2))
  })
})
