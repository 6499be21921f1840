import { drawAxes } from '../axes.ts'
import { cloudTransform } from '../cloud.ts'
import type { Rgb } from '../palettes.ts'
import type { Player } from '../player.ts'
import { GifWriter, stageColors } from './gif.ts'
import { webm, type EncodedPicture } from './webm.ts'

export interface FilmRequest {
  /** µs from the recording's first event. */
  readonly from: number
  readonly to: number
  /** Recorded seconds per second of the film. */
  readonly speed: number
  /** Pictures a second. */
  readonly rate: number
}

/** Pictures a second that GIF can keep: its clock has hundredths of a second. */
export const gifRates = [10, 20, 25, 50] as const
export const webmRates = [24, 25, 30, 50, 60] as const

/** The recording's time of each picture. */
export function filmTimes({ from, to, speed, rate }: FilmRequest): number[] {
  const step = (1e6 * speed) / rate
  const pictures = Math.max(1, Math.round((to - from) / step))
  return Array.from({ length: pictures }, (_, index) => Math.min(to, from + (index + 1) * step))
}

/** The longer side of an exported picture is brought to about so many pixels, by whole multiples of the sensor's. */
const goodSide = 768
const keyEveryMs = 2000

/** Copies the stage as it is: flat, in crisp multiples of the sensor's pixels; the cloud with its axes. Both sides even, as films need. */
export class StageCamera {
  readonly canvas: HTMLCanvasElement
  readonly #player: Player
  readonly #context: CanvasRenderingContext2D

  constructor(player: Player) {
    this.#player = player
    this.canvas = document.createElement('canvas')
    const context = this.canvas.getContext('2d', { willReadFrequently: true })
    if (!context) throw new Error('This browser gives no canvas to draw the pictures on.')
    this.#context = context
  }

  /** The colour of lines and words: what stands out from the background. */
  get ink(): Rgb {
    const dark = (this.#player.palette?.background[0] ?? 0) < 0.3
    return dark ? [0.91, 0.93, 0.93] : [0.08, 0.09, 0.1]
  }

  /** Takes what is on the stage's canvas now; in the same turn in which it was drawn. */
  take(stage: HTMLCanvasElement): CanvasRenderingContext2D {
    const { view, camera, time, from } = this.#player.store.getState()
    const scale = view === 'flat' ? Math.max(1, Math.floor(goodSide / Math.max(stage.width, stage.height))) : 1
    const [width, height] = [Math.max(2, (stage.width * scale) & ~1), Math.max(2, (stage.height * scale) & ~1)]
    if (this.canvas.width !== width || this.canvas.height !== height) [this.canvas.width, this.canvas.height] = [width, height]
    this.#context.imageSmoothingEnabled = false
    this.#context.drawImage(stage, 0, 0, stage.width * scale, stage.height * scale)
    if (view === 'cloud') {
      const size = [stage.width, stage.height] as const
      drawAxes(this.#context, {
        matrix: cloudTransform(camera, this.#player.sensor, size),
        sensor: this.#player.sensor,
        view: size,
        span: time - from,
        ink: `rgb(${this.ink.map((channel) => Math.round(channel * 255)).join(' ')})`,
        ratio: devicePixelRatio,
      })
    }
    return this.#context
  }
}

/** The picture on the stage as PNG. */
export async function exportPng(player: Player): Promise<Blob> {
  const camera = new StageCamera(player)
  camera.take(await player.show(player.store.getState().time))
  return new Promise((resolve, reject) =>
    camera.canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser made no PNG of the picture.'))), 'image/png'),
  )
}

/** A part of the recording as GIF. @param told hears of progress, 0..1 @throws the signal's reason when it is cancelled */
export async function exportGif(player: Player, film: FilmRequest, signal: AbortSignal, told: (share: number) => void): Promise<Blob> {
  const camera = new StageCamera(player)
  let writer: GifWriter | null = null
  const times = filmTimes(film)
  for (const [index, time] of times.entries()) {
    const context = camera.take(await player.show(time, signal))
    const { width, height } = camera.canvas
    if (!player.palette) throw new Error('The stage was closed.')
    writer ??= new GifWriter(width, height, Math.round(100 / film.rate), stageColors(player.palette, camera.ink))
    writer.add(context.getImageData(0, 0, width, height).data)
    told((index + 1) / times.length)
    await breath()
  }
  if (!writer) throw new Error('There is no picture between these times.')
  return writer.finish()
}

/** Whether this browser encodes video; browsers do so only on pages from this machine or over https. */
export const canEncodeVideo = (): boolean => 'VideoEncoder' in globalThis

const codecs = [
  { name: 'V_VP9', codec: 'vp09.00.40.08' },
  { name: 'V_VP8', codec: 'vp8' },
] as const

/** A part of the recording as WebM. Every picture is encoded, however long it takes. Like exportGif otherwise. */
export async function exportWebm(player: Player, film: FilmRequest, signal: AbortSignal, told: (share: number) => void): Promise<Blob> {
  const camera = new StageCamera(player)
  const times = filmTimes(film)
  camera.take(await player.show(times[0]!, signal))
  const { width, height } = camera.canvas
  const chosen = await chooseCodec(width, height, film.rate)
  const pictures: EncodedPicture[] = []
  let failure: Error | null = null
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const bytes = new Uint8Array(chunk.byteLength)
      chunk.copyTo(bytes)
      pictures.push({ bytes, at: chunk.timestamp / 1000, key: chunk.type === 'key' })
    },
    error: (error) => {
      failure = error
    },
  })
  try {
    encoder.configure(chosen.config)
    const pictureUs = 1e6 / film.rate
    const keyEvery = Math.max(1, Math.round((keyEveryMs * film.rate) / 1000))
    for (const [index, time] of times.entries()) {
      camera.take(await player.show(time, signal))
      const frame = new VideoFrame(camera.canvas, { timestamp: Math.round(index * pictureUs), duration: Math.round(pictureUs) })
      encoder.encode(frame, { keyFrame: index % keyEvery === 0 })
      frame.close()
      while (encoder.encodeQueueSize > 4 && !failure) await breath()
      if (failure) throw failure
      told((index + 1) / times.length)
      await breath()
    }
    await encoder.flush()
    return webm(chosen.name, width, height, pictures, (times.length * 1000) / film.rate)
  } finally {
    if (encoder.state !== 'closed') encoder.close()
  }
}

async function chooseCodec(width: number, height: number, rate: number) {
  if (!canEncodeVideo())
    throw new Error('This browser encodes no video on this page (it does so on this machine or over https only). GIF works.')
  for (const { name, codec } of codecs) {
    const config: VideoEncoderConfig = { codec, width, height, framerate: rate, bitrate: Math.round(width * height * rate * 0.25) }
    const { supported } = await VideoEncoder.isConfigSupported(config)
    if (supported) return { name, config }
  }
  throw new Error('This browser encodes neither VP9 nor VP8 video. GIF works.')
}

/** Lets the page answer clicks between two pictures. */
const breath = () => new Promise((resolve) => setTimeout(resolve))
