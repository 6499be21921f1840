import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { type Engine, EngineError, type HostTensor, type LoadedProgram, type LoadOptions } from './engine.ts'
import { packageVersion } from './install/places.ts'
import { cudaFault, loadRuntime, type OnnxRuntime } from './runtime.ts'

/** Wraps memory without a copy; the tensor writes through. */
function wrap(runtime: OnnxRuntime, { data, shape }: HostTensor): Tensor {
  return new runtime.Tensor('float32', data, shape as number[])
}

class OrtProgram implements LoadedProgram {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly #runtime: OnnxRuntime
  readonly #session: InferenceSession

  constructor(runtime: OnnxRuntime, session: InferenceSession) {
    this.#runtime = runtime
    this.#session = session
    this.inputs = session.inputNames
    this.outputs = session.outputNames
  }

  async run(feeds: Record<string, HostTensor>, fetches: Record<string, HostTensor>): Promise<void> {
    const given: Record<string, Tensor> = {}
    for (const name of this.inputs) {
      const tensor = feeds[name]
      if (!tensor) throw new EngineError(`the program's input "${name}" was not given`)
      given[name] = wrap(this.#runtime, tensor)
    }
    const wanted: Record<string, Tensor> = {}
    for (const [name, tensor] of Object.entries(fetches)) wanted[name] = wrap(this.#runtime, tensor)
    let results: InferenceSession.OnnxValueMapType
    try {
      results = await this.#session.run(given, wanted)
    } catch (error) {
      throw new EngineError(`onnxruntime could not run the program: ${message(error)}`, { cause: error })
    }
    for (const [name, tensor] of Object.entries(fetches)) {
      const data = results[name]?.data
      // Some providers return their own memory instead of filling ours.
      if (data instanceof Float32Array && data !== tensor.data && data.byteLength === tensor.data.byteLength && data.buffer !== tensor.data.buffer) tensor.data.set(data)
    }
  }

  async release(): Promise<void> {
    await this.#session.release()
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** ONNX Runtime (npm onnxruntime-node): CPU everywhere, WebGPU where a GPU driver (or a software one) is found. */
export function onnxRuntime(): Engine {
  return {
    name: 'onnxruntime',
    version: packageVersion('onnxruntime-node'),
    async load(onnx: Uint8Array, { device, threads }: LoadOptions): Promise<LoadedProgram> {
      const runtime = loadRuntime(device)
      try {
        const session = await runtime.InferenceSession.create(onnx, {
          executionProviders: [device],
          graphOptimizationLevel: 'all',
          executionMode: 'sequential',
          enableCpuMemArena: true,
          // With a memory pattern the arena holds the first run's pieces and the planned block: a VGGSNN step of batch 16 peaked
          // at 6.8 GB with it and at 3.7 GB without, in the same time (npm run bench -- training).
          enableMemPattern: false,
          logSeverityLevel: 3,
          ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
        })
        return new OrtProgram(runtime, session)
      } catch (error) {
        const fault = device === 'cuda' ? cudaFault() : null
        throw new EngineError(`onnxruntime could not load the program on ${device}: ${fault ?? message(error)}`, { cause: error })
      }
    },
  }
}
