/** The three numbers of a CSS token such as "--heat: 11 125 113". */
function channelsOf(canvas: HTMLCanvasElement, token: string): readonly [number, number, number] {
  const [red = 0, green = 0, blue = 0] = getComputedStyle(canvas).getPropertyValue(token).trim().split(/\s+/).map(Number)
  return [red, green, blue]
}

/** Values 0..1 as the heat colour on nothing: `data` [H, W] from `offset` on, drawn at one canvas pixel each from (left, top). */
export function paintValues(canvas: HTMLCanvasElement, data: ArrayLike<number>, offset: number, width: number, height: number, left = 0, top = 0): void {
  const context = canvas.getContext('2d')
  if (!context || width === 0 || height === 0) return
  const [red, green, blue] = channelsOf(canvas, '--heat')
  const image = context.createImageData(width, height)
  for (let i = 0; i < width * height; i++) {
    image.data[i * 4] = red
    image.data[i * 4 + 1] = green
    image.data[i * 4 + 2] = blue
    image.data[i * 4 + 3] = 255 * Math.min(1, Math.max(0, data[offset + i] ?? 0))
  }
  context.putImageData(image, left, top)
}
