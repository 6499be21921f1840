/**
 * What tests and the bench run inside Chromium: the stage's renderer on synthetic events, without the rest of the window.
 * Bundled by test/support/stage-page.ts.
 */
import type { Chunk } from '../../../renderer/stage/chunks.ts'
import { initialCamera, orbited } from '../../../renderer/stage/cloud.ts'
import { packEvents } from '../../../renderer/stage/packed.ts'
import { palettes } from '../../../renderer/stage/palettes.ts'
import { EventRenderer, mostSplats, type Accumulator } from '../../../renderer/stage/renderer.ts'
import type { DrawnPicture, Measured, MeasureRequest, PictureRequest, StagePage } from '../../support/stage-page.ts'

/** A generator of whole numbers below 2^32 (Numerical Recipes' LCG): the same events everywhere. */
function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0)
}

/**
 * A bright bar that crosses the sensor, its leading edge ON and its trailing edge OFF, and some noise; in chunks of `per` events.
 * @param later µs from the recording's first event to the bar
 */
export function bar(events: number, durationUs: number, [width, height]: readonly [number, number], per = 400_000, later = 0): Chunk[] {
  const next = numbers(7)
  const chunks: Chunk[] = []
  for (let first = 0; first < events; first += per) {
    const count = Math.min(per, events - first)
    const span = { from: Math.floor((first / events) * durationUs), to: Math.floor(((first + count) / events) * durationUs) }
    const moved = { from: later + span.from, to: later + span.to }
    const [t, x, y, p] = [new Uint32Array(count), new Uint16Array(count), new Uint16Array(count), new Uint8Array(count)]
    for (let index = 0; index < count; index++) {
      const time = Math.floor(((first + index) / events) * durationUs)
      const on = next() >>> 31
      const noise = next() % 8 === 0
      const edge = (time / durationUs) * width + (on ? width / 10 : 0) + (next() % 5)
      t[index] = time - span.from
      x[index] = noise ? next() % width : Math.floor(edge) % width
      y[index] = next() % height
      p[index] = on
    }
    chunks.push({ ...moved, truncated: false, events: packEvents({ start: moved.from, t, x, y, p }, moved) })
  }
  return chunks
}

function stage(sensor: readonly [number, number], size: readonly [number, number], accumulator?: Accumulator) {
  const canvas = document.createElement('canvas')
  ;[canvas.width, canvas.height] = size
  document.body.replaceChildren(canvas)
  return { canvas, renderer: new EventRenderer(canvas, sensor, () => undefined, accumulator) }
}

const within = (chunks: readonly Chunk[], from: number, to: number) => chunks.filter((chunk) => chunk.to > from && chunk.from <= to)

function picture(request: PictureRequest): DrawnPicture {
  const { canvas, renderer } = stage(request.sensor, request.canvas, request.accumulator)
  const later = request.later ?? 0
  const chunks = bar(20_000, 1_000_000, request.sensor, 3000, later)
  let shown = 0
  for (const time of request.times) {
    const to = later + time
    const from = to - request.span
    shown = renderer.draw({
      from,
      to,
      chunks: within(chunks, from, to),
      mode: request.mode,
      palette: palettes[request.palette],
      camera: request.view === 'flat' ? null : initialCamera,
    })
  }
  const copy = new OffscreenCanvas(canvas.width, canvas.height)
  const context = copy.getContext('2d')
  if (!context) throw new Error('no 2-D canvas')
  context.drawImage(canvas, 0, 0)
  const pixels = [...context.getImageData(0, 0, canvas.width, canvas.height).data]
  const { accumulator, driver } = renderer
  renderer.dispose()
  return { pixels, shown, accumulator, driver }
}

/** Plays at real time with one second in view, drawing as fast as it goes; each picture is waited for. */
function measure({ events, view, mode, seconds }: MeasureRequest): Measured {
  const sensor = [640, 480] as const
  const { canvas, renderer } = stage(sensor, view === 'flat' ? sensor : [1000, 640])
  const chunks = bar(events * 2, 2_000_000, sensor)
  const gl = canvas.getContext('webgl2')
  const pixel = new Uint8Array(4)
  let shown = 0
  const draw = (frame: number) => {
    const to = 1_000_000 + ((frame * 16_667) % 1_000_000)
    const camera = view === 'flat' ? null : orbited(initialCamera, frame * 0.02, 0)
    shown = renderer.draw({ from: to - 1_000_000, to, chunks: within(chunks, to - 1_000_000, to), mode, palette: palettes.night, camera })
    gl?.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel)
  }
  for (let frame = 0; frame < 3; frame++) draw(frame)
  const start = performance.now()
  let frames = 0
  while (performance.now() - start < seconds * 1000 || frames < 5) draw(3 + frames++)
  const framesPerSecond = (frames * 1000) / (performance.now() - start)
  const { accumulator, driver } = renderer
  renderer.dispose()
  const every = view === 'cloud' && accumulator === 'cpu' ? Math.ceil(shown / mostSplats) : 1
  return { framesPerSecond, shown, drawn: Math.ceil(shown / every), accumulator, driver }
}

Object.assign(globalThis, { stagePage: { picture, measure } satisfies StagePage })
