import { duration } from '../app/format.ts'
import { projected } from './cloud.ts'

export interface Axes {
  readonly matrix: Float32Array
  /** The sensor and the canvas, in pixels. */
  readonly sensor: readonly [number, number]
  readonly view: readonly [number, number]
  /** µs of the window. */
  readonly span: number
  /** CSS colour of lines and words. */
  readonly ink: string
  /** Canvas pixels per CSS pixel. */
  readonly ratio: number
}

type Corner = readonly [x: 0 | 1, y: 0 | 1, age: 0 | 1]
const bits = [0, 1] as const
const corners: readonly Corner[] = bits.flatMap((x) => bits.flatMap((y) => bits.map((age): Corner => [x, y, age])))

/** Draws the box of the x-y-t cloud with its three axes named: x and y in pixels, t by how long ago. */
export function drawAxes(context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D, axes: Axes): void {
  const { matrix, sensor, view, span, ink, ratio } = axes
  const at = (x: number, y: number, age: number) => projected(matrix, view, x * sensor[0], y * sensor[1], age)
  context.strokeStyle = context.fillStyle = ink
  context.lineWidth = ratio
  for (const [index, from] of corners.entries())
    for (const to of corners.slice(index + 1)) {
      if (from.filter((value, axis) => value !== to[axis]).length !== 1) continue
      // The near face is the present.
      context.globalAlpha = from[2] + to[2] === 0 ? 0.55 : 0.22
      context.beginPath()
      context.moveTo(...at(...from))
      context.lineTo(...at(...to))
      context.stroke()
    }
  context.globalAlpha = 0.85
  context.font = `${11.5 * ratio}px system-ui, sans-serif`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  const middle = at(0.5, 0.5, 0.5)
  const say = (text: string, x: number, y: number, age: number) => {
    const [left, top] = at(x, y, age)
    const [dx, dy] = [left - middle[0], top - middle[1]]
    const away = (15 * ratio) / Math.max(1, Math.hypot(dx, dy))
    // Wide words go further out sideways.
    const wide = context.measureText(text).width / 2
    context.fillText(text, left + dx * away + Math.sign(dx) * wide * Math.min(1, Math.abs(dx) * away * 0.07), top + dy * away)
  }
  say('x', 0.5, 1, 0)
  say(String(sensor[0]), 1, 1, 0)
  say('y', 0, 0.5, 0)
  say(String(sensor[1]), 0, 1, 0)
  say('0', 0, 0, 0)
  say('now', 1, 0, 0)
  say('t', 1, 0, 0.5)
  say(`−${duration(span)}`, 1, 0, 1)
}
