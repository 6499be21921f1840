import type { Tensor } from '@tensorflow/tfjs-core'
import { type Engine, EngineError, type HostTensor, type LoadedProgram } from '../engine.ts'
import { kernels, type KernelContext } from './kernels.ts'
import { type LoadedTensorFlow, loadTensorFlow, type TensorFlow } from './library.ts'
import { readSteps, type Step, type Steps } from './model.ts'

/** One program, run step by step; a value is freed after the last step that reads it. */
class TensorFlowProgram implements LoadedProgram {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly #tf: TensorFlow
  readonly #steps: Steps
  readonly #constants: ReadonlyMap<string, Tensor>

  constructor(tf: TensorFlow, steps: Steps) {
    this.#tf = tf
    this.#steps = steps
    this.inputs = steps.inputs
    this.outputs = steps.outputs
    this.#constants = new Map(
      [...steps.constants].flatMap(([name, { shape, values }]) =>
        values instanceof Float32Array ? [[name, tf.tensor(values, [...shape], 'float32')] as const] : [],
      ),
    )
  }

  async run(feeds: Record<string, HostTensor>, fetches: Record<string, HostTensor>): Promise<void> {
    const values = new Map(this.#constants)
    const made = new Set<Tensor>()
    const keep = (name: string, tensor: Tensor): void => {
      values.set(name, tensor)
      made.add(tensor)
    }
    try {
      for (const name of this.inputs) {
        const fed = feeds[name]
        if (!fed) throw new EngineError(`the program's input "${name}" was not given`)
        keep(name, this.#tf.tensor(fed.data, [...fed.shape], 'float32'))
      }
      for (const step of this.#steps.steps) {
        this.#step(step, values).forEach((tensor, i) => keep(step.outputs[i] ?? '', tensor))
        for (const name of step.last) {
          const tensor = values.get(name)
          if (!tensor) continue
          tensor.dispose()
          made.delete(tensor)
          values.delete(name)
        }
      }
      for (const [name, fetch] of Object.entries(fetches)) {
        const tensor = values.get(name)
        if (!tensor) throw new EngineError(`the program has no output "${name}"`)
        fetch.data.set(await tensor.data<'float32'>())
      }
    } finally {
      for (const tensor of made) tensor.dispose()
    }
  }

  /** @throws EngineError naming the node */
  #step(step: Step, values: ReadonlyMap<string, Tensor>): Tensor[] {
    const kernel = kernels[step.op]
    if (!kernel) throw new EngineError(`TensorFlow can't run this program: it has no operation "${step.op}" (${step.name})`)
    const context: KernelContext = {
      tf: this.#tf,
      count: step.inputs.length,
      outputs: step.outputs.length,
      attribute: (name) => step.attributes[name],
      tensor: (i) => {
        const tensor = values.get(step.inputs[i] ?? '')
        if (!tensor) throw new EngineError(`input ${i} of ${step.name} is missing`)
        return tensor
      },
      numbers: (i) => {
        const found = this.#steps.constants.get(step.inputs[i] ?? '')?.values
        return found instanceof Float32Array ? undefined : found
      },
    }
    try {
      const results = this.#tf.tidy(() => kernel(context))
      return Array.isArray(results) ? results : [results]
    } catch (error) {
      if (error instanceof EngineError) throw error
      throw new EngineError(`TensorFlow could not run ${step.name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }

  release(): Promise<void> {
    for (const tensor of this.#constants.values()) tensor.dispose()
    return Promise.resolve()
  }
}

/**
 * TensorFlow as an engine: the same programs, operation by operation. Slower than ONNX Runtime on a CPU (no fused graph), here
 * for machines whose GPU has TensorFlow's CUDA build and nothing else.
 * @param library how TensorFlow is loaded; tests give TensorFlow.js's own JavaScript backend
 */
export function tensorFlow(library: () => Promise<LoadedTensorFlow> = loadTensorFlow): Engine {
  let loading: Promise<LoadedTensorFlow> | undefined
  return {
    name: 'tensorflow',
    version: '',
    async load(onnx, { precision }) {
      if (precision === 'mixed') throw new EngineError("Mixed precision can't be used on tensorflow: TensorFlow.js has no float16. Train with float32, or on another device.")
      const { tf } = await (loading ??= library())
      return new TensorFlowProgram(tf, readSteps(onnx))
    },
  }
}
