import { rateColumns } from './rate.ts'

/** Draws ON upwards and OFF downwards of a middle line, in the theme's colours, at the screen's own resolution. */
export function drawCurve(canvas: HTMLCanvasElement, width: number, height: number, on: ArrayLike<number>, off: ArrayLike<number>): void {
  const ratio = devicePixelRatio
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  const context = canvas.getContext('2d')
  if (!context || canvas.width === 0 || canvas.height === 0) return
  const colors = getComputedStyle(canvas)
  const middle = canvas.height / 2
  // Bars of two pixels: single columns of a short recording hold too few events to make a curve.
  const bar = Math.max(1, Math.round(2 * ratio))
  if (on.length > 0) {
    const columns = rateColumns(on, off, Math.ceil(canvas.width / bar))
    // A square root keeps quiet stretches visible beside bursts.
    const size = (value: number) => Math.sqrt(value / columns.peak) * (middle - ratio)
    for (const [values, token, up] of [
      [columns.on, '--on', true],
      [columns.off, '--off', false],
    ] as const) {
      context.fillStyle = colors.getPropertyValue(token)
      context.globalAlpha = 0.8
      for (let column = 0; column < values.length; column++) {
        const length = size(values[column] ?? 0)
        context.fillRect(column * bar, up ? middle - length : middle, bar - 0.25 * ratio, length)
      }
    }
  }
  context.globalAlpha = 1
  context.fillStyle = colors.getPropertyValue('--line-strong')
  context.fillRect(0, Math.round(middle - ratio / 2), canvas.width, Math.max(1, Math.round(ratio)))
}
