/** samples/typescript/frames.ts of a package: reading and framing, for Node and the browser alike. */
export const framesSample = String.raw`/** What model.json says that is needed here. */
export interface Model {
  readonly labels: readonly string[]
  readonly sensor: readonly [number, number]
  readonly framing: {
    readonly timesteps: number
    readonly splitBy: 'time' | 'count' | 'duration'
    readonly blockUs?: number
    readonly remainder?: 'last' | 'drop'
    readonly representation?: string
    readonly normalize: 'none' | 'max'
    readonly resize: readonly [number, number] | null
    readonly resizing?: string
  }
  readonly filters: readonly unknown[]
  readonly normalization?: unknown
  readonly shape: readonly number[]
}

/** t in microseconds, p 1 where ON; sensor [height, width]. */
export interface Events {
  readonly t: Float64Array
  readonly x: Int32Array
  readonly y: Int32Array
  readonly p: Uint8Array
  readonly sensor: readonly [number, number]
}

/** Events of a CSV file "t,x,y,p", or of N-MNIST's .bin. */
export function readRecording(name: string, bytes: Uint8Array, model: Model): Events {
  const rows: number[][] = []
  let sensor = model.sensor
  if (name.endsWith('.bin')) {
    for (let i = 0; i + 5 <= bytes.length; i += 5) {
      const [x = 0, y = 0, a = 0, b = 0, c = 0] = bytes.subarray(i, i + 5)
      rows.push([((a & 127) << 16) | (b << 8) | c, x, y, a >> 7])
    }
  } else {
    for (const line of new TextDecoder().decode(bytes).split('\n')) {
      if (line.startsWith('%geometry:')) {
        const [width = 0, height = 0] = line.slice(10).split(',').map(Number)
        sensor = [height, width]
      } else if (/^\d/.test(line)) rows.push(line.split(',').map(Number))
    }
  }
  const column = (i: number) => rows.map((row) => row[i] ?? 0)
  return { t: Float64Array.from(column(0)), x: Int32Array.from(column(1)), y: Int32Array.from(column(2)), p: Uint8Array.from(column(3)), sensor }
}

/** The block of each event, -1 where it is left out. */
function blocksOf(t: Float64Array, { timesteps, splitBy, blockUs = 100_000, remainder = 'last' }: Model['framing']): Int32Array {
  let [first, final] = [Infinity, -Infinity]
  for (const time of t) [first, final] = [Math.min(first, time), Math.max(final, time)]
  const size = splitBy === 'count' ? Math.floor(t.length / timesteps) : splitBy === 'duration' ? blockUs : Math.floor((final - first) / timesteps)
  const last = remainder === 'last' && splitBy !== 'duration'
  return Int32Array.from(t, (time, i) => {
    const block = size === 0 ? timesteps : Math.floor((splitBy === 'count' ? i : time - first) / size)
    return block < timesteps ? block : last ? timesteps - 1 : -1
  })
}

/** Antialiased bilinear resize of one axis with half-pixel centres: for each output the first input and the weights from there. */
function axisWeights(size: number, to: number): { first: number; weights: number[] }[] {
  const scale = size / to
  const support = Math.max(1, scale)
  return Array.from({ length: to }, (_, out) => {
    const centre = scale * (out + 0.5)
    const first = Math.max(Math.trunc(centre - support + 0.5), 0)
    const end = Math.min(Math.trunc(centre + support + 0.5), size)
    const raw = Array.from({ length: end - first }, (_, tap) => Math.max(0, 1 - Math.abs((first + tap - centre + 0.5) / support)))
    const total = raw.reduce((a, b) => a + b, 0)
    return { first, weights: raw.map((weight) => weight / total) }
  })
}

function resized(data: Float64Array, [high, wide]: readonly [number, number], [toHigh, toWide]: readonly [number, number]): Float64Array {
  const planes = data.length / (high * wide)
  const [rows, columns] = [axisWeights(high, toHigh), axisWeights(wide, toWide)]
  const out = new Float64Array(planes * toHigh * toWide)
  for (let plane = 0; plane < planes; plane++)
    rows.forEach((row, i) => columns.forEach((column, j) => {
      let sum = 0
      row.weights.forEach((a, y) => column.weights.forEach((b, x) => (sum += a * b * (data[(plane * high + row.first + y) * wide + column.first + x] ?? 0))))
      out[(plane * toHigh + i) * toWide + j] = sum
    }))
  return out
}

/** Frames [T, 2, H, W]; channel 0 OFF, channel 1 ON. */
export function framesOf({ t, x, y, p, sensor }: Events, model: Model): Float32Array {
  const { framing } = model
  const kind = framing.representation ?? 'counts'
  if ((kind !== 'counts' && kind !== 'binary') || model.filters.length > 0 || (framing.resizing ?? 'float32') !== 'float32' || model.normalization !== undefined)
    throw new Error('This model\'s preparation (' + kind + ', filters, 8-bit resizing or pictures) is not part of this sample: see model.json.')
  const [high, wide] = sensor
  const frame = 2 * high * wide
  const data = new Float64Array(framing.timesteps * frame)
  blocksOf(t, framing).forEach((block, i) => {
    if (block < 0) return
    const at = block * frame + ((p[i] ?? 0) * high + (y[i] ?? 0)) * wide + (x[i] ?? 0)
    data[at] = kind === 'binary' ? 1 : (data[at] ?? 0) + 1
  })
  if (framing.normalize === 'max')
    for (let start = 0; start < data.length; start += frame) {
      const part = data.subarray(start, start + frame)
      const largest = part.reduce((a, b) => Math.max(a, b), 0)
      if (largest > 0) part.forEach((value, i) => (part[i] = value / largest))
    }
  return Float32Array.from(framing.resize ? resized(data, sensor, framing.resize) : data)
}
`

/** samples/typescript/node.ts: onnxruntime-node. */
export const nodeSample = String.raw`/**
 * node node.ts [RECORDING]     (Node 24 or later; npm install onnxruntime-node)
 * Without a recording: the package's own, compared with what Saccade computed.
 */
import { readFileSync } from 'node:fs'
import * as ort from 'onnxruntime-node'
import { framesOf, readRecording, type Model } from './frames.ts'

const file = (name: string): Buffer => readFileSync(new URL('../../' + name, import.meta.url))
/** float32 values of a .npy file, whose header is 128 bytes. */
const npy = (name: string): Float32Array => new Float32Array(Uint8Array.from(file(name).subarray(128)).buffer)
const difference = (a: Float32Array, b: Float32Array): number => a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? NaN))), 0)

const model = JSON.parse(file('model.json').toString('utf8')) as Model
const given = process.argv[2]
const frames = framesOf(readRecording(given ?? 'recording.csv', given ? readFileSync(given) : file('golden/recording.csv'), model), model)
const session = await ort.InferenceSession.create(file('window.onnx'))
const answer = await session.run({ frames: new ort.Tensor('float32', frames, [1, ...model.shape]) })
const logits = answer['logits']?.data as Float32Array
if (given === undefined) {
  console.log('frames differ from Saccade\'s by at most', difference(frames, npy('golden/recording-frames.npy')).toExponential(1))
  console.log('logits differ from Saccade\'s by at most', difference(logits, npy('golden/recording-logits.npy')).toExponential(1))
}
console.log('class:', model.labels[logits.indexOf(Math.max(...logits))])
`

/** samples/typescript/web.ts: onnxruntime-web. */
export const webSample = String.raw`/** In the browser (npm install onnxruntime-web; any bundler): classify(file) with a file that the user chose. */
import * as ort from 'onnxruntime-web'
import { framesOf, readRecording, type Model } from './frames.ts'

/** @param base address of the unpacked package */
export async function open(base: string): Promise<(recording: File) => Promise<{ label: string; logits: Float32Array }>> {
  const model = (await (await fetch(base + '/model.json')).json()) as Model
  const session = await ort.InferenceSession.create(base + '/window.onnx')
  return async (recording) => {
    const frames = framesOf(readRecording(recording.name, new Uint8Array(await recording.arrayBuffer()), model), model)
    const answer = await session.run({ frames: new ort.Tensor('float32', frames, [1, ...model.shape]) })
    const logits = answer['logits']?.data as Float32Array
    return { label: model.labels[logits.indexOf(Math.max(...logits))] ?? '', logits }
  }
}
`
