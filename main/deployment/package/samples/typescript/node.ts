/**
 * Reads a recording, makes frames of it by the model's own rule and classifies them.
 *
 * npm install onnxruntime-node
 * node node.ts [RECORDING] [--cut START,END] [--steps [--stop P]] [--save FRAMES.npy]     (Node 24 or later)
 *
 * RECORDING     of any format that Saccade reads; without it the package's own, compared with what Saccade computed
 * --cut         only the events from START to before END, in microseconds as they stand in the file
 * --steps       one timestep after the other (step.onnx), as from a camera, instead of all at once (window.onnx)
 * --stop P      with --steps: stop as soon as the answer's probability is P or more
 * --save        the frames [T, C, H, W] as a NumPy file
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import * as ort from 'onnxruntime-node'
import { framesOf, readRecording } from './frames.js'
import { classify, classifySteps, type Answer, type Model } from './model.ts'

const place = (name: string): URL => new URL(`../../${name}`, import.meta.url)
const model = JSON.parse(readFileSync(place('model.json'), 'utf8')) as Model
const options = { cut: { type: 'string' }, steps: { type: 'boolean' }, stop: { type: 'string', default: '2' }, save: { type: 'string' } } as const
const { values: given, positionals: [recording] } = parseArgs({ allowPositionals: true, options })

/** float32 values of a .npy file, whose header is 128 bytes. */
const golden = (name: string): Float32Array => new Float32Array(Uint8Array.from(readFileSync(place(`golden/${name}`)).subarray(128)).buffer)

/** The bytes of such a file. */
function npy(values: Float32Array, shape: readonly number[]): Uint8Array {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`.padEnd(117) + '\n'
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00\x76\x00' + header, 'latin1'), Buffer.from(values.buffer, values.byteOffset, values.byteLength)])
}

function compare(what: string, made: Float32Array, known: Float32Array): void {
  const difference = made.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (known[i] ?? NaN))), 0)
  console.log(`${what} differ from Saccade's by at most ${difference.toExponential(1)}`)
  if (!(difference <= 1e-3)) throw new Error(`The ${what} are not Saccade's.`)
}

/** Frames, and the logits that Saccade computed of them where it did. */
async function input(): Promise<{ frames: Float32Array; logits?: Float32Array }> {
  if (recording !== undefined) {
    const cut = given.cut?.split(',').map(Number)
    return { frames: framesOf(await readRecording(recording, readFileSync(recording)), model, cut && [cut[0] ?? 0, cut[1] ?? Infinity]) }
  }
  // A model of pictures has no recording: the first picture of its test split.
  if (!existsSync(place('golden/recording.csv')))
    return { frames: golden('frames.npy').slice(0, model.shape.reduce((a, b) => a * b, 1)), logits: golden('logits.npy').slice(0, model.labels.length) }
  const frames = framesOf(await readRecording('recording.csv', readFileSync(place('golden/recording.csv'))), model)
  compare('frames', frames, golden('recording-frames.npy'))
  return { frames, logits: golden('recording-logits.npy') }
}

async function steps(frames: Float32Array): Promise<{ answer: Answer; all: boolean }> {
  if (!existsSync(place('step.onnx'))) throw new Error('This package has no step.onnx; README.md says why.')
  const session = await ort.InferenceSession.create(readFileSync(place('step.onnx')))
  const last = model.shape[0] ?? 0
  let [answer, t]: [Answer | undefined, number] = [undefined, 0]
  for await (answer of classifySteps(ort, session, frames, model)) {
    console.log(`timestep ${++t} of ${last}: ${answer.label} (${answer.probability.toFixed(3)})`)
    if (answer.probability >= Number(given.stop)) break
  }
  if (!answer) throw new Error('There is no timestep.')
  return { answer, all: t === last }
}

async function main(): Promise<void> {
  const { frames, logits } = await input()
  if (given.save !== undefined) writeFileSync(given.save, npy(frames, model.shape))
  const { answer, all } = given.steps
    ? await steps(frames)
    : { answer: await classify(ort, await ort.InferenceSession.create(readFileSync(place('window.onnx'))), frames, model), all: true }
  if (logits && all) compare('logits', answer.logits, logits)
  console.log('class:', answer.label)
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
