import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CloudPainter, cloudTransform, initialCamera, orbited, projected } from '../../../renderer/stage/cloud.ts'
import { packEvents } from '../../../renderer/stage/packed.ts'
import { palettes } from '../../../renderer/stage/palettes.ts'
import { mergeRuns, Places } from '../../../renderer/stage/pool.ts'

describe('places in the GPU’s buffer', () => {
  it('puts neighbours side by side, so that a window is one run', () => {
    const places = new Places<string>(100)
    expect(places.add('a', 30, new Set())).toEqual({ start: 0, size: 30 })
    expect(places.add('b', 30, new Set(['a']))).toEqual({ start: 30, size: 30 })
    expect(
      mergeRuns([
        [30, 12],
        [10, 20],
      ]),
    ).toEqual([[10, 32]])
  })
  it('lets the oldest go for room, but never what is shown', () => {
    const places = new Places<string>(100)
    places.add('a', 50, new Set())
    places.add('b', 50, new Set())
    expect(places.add('c', 40, new Set(['b']))).toEqual({ start: 0, size: 40 })
    expect(places.get('a')).toBeUndefined()
    expect(places.add('d', 40, new Set(['b', 'c']))).toBeNull()
  })
  it('never gives one place twice', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(3)), { maxLength: 60 }), (requests) => {
        const places = new Places<number>(100)
        requests.forEach(([size, kept], key) => {
          const keep = new Set(Array.from({ length: kept }, (_, back) => key - 1 - back).filter((other) => places.get(other)))
          const place = places.add(key, size, keep)
          for (const other of keep) expect(places.get(other)).toBeDefined()
          if (!place) return
          expect(place.start + place.size).toBeLessThanOrEqual(100)
          for (let other = 0; other < key; other++) {
            const taken = places.get(other)
            if (taken) expect(taken.start + taken.size <= place.start || place.start + place.size <= taken.start).toBe(true)
          }
        })
      }),
    )
  })
})

describe('the cloud', () => {
  const sensor = [100, 80] as const
  const view = [800, 600] as const
  const angle = fc.double({ min: -4, max: 4, noNaN: true })
  it('keeps the whole box in the picture, from every side', () => {
    fc.assert(
      fc.property(angle, angle, (yaw, pitch) => {
        const matrix = cloudTransform(orbited(initialCamera, yaw, pitch), sensor, view)
        for (const x of [0, 100])
          for (const y of [0, 80])
            for (const age of [0, 1]) {
              const [left, top] = projected(matrix, view, x, y, age)
              expect(left).toBeGreaterThan(0)
              expect(left).toBeLessThan(800)
              expect(top).toBeGreaterThan(0)
              expect(top).toBeLessThan(600)
            }
      }),
    )
  })
  it('seen from the front is the sensor’s picture: x to the right, y down, the newest nearest', () => {
    const matrix = cloudTransform({ yaw: 0, pitch: 0, zoom: 1 }, sensor, view)
    const [left, top] = projected(matrix, view, 0, 0, 0)
    const [right, bottom] = projected(matrix, view, 100, 80, 0)
    expect(right - left).toBeGreaterThan(100)
    expect((right - left) / (bottom - top)).toBeCloseTo(100 / 80, 4)
    const [farLeft] = projected(matrix, view, 0, 0, 1)
    expect(farLeft).toBeGreaterThan(left)
  })
  it('is painted where the transform says, the nearer event in front', () => {
    const slice = { start: 0, t: Uint32Array.of(10, 100), x: Uint16Array.of(50, 50), y: Uint16Array.of(40, 40), p: Uint8Array.of(0, 1) }
    const chunks = [{ from: 0, to: 1000, truncated: false, events: packEvents(slice, { from: 0, to: 1000 }) }]
    const painter = new CloudPainter()
    const matrix = cloudTransform({ yaw: 0, pitch: 0, zoom: 1 }, sensor, view)
    expect(painter.paint(chunks, [0, 100], matrix, 3, sensor, view, palettes.night)).toBe(2)
    const [left, top] = projected(matrix, view, 50.5, 40.5, 0)
    const at = (Math.floor(top) * view[0] + Math.floor(left)) * 4
    const near = (channel: 0 | 1 | 2) => Math.abs(painter.bytes[at + channel]! - palettes.night.on[channel] * 255)
    expect(Math.max(near(0), near(1), near(2))).toBeLessThan(4)
    expect([...painter.bytes.subarray(0, 4)]).toEqual([...palettes.night.background.map((channel) => Math.round(channel * 255)), 255])
  })
  it('turns within bounds', () => {
    expect(orbited(initialCamera, 0, 9).pitch).toBeCloseTo(Math.PI / 2)
    expect(orbited(initialCamera, 0, 0, 1000).zoom).toBe(8)
  })
})
