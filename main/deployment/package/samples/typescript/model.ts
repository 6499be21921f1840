/** What Node and browsers have in common: the model of this package, run on frames. */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common'
import type { Input } from './frames.js'

/** What model.json says, as far as it is needed here. */
export interface Model extends Input {
  readonly labels: readonly string[]
  readonly formats: readonly { readonly format: string; readonly states?: readonly State[] }[]
}

/** What step.onnx hands from timestep to timestep; zeros at the beginning of a recording. */
interface State {
  readonly input: string
  readonly output: string
  readonly shape: readonly number[]
}

/** onnxruntime-node or onnxruntime-web. */
export interface Runtime {
  readonly Tensor: TensorConstructor
}

export interface Answer {
  readonly label: string
  readonly probability: number
  readonly logits: Float32Array
}

export function answerOf(logits: Float32Array, { labels }: Model): Answer {
  const largest = Math.max(...logits)
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0)
  return { label: labels[logits.indexOf(largest)] ?? '', probability: 1 / total, logits }
}

const values = (tensor: Tensor | undefined): Float32Array => tensor?.data as Float32Array

/** All timesteps at once. @param session of window.onnx @param frames [T, C, H, W] */
export async function classify(ort: Runtime, session: InferenceSession, frames: Float32Array, model: Model): Promise<Answer> {
  const { logits } = await session.run({ frames: new ort.Tensor('float32', frames, [1, ...model.shape]) })
  return answerOf(values(logits), model)
}

/**
 * One timestep after the other, as from a camera: after each the answer of the timesteps so far. Whoever has seen enough may stop.
 * @param session of step.onnx
 */
export async function* classifySteps(ort: Runtime, session: InferenceSession, frames: Float32Array, model: Model): AsyncGenerator<Answer> {
  const [timesteps = 0, ...frame] = model.shape
  const states = model.formats.find(({ format }) => format === 'step')?.states ?? []
  const size = frame.reduce((a, b) => a * b, 1)
  let feeds = states.map(({ input, shape }) => [input, new ort.Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b, 1)), [1, ...shape])] as const)
  const sum = new Float32Array(model.labels.length)
  for (let t = 0; t < timesteps; t++) {
    const now = new ort.Tensor('float32', frames.slice(t * size, (t + 1) * size), [1, ...frame])
    const given = await session.run({ frame: now, ...Object.fromEntries(feeds) })
    feeds = states.map(({ input, output }) => [input, given[output] as (typeof feeds)[number][1]] as const)
    values(given['logits']).forEach((logit, i) => (sum[i] = (sum[i] ?? 0) + logit))
    yield answerOf(sum.map((logit) => logit / (t + 1)), model)
  }
}
