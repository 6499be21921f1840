import { Random } from '../../random.ts'
import type { EventBatch } from '../recording.ts'

/** Properties of the simulated pixels, in the range that v2e gives for DVS cameras (Hu, Liu, Delbruck 2021, table 1). */
export interface CameraSettings {
  /** Change of log intensity (natural logarithm) that makes an event: mean, and standard deviation between pixels. */
  readonly threshold: number
  readonly mismatch: number
  /** A pixel is blind for this long after an event. */
  readonly refractoryUs: number
  /** Leak of the pixel's reset switch: ON events of an unlit pixel per second. */
  readonly leakRate: number
  /** Shot noise events per pixel and second, either polarity. */
  readonly shotRate: number
  /** The camera itself: which pixel has which threshold. */
  readonly seed: number
}

export const defaultCamera: CameraSettings = { threshold: 0.3, mismatch: 0.03, refractoryUs: 500, leakRate: 0.1, shotRate: 0.1, seed: 1 }

/** Rows and columns first..last (inclusive) that may have changed. */
export interface Region {
  readonly x0: number
  readonly x1: number
  readonly y0: number
  readonly y1: number
}

/**
 * An event camera, after ESIM (Rebecq, Gehrig, Scaramuzza 2018) and v2e: each pixel remembers the log intensity of its last
 * event and fires once for every threshold that the signal has crossed since, at the time where the straight line between two
 * observations crosses it. On top: thresholds that differ from pixel to pixel, leak, shot noise, refractory time.
 * Time in µs from 0.
 */
export class EventCamera {
  readonly width: number
  readonly height: number
  #settings: CameraSettings
  #on: Float64Array
  #off: Float64Array
  /** Log intensity at the last visit, minus the level that the pixel remembers. */
  #difference: Float64Array
  #log: Float64Array
  #luminance: Float64Array
  #visited: Float64Array
  #keys: number[] = []
  #now = 0

  /** @param luminance of every pixel at time 0, above zero, row after row */
  constructor([height, width]: readonly [number, number], luminance: Float64Array, settings: CameraSettings, random: Random) {
    this.height = height
    this.width = width
    this.#settings = settings
    const pixels = height * width
    const camera = new Random(settings.seed, 'camera')
    const draw = () => Math.max(settings.threshold / 3, settings.threshold + settings.mismatch * camera.normal())
    this.#on = Float64Array.from({ length: pixels }, draw)
    this.#off = Float64Array.from({ length: pixels }, draw)
    // A recording starts anywhere between two events of each pixel.
    this.#difference = Float64Array.from({ length: pixels }, (_, i) => -this.#off[i]! + random.uniform() * (this.#on[i]! + this.#off[i]!))
    this.#luminance = luminance
    this.#log = luminance.map(Math.log)
    this.#visited = new Float64Array(pixels)
  }

  /** Shows the sensor the luminance at `time` (µs) inside the region; outside of it nothing has changed. */
  observe(time: number, region: Region, luminance: (x: number, y: number) => number): void {
    for (let y = Math.max(0, region.y0); y <= Math.min(this.height - 1, region.y1); y++) {
      for (let x = Math.max(0, region.x0); x <= Math.min(this.width - 1, region.x1); x++) {
        const pixel = y * this.width + x
        const light = luminance(x, y)
        if (light === this.#luminance[pixel]) continue
        // The pixel saw the old luminance until the observation before this one.
        this.#advance(pixel, this.#now, this.#log[pixel]!)
        this.#advance(pixel, time, Math.log(light))
        this.#luminance[pixel] = light
      }
    }
    this.#now = time
  }

  /** Ends the recording: leak up to now everywhere, shot noise, refractory time; events in order of time. */
  finish(random: Random): EventBatch {
    const pixels = this.width * this.height
    for (let pixel = 0; pixel < pixels; pixel++) this.#advance(pixel, this.#now, this.#log[pixel]!)
    const noise = poisson((this.#settings.shotRate * pixels * this.#now) / 1e6, random)
    for (let i = 0; i < noise; i++) this.#emit(random.uniform() * this.#now, random.below(pixels), random.below(2))
    const keys = Float64Array.from(this.#keys).sort()
    const last = new Float64Array(pixels).fill(-Infinity)
    const kept = keys.filter((key) => {
      const time = Math.floor(key / (2 * pixels))
      const pixel = Math.floor((key % (2 * pixels)) / 2)
      if (time - last[pixel]! < this.#settings.refractoryUs) return false
      last[pixel] = time
      return true
    })
    const column = (of: (key: number) => number) => Float64Array.from(kept, of)
    return {
      length: kept.length,
      t: column((key) => Math.floor(key / (2 * pixels))),
      x: Uint16Array.from(kept, (key) => Math.floor((key % (2 * pixels)) / 2) % this.width),
      y: Uint16Array.from(kept, (key) => Math.floor(Math.floor((key % (2 * pixels)) / 2) / this.width)),
      p: Uint8Array.from(kept, (key) => key % 2),
    }
  }

  /** Moves one pixel to `time` with the signal going straight to `log`; emits an event at each crossing. */
  #advance(pixel: number, time: number, log: number): void {
    const from = this.#visited[pixel]!
    if (time <= from) return
    const on = this.#on[pixel]!
    const off = this.#off[pixel]!
    let start = this.#difference[pixel]!
    // Leak lowers the remembered level, so that an unlit pixel drifts towards ON.
    const change = log - this.#log[pixel]! + ((this.#settings.leakRate * (time - from)) / 1e6) * on
    const end = start + change
    this.#visited[pixel] = time
    this.#log[pixel] = log
    let removed = 0
    while (end - removed >= on) {
      this.#emit(from + ((on + removed - start) / change) * (time - from), pixel, 1)
      removed += on
    }
    while (end - removed <= -off) {
      this.#emit(from + ((-off + removed - start) / change) * (time - from), pixel, 0)
      removed -= off
    }
    start = end - removed
    this.#difference[pixel] = start
  }

  /** Events as one number each, ordered by time, then pixel, then polarity. */
  #emit(time: number, pixel: number, polarity: number): void {
    this.#keys.push((Math.round(time) * this.width * this.height + pixel) * 2 + polarity)
  }
}

/** A Poisson number: inversion below 30 (Knuth), the rounded normal distribution above. */
export function poisson(mean: number, random: Random): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()))
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random.uniform(); product > limit; product *= random.uniform()) count++
  return count
}
