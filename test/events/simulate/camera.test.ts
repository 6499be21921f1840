import { describe, expect, it } from 'vitest'
import { defaultCamera, EventCamera, poisson, type CameraSettings } from '../../../main/events/simulate/camera.ts'
import { Random } from '../../../main/random.ts'

const ideal: CameraSettings = { threshold: 0.25, mismatch: 0, refractoryUs: 0, leakRate: 0, shotRate: 0, seed: 1 }
const whole = { x0: -5, x1: 10_000, y0: -5, y1: 100 }
/** A camera of one row whose pixels see `light(time)` at the given times. */
function observe(pixels: number, settings: CameraSettings, light: (time: number) => number, times: number[], seed = 1) {
  const random = new Random(seed)
  const camera = new EventCamera([1, pixels], new Float64Array(pixels).fill(light(0)), settings, random)
  for (const time of times) camera.observe(time, whole, () => light(time))
  return camera.finish(random)
}

describe('the simulated event camera', () => {
  it('fires once for every threshold that log intensity crosses, ON when it brightens, OFF when it darkens', () => {
    // One unit of log intensity is four thresholds: pixels start up to one below or above their level and cross 3 or 4, 3.5 on average.
    const perPixel = (x: Uint16Array) => {
      const counts = new Array<number>(400).fill(0)
      for (const pixel of x) counts[pixel]!++
      return [Math.min(...counts), Math.max(...counts), x.length / 400] as const
    }
    const brighter = observe(400, ideal, (t) => Math.exp(t / 1000), [1000])
    expect(perPixel(brighter.x)).toEqual([3, 4, expect.closeTo(3.5, 1)])
    expect(brighter.p.every((p) => p === 1)).toBe(true)
    const darker = observe(400, ideal, (t) => Math.exp(-t / 1000), [1000])
    expect(perPixel(darker.x)).toEqual([3, 4, expect.closeTo(3.5, 1)])
    expect(darker.p.every((p) => p === 0)).toBe(true)
  })

  it('places events on the straight line between two observations: a ramp gives evenly spaced ones', () => {
    const { t, x } = observe(1, ideal, (time) => Math.exp(time / 1000), [500, 900, 1000])
    expect(x).toHaveLength(4)
    for (let i = 1; i < 4; i++) expect(Math.abs(t[i]! - t[i - 1]! - 250)).toBeLessThanOrEqual(1)
  })

  it('gives back what it took: light that returns leaves as many ON as OFF events, within one per pixel', () => {
    const times = Array.from({ length: 41 }, (_, i) => i * 100)
    const { p } = observe(300, ideal, (t) => 2 + Math.sin((t / 4000) * 2 * Math.PI), times)
    const on = p.reduce((sum, polarity) => sum + polarity, 0)
    expect(on).toBeGreaterThan(600)
    expect(Math.abs(p.length - 2 * on)).toBeLessThanOrEqual(300)
  })

  it('is blind for the refractory time', () => {
    const times = Array.from({ length: 50 }, (_, i) => (i + 1) * 100)
    const settings = { ...ideal, refractoryUs: 700 }
    const { length, t, x } = observe(50, settings, (time) => Math.exp(time / 400), times)
    const last = new Map<number, number>()
    for (let i = 0; i < length; i++) {
      expect(t[i]! - (last.get(x[i]!) ?? -Infinity)).toBeGreaterThanOrEqual(700)
      last.set(x[i]!, t[i]!)
    }
    expect(length).toBeGreaterThan(50 * 5)
    expect(length).toBeLessThan(observe(50, ideal, (time) => Math.exp(time / 400), times).length / 2)
  })

  it('differs from pixel to pixel as mismatch says, the same way in every recording of one camera', () => {
    const count = (seed: number, camera: number) => {
      const { x } = observe(200, { ...ideal, mismatch: 0.05, seed: camera }, (t) => Math.exp(t / 100), [2000], seed)
      const counts = new Array<number>(200).fill(0)
      for (const pixel of x) counts[pixel]!++
      return counts
    }
    const one = count(1, 1)
    // 20 units of log intensity: 80 events at threshold 0.25, 57 to 133 at 0.35 and 0.15.
    expect(Math.min(...one)).toBeLessThan(72)
    expect(Math.max(...one)).toBeGreaterThan(90)
    count(2, 1).forEach((events, pixel) => expect(Math.abs(events - one[pixel]!)).toBeLessThanOrEqual(4))
    expect(count(1, 2).filter((events, pixel) => Math.abs(events - one[pixel]!) > 5).length).toBeGreaterThan(100)
  })

  it('leaks ON events and adds shot noise of both polarities at their rates while nothing moves', () => {
    const still = (settings: Partial<CameraSettings>) => observe(5000, { ...ideal, ...settings }, () => 1, [1_000_000])
    expect(still({}).length).toBe(0)
    const leak = still({ leakRate: 0.2 })
    expect(leak.p.every((p) => p === 1)).toBe(true)
    // Uniform starting points over two thresholds: half of the pixels that drift by 0.2 thresholds come to cross.
    expect(Math.abs(leak.length - 500)).toBeLessThan(100)
    const shot = still({ shotRate: 0.4 })
    expect(Math.abs(shot.length - 2000)).toBeLessThan(250)
    expect(Math.abs(shot.p.reduce((sum, p) => sum + p, 0) - shot.length / 2)).toBeLessThan(150)
  })

  it('orders events by time and keeps them inside the sensor', () => {
    const random = new Random(4)
    const camera = new EventCamera([6, 9], new Float64Array(54).fill(1), { ...defaultCamera, shotRate: 500 }, random)
    camera.observe(50_000, { x0: 2, x1: 30, y0: -3, y1: 2 }, (x) => 1 + x)
    const { length, t, x, y } = camera.finish(random)
    expect(length).toBeGreaterThan(500)
    for (let i = 0; i < length; i++) {
      expect(x[i]! < 9 && y[i]! < 6 && t[i]! >= (t[i - 1] ?? 0) && t[i]! <= 50_000 && Number.isInteger(t[i]!)).toBe(true)
    }
  })

  it('draws Poisson numbers of the right mean and variance, small and large', () => {
    for (const mean of [0, 0.5, 12, 200]) {
      const random = new Random(9)
      const draws = Array.from({ length: 4000 }, () => poisson(mean, random))
      const average = draws.reduce((sum, n) => sum + n, 0) / draws.length
      const variance = draws.reduce((sum, n) => sum + (n - average) ** 2, 0) / draws.length
      expect(Math.abs(average - mean)).toBeLessThanOrEqual(4 * Math.sqrt(mean / 4000))
      expect(Math.abs(variance - mean)).toBeLessThanOrEqual(0.12 * mean)
    }
  })
})
