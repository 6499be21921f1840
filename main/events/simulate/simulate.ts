import { Random } from '../../random.ts'
import type { EventBatch } from '../recording.ts'
import { defaultCamera, EventCamera, type CameraSettings, type Region } from './camera.ts'
import { luminance, poseAt, randomScene, type Pose, type Scene, type ShapeName } from './scene.ts'

export interface SimulationOptions {
  readonly shape: ShapeName
  /** Decides the scene and the noise. Same options, same events. */
  readonly seed: number
  /** [height, width] of the sensor in pixels. */
  readonly sensor?: readonly [number, number]
  readonly durationUs?: number
  readonly camera?: Partial<CameraSettings>
}

/** Edges move at most this far between two looks at the scene (px): ESIM's adaptive sampling, with the fastest point as bound. */
const stepPixels = 0.5

/** A simulated event camera watches one moving shape. Times from 0 µs, origin upper left. */
export function simulateRecording(options: SimulationOptions): EventBatch {
  const { shape, seed, sensor = [128, 128], durationUs = 200_000 } = options
  const random = new Random(seed, `simulation of ${shape}`)
  return watch(randomScene(shape, sensor, random), sensor, durationUs, { ...defaultCamera, ...options.camera }, random)
}

/** Events of a camera that watches `scene` for `durationUs`. */
export function watch(scene: Scene, sensor: readonly [number, number], durationUs: number, settings: CameraSettings, random: Random): EventBatch {
  const [height, width] = sensor
  let pose = poseAt(scene, 0)
  const start = luminance(scene, pose)
  const camera = new EventCamera(sensor, Float64Array.from({ length: height * width }, (_, i) => start(i % width, Math.floor(i / width))), settings, random)
  const fastest = scene.speed + Math.abs(scene.spin) * reach(scene)
  const steps = Math.max(1, Math.ceil((fastest * durationUs) / 1e6 / stepPixels))
  for (let step = 1; step <= steps; step++) {
    const time = (durationUs * step) / steps
    const next = poseAt(scene, time / 1e6)
    camera.observe(time, around(scene, pose, next), luminance(scene, next))
    pose = next
  }
  return camera.finish(random)
}

/** No point of a shape is farther from its centre, blur included. */
function reach(scene: Scene): number {
  return scene.radius * 1.3 + 2
}

function around(scene: Scene, a: Pose, b: Pose): Region {
  const far = reach(scene)
  return {
    x0: Math.floor(Math.min(a.x, b.x) - far), x1: Math.ceil(Math.max(a.x, b.x) + far),
    y0: Math.floor(Math.min(a.y, b.y) - far), y1: Math.ceil(Math.max(a.y, b.y) + far),
  }
}
