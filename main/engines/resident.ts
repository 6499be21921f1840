import { create, toBinary } from '@bufbuild/protobuf'
import { ModelProtoSchema, ValueInfoProtoSchema } from 'onnx-buf'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { EngineError, type HostTensor, type ResidentState } from './engine.ts'
import { Rewriting } from './passes/model.ts'
import type { OnnxRuntime } from './runtime.ts'

/**
 * Variables and optimizer state in the memory of a WebGPU device: outputs of one run ("next/NAME", location gpu-buffer) are inputs
 * of the next one (NAME). onnxruntime-node 1.30 binds buffers of its WebGPU provider only; for CUDA and DirectML it has no such call.
 */
export class OrtResident implements ResidentState {
  readonly #runtime: OnnxRuntime
  readonly #shapes: ReadonlyMap<string, readonly number[]>
  /** On the host before the first run, on the device afterwards. */
  #tensors: ReadonlyMap<string, Tensor>

  constructor(runtime: OnnxRuntime, state: Readonly<Record<string, HostTensor>>) {
    this.#runtime = runtime
    this.#shapes = new Map(Object.entries(state).map(([name, { shape }]) => [name, shape]))
    // Copied by the first run that reads them.
    this.#tensors = new Map(Object.entries(state).map(([name, { shape, data }]) => [name, new runtime.Tensor('float32', data, shape as number[])]))
  }

  get names(): readonly string[] {
    return [...this.#shapes.keys()]
  }

  get inputs(): ReadonlyMap<string, Tensor> {
    return this.#tensors
  }

  /** What a run has made of the state; what was before is freed. */
  advance(results: InferenceSession.OnnxValueMapType): void {
    const next = new Map(
      this.names.map((name): [string, Tensor] => {
        const tensor = results[`next/${name}`] as Tensor | undefined
        if (tensor?.location !== 'gpu-buffer') throw new EngineError(`"${name}" did not stay on the device`)
        return [name, tensor]
      }),
    )
    this.#free()
    this.#tensors = next
  }

  async read(into: Readonly<Record<string, HostTensor>>): Promise<void> {
    const session = await this.#runtime.InferenceSession.create(this.#copies(), { executionProviders: ['webgpu'], logSeverityLevel: 3 })
    try {
      const results = await session.run(Object.fromEntries(this.#tensors))
      for (const name of this.names) {
        const data = results[`host/${name}`]?.data
        const tensor = into[name]
        if (!(data instanceof Float32Array) || data.length !== tensor?.data.length) throw new EngineError(`"${name}" could not be read from the device`)
        tensor.data.set(data)
      }
    } finally {
      await session.release()
    }
  }

  release(): Promise<void> {
    this.#free()
    this.#tensors = new Map()
    return Promise.resolve()
  }

  #free(): void {
    for (const tensor of this.#tensors.values()) if (tensor.location === 'gpu-buffer') tensor.dispose()
  }

  /** A program that hands every tensor out to the host: NAME to "host/NAME". */
  #copies(): Uint8Array {
    const port = (name: string, shape: readonly number[]) => {
      const dim = shape.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }))
      return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: { elemType: 1, shape: { dim } } } } })
    }
    const shapes = [...this.#shapes]
    const model = create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: '', version: 17n }],
      graph: { name: 'copies', input: shapes.map(([name, shape]) => port(name, shape)), output: shapes.map(([name, shape]) => port(`host/${name}`, shape)) },
    })
    const program = new Rewriting(toBinary(ModelProtoSchema, model))
    for (const name of this.names) program.add('Identity', [name], {}, `host/${name}`)
    return program.finish()
  }
}
