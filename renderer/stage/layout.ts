/** Where the sensor's picture lies in the view, in device pixels from the upper left. */
export interface Letterbox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * The largest picture with the sensor's proportions that fits, centred. From three screen pixels a sensor pixel on, only whole
 * ones: then all pixels are the same size. Below that the loss of room would be larger than the unevenness.
 */
export function letterbox(sensor: readonly [width: number, height: number], view: readonly [width: number, height: number]): Letterbox {
  const fit = Math.min(view[0] / sensor[0], view[1] / sensor[1])
  const scale = fit >= 3 ? Math.floor(fit) : fit
  const width = Math.max(1, Math.round(sensor[0] * scale))
  const height = Math.max(1, Math.round(sensor[1] * scale))
  return { x: Math.floor((view[0] - width) / 2), y: Math.floor((view[1] - height) / 2), width, height }
}

/**
 * Brightness of one event when events are counted: falls as pixels fill, so that neither few nor many events leave the
 * picture dark or saturated.
 * @param events shown
 * @param pixels of the sensor
 */
export function countGain(events: number, pixels: number): number {
  // Only part of the pixels is active; a tenth is typical of recordings from a moving camera.
  const perActivePixel = events / Math.max(1, pixels * 0.1)
  return 1.2 / (1 + 0.35 * perActivePixel)
}
