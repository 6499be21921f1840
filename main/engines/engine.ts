import type { Device, Precision } from './schema.ts'

/** Dense values in host memory, row-major. */
export interface HostTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** A graph made ready to run on a device. Inputs and outputs by name. */
export interface LoadedProgram {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /**
   * Runs once. Every tensor named in `fetches` is filled in place: no allocation.
   * Inputs and outputs must not share memory.
   * @throws EngineError naming the program and what failed
   */
  run(feeds: Record<string, HostTensor>, fetches: Record<string, HostTensor>): Promise<void>
  /** Frees the device's memory. */
  release(): Promise<void>
}

export interface LoadOptions {
  readonly device: Device
  /** Threads inside one operation; default: all cores. */
  readonly threads?: number
  /** Default float32. Mixed precision is refused where the device has no float16: it never falls back. */
  readonly precision?: Precision | undefined
}

/** Something that runs ONNX programs. */
export interface Engine {
  readonly name: string
  /** Of the runtime; '' where it tells none. */
  readonly version: string
  load(onnx: Uint8Array, options: LoadOptions): Promise<LoadedProgram>
}

/** A program that could not be loaded or run. */
export class EngineError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EngineError'
  }
}
