import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { type Engine, EngineError, type HostTensor, type LoadedProgram, type LoadOptions, type ResidentState } from './engine.ts'
import { threadBound } from '../threads.ts'
import { packageVersion } from './install/places.ts'
import { float16Probe, mixedPrecision } from './passes/mixed.ts'
import { forWebgpu } from './passes/webgpu.ts'
import { OrtResident } from './resident.ts'
import { cudaFault, loadRuntime, type OnnxRuntime } from './runtime.ts'
import type { Device } from './schema.ts'

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

  async run(feeds: Record<string, HostTensor>, fetches: Record<string, HostTensor>, resident?: ResidentState): Promise<void> {
    const kept = resident instanceof OrtResident ? resident : undefined
    const given: Record<string, Tensor> = {}
    for (const name of this.inputs) {
      const there = kept?.inputs.get(name)
      if (there) {
        given[name] = there
        continue
      }
      const tensor = feeds[name]
      if (!tensor) throw new EngineError(`the program's input "${name}" was not given`)
      given[name] = wrap(this.#runtime, tensor)
    }
    const wanted: Record<string, Tensor> = {}
    for (const [name, tensor] of Object.entries(fetches)) wanted[name] = wrap(this.#runtime, tensor)
    let results: InferenceSession.OnnxValueMapType
    try {
      // Outputs that are given their memory are never left on the device, not even the others of that run.
      results = await (kept ? this.#session.run(given) : this.#session.run(given, wanted))
    } catch (error) {
      throw new EngineError(`onnxruntime could not run the program: ${message(error)}`, { cause: error })
    }
    for (const [name, tensor] of Object.entries(fetches)) {
      const data = results[name]?.data
      // Some providers return their own memory instead of filling ours.
      if (data instanceof Float32Array && data !== tensor.data && data.byteLength === tensor.data.byteLength && data.buffer !== tensor.data.buffer) tensor.data.set(data)
    }
    kept?.advance(results)
  }

  async release(): Promise<void> {
    await this.#session.release()
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** @throws EngineError where products can't be taken in float16 on a device */
async function requireFloat16(runtime: OnnxRuntime, device: Device): Promise<void> {
  const refused = (why: string, cause?: unknown): EngineError => new EngineError(`Mixed precision can't be used on ${device}: ${why}. Train with float32, or on another device.`, { cause })
  // ONNX Runtime would take the casts out of the program again, and compute in float32 as if nothing had been asked.
  if (device === 'cpu') throw refused('ONNX Runtime computes these operations in float32 only on a CPU')
  if (device === 'coreml') throw refused('it decides by itself which operations it takes in float16')
  try {
    const session = await runtime.InferenceSession.create(float16Probe(), {
      executionProviders: [device],
      logSeverityLevel: 4,
      extra: { session: { disable_cpu_ep_fallback: '1' } },
    })
    const x = new runtime.Tensor('float32', Float32Array.of(1, 2, 3, 4), [2, 2])
    const y = (await session.run({ x }))['y']?.data
    await session.release()
    if (![7, 10, 15, 22].every((value, i) => y?.[i] === value)) throw new Error(`a float16 product came out as ${String(y)}`)
  } catch (error) {
    throw refused(`it has no float16 (${message(error)})`, error)
  }
}

/** ONNX Runtime (npm onnxruntime-node): CPU everywhere, WebGPU where a GPU driver (or a software one) is found. */
export function onnxRuntime(): Engine {
  return {
    name: 'onnxruntime',
    version: packageVersion('onnxruntime-node'),
    async load(onnx: Uint8Array, { device, threads, precision, resident }: LoadOptions): Promise<LoadedProgram> {
      const runtime = loadRuntime(device)
      if (precision === 'mixed') await requireFloat16(runtime, device)
      const mixed = precision === 'mixed' ? mixedPrecision(onnx) : onnx
      try {
        const session = await runtime.InferenceSession.create(device === 'webgpu' ? forWebgpu(mixed) : mixed, {
          executionProviders: [device],
          graphOptimizationLevel: 'all',
          executionMode: 'sequential',
          enableCpuMemArena: true,
          // With a memory pattern the arena holds the first run's pieces and the planned block: a VGGSNN step of batch 16 that
          // peaked at 3.7 GB without one peaked at 6.8 GB with it, in the same time (npm run bench -- training).
          enableMemPattern: false,
          logSeverityLevel: 3,
          ...(resident && { preferredOutputLocation: Object.fromEntries(resident.names.map((name) => [`next/${name}`, 'gpu-buffer' as const])) }),
          intraOpNumThreads: threads ?? threadBound ?? 0,
        })
        return new OrtProgram(runtime, session)
      } catch (error) {
        const fault = device === 'cuda' ? cudaFault() : null
        throw new EngineError(`onnxruntime could not load the program on ${device}: ${fault ?? message(error)}`, { cause: error })
      }
    },
    resident: (device, state) => (device === 'webgpu' ? new OrtResident(loadRuntime(device), state) : null),
  }
}
