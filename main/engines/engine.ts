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
   * @param resident state that the program was loaded for: read from it and left in it
   * @throws EngineError naming the program and what failed
   */
  run(feeds: Record<string, HostTensor>, fetches: Record<string, HostTensor>, resident?: ResidentState): Promise<void>
  /** Frees the device's memory. */
  release(): Promise<void>
}

/**
 * Tensors that stay in the device's memory from run to run: a program's inputs NAME, which its outputs "next/NAME" replace. The memory
 * is that of the program that ran last: read or release the state before that program is released.
 */
export interface ResidentState {
  readonly names: readonly string[]
  /** Copies the current values to the host. @throws EngineError */
  read(into: Readonly<Record<string, HostTensor>>): Promise<void>
  /** Frees the device's memory; what was not read is lost. */
  release(): Promise<void>
}

export interface LoadOptions {
  readonly device: Device
  /** Threads inside one operation; default: all cores. */
  readonly threads?: number
  /** Default float32. Mixed precision is refused where the device has no float16: it never falls back. */
  readonly precision?: Precision | undefined
  /** State that the program's runs leave on the device. */
  readonly resident?: ResidentState | undefined
}

/** Something that runs ONNX programs. */
export interface Engine {
  readonly name: string
  /** Of the runtime; '' where it tells none. */
  readonly version: string
  load(onnx: Uint8Array, options: LoadOptions): Promise<LoadedProgram>
  /** State that begins with these values and stays on a device; null where the runtime can't keep any there. */
  resident?(device: Device, state: Readonly<Record<string, HostTensor>>): ResidentState | null
}

/** A program that could not be loaded or run. */
export class EngineError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EngineError'
  }
}
