import { describe, expect, it } from 'vitest'
import { luminance, poseAt, randomScene, shapeNames, type Scene } from '../../../main/events/simulate/scene.ts'
import { simulateRecording } from '../../../main/events/simulate/simulate.ts'
import { Random } from '../../../main/random.ts'

const scene = (changes: Partial<Scene>): Scene => ({
  shape: 'circle', radius: 20, background: 0.5, brightness: 1, x: 64, y: 64, speed: 0, heading: 0, turn: 0, angle: 0, spin: 0, ...changes,
})
/** Share of the light that the shape adds, in pixels. */
function area(of: Scene): number {
  const light = luminance(of, poseAt(of, 0))
  let sum = 0
  for (let y = 0; y < 128; y++) for (let x = 0; x < 128; x++) sum += (light(x, y) - of.background) / (of.brightness - of.background)
  return sum
}

describe('the scene', () => {
  it('draws each shape with its area, whatever its angle', () => {
    const r = 20
    const areas = { circle: Math.PI * r * r, square: (1.7 * r) ** 2, cross: 2 * 2.1 * r * 0.6 * r - (0.6 * r) ** 2, triangle: 3 * Math.sqrt(3) * (0.6 * r) ** 2 }
    for (const shape of shapeNames) {
      for (const angle of [0, 0.3, 1.1]) expect(Math.abs(area(scene({ shape, angle })) / areas[shape] - 1)).toBeLessThan(0.02)
    }
  })

  it('moves at its speed along an arc, and straight on without a turn', () => {
    for (const turn of [0, 5]) {
      const moving = scene({ speed: 100, heading: 1, turn })
      let path = 0
      for (let i = 0; i < 1000; i++) {
        const [a, b] = [poseAt(moving, i / 1000), poseAt(moving, (i + 1) / 1000)]
        path += Math.hypot(b.x - a.x, b.y - a.y)
      }
      expect(path).toBeCloseTo(100, 2)
    }
    const begun = poseAt(scene({ speed: 100, heading: 1, turn: 5 }), 1e-4)
    expect(Math.atan2(begun.y - 64, begun.x - 64)).toBeCloseTo(1, 2)
  })

  it('stays on the sensor for the length of a recording', () => {
    const random = new Random(2)
    for (let i = 0; i < 200; i++) {
      const made = randomScene(shapeNames[i % 4]!, [128, 128], random)
      for (const t of [0, 0.05, 0.1, 0.15, 0.2]) {
        const { x, y } = poseAt(made, t)
        expect(Math.min(x, y)).toBeGreaterThan(20)
        expect(Math.max(x, y)).toBeLessThan(108)
      }
    }
  })
})

describe('a simulated recording', () => {
  it('is the same for the same seed, another one for another seed or shape', () => {
    const events = simulateRecording({ shape: 'square', seed: 5 })
    expect(simulateRecording({ shape: 'square', seed: 5 })).toEqual(events)
    expect(simulateRecording({ shape: 'square', seed: 6 }).t).not.toEqual(events.t)
    expect(simulateRecording({ shape: 'cross', seed: 5 }).t).not.toEqual(events.t)
  })

  it('has some thousand events of both polarities over the whole duration, most of them around the shape', () => {
    for (const [seed, shape] of shapeNames.entries()) {
      const { length, t, p, x, y } = simulateRecording({ shape, seed })
      expect(length).toBeGreaterThan(2000)
      expect(length).toBeLessThan(25_000)
      const on = p.reduce((sum, polarity) => sum + polarity, 0) / length
      expect(on).toBeGreaterThan(0.35)
      expect(on).toBeLessThan(0.65)
      expect(t[length - 1]).toBeGreaterThan(190_000)
      let near = 0
      for (let i = 0; i < length; i++) if (Math.hypot(x[i]! - 64, y[i]! - 64) < 60) near++
      expect(near / length).toBeGreaterThan(0.9)
    }
  })

  it('fits other sensors', () => {
    const { length, x, y } = simulateRecording({ shape: 'triangle', seed: 1, sensor: [34, 50] })
    expect(length).toBeGreaterThan(200)
    expect(Math.max(...x)).toBeLessThan(50)
    expect(Math.max(...y)).toBeLessThan(34)
  })
})
