import { beforeAll, describe, expect, it } from 'vitest'
import { type Engine, EngineError } from '../../main/engines/engine.ts'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { type LoadedTensorFlow, loadTensorFlow } from '../../main/engines/tensorflow/library.ts'
import { tensorFlow } from '../../main/engines/tensorflow/tensorflow.ts'
import { built, open } from '../graph/built.ts'
import { javascriptTensorFlow } from './javascript.ts'

let javascript: LoadedTensorFlow
/** The real library, where its C part is installed; else why not. */
const native = await loadTensorFlow().catch((error: unknown) => (error instanceof Error ? error.message : String(error)))

beforeAll(async () => {
  javascript = await javascriptTensorFlow()
})

async function agree(engine: Engine, { all, inputs }: (typeof built)[number]): Promise<void> {
  const expected = await (await open(onnxRuntime(), all))(inputs)
  const found = await (await open(engine, all))(inputs)
  for (const [name, { data }] of Object.entries(expected)) {
    const values = found[name]?.data ?? new Float32Array()
    expect(values.length, name).toBe(data.length)
    data.forEach((value, k) => expect(Math.abs((values[k] ?? NaN) - value), `${name}[${k}]`).toBeLessThan(1e-4 * (1 + Math.abs(value))))
  }
}

describe("every op on TensorFlow.js's own backend", () => {
  it.each(built)('$item.name: values and gradients are those of onnxruntime', async (one) => {
    const before = javascript.tf.memory().numTensors
    const engine = tensorFlow(() => Promise.resolve(javascript))
    await agree(engine, one)
    // What is left are the constants of programs that were not released.
    expect(javascript.tf.memory().numTensors - before).toBeLessThan(64)
  })
})

describe.skipIf(typeof native === 'string')(`every op on TensorFlow${typeof native === 'string' ? ` (skipped: ${native})` : ''}`, () => {
  it.each(built)('$item.name: values and gradients are those of onnxruntime', async (one) => agree(tensorFlow(), one))
})

describe('what goes wrong', () => {
  it.skipIf(typeof native !== 'string')('a library that is not there is named, with what to do', () => {
    expect(native).toMatch(/tfjs-node-gpu: .+tfjs-node: .+npm rebuild/)
  })
  it('a program that is none, an input that is missing: EngineError, and nothing stays in memory', async () => {
    const engine = tensorFlow(() => Promise.resolve(javascript))
    await expect(engine.load(Uint8Array.of(1, 2, 3), { device: 'cpu' })).rejects.toThrow(EngineError)
    const [one] = built
    if (!one) throw new Error('no cases')
    const program = await engine.load(one.all.onnx, { device: 'cpu' })
    const before = javascript.tf.memory().numTensors
    await expect(program.run({}, {})).rejects.toThrow('"x0" was not given')
    expect(javascript.tf.memory().numTensors).toBe(before)
  })
})
