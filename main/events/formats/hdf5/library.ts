import type { Attribute, Filter, Metadata } from 'h5wasm'

/** The parts of h5wasm (the HDF5 C library as WebAssembly) that are used here. */
export interface Hdf5Module {
  readonly H5F_ACC_RDONLY: number
  readonly H5G_GROUP: number
  readonly H5G_DATASET: number
  readonly HEAPU8: Uint8Array
  open(name: string, mode: number): bigint
  close_file(file: bigint): number
  get_names(file: bigint, path: string, recursive: boolean): string[]
  get_type(file: bigint, path: string): number
  get_attribute_names(file: bigint, path: string): string[]
  get_dataset_metadata(file: bigint, path: string): Metadata
  get_dataset_filters(file: bigint, path: string): Filter[]
  /** Copies a block of a dataset to memory, in the file's own types. Negative where it failed; then the memory holds anything. */
  get_dataset_data(file: bigint, path: string, count: bigint[] | null, offset: bigint[] | null, strides: bigint[] | null, pointer: bigint): number
  _malloc(bytes: number): number
  _free(pointer: number): void
}

export interface StreamOps {
  read?(stream: unknown, buffer: Uint8Array, offset: number, length: number, position: number): number
  write?(stream: unknown, buffer: Uint8Array, offset: number, length: number): number
}

/** The file system that emscripten gives the library: a file's reads can be answered by a function. */
export interface Hdf5FileSystem {
  createFile(parent: string, name: string, properties: object, canRead: boolean, canWrite: boolean): { usedBytes: number; stream_ops: StreamOps }
  getStream(descriptor: number): { stream_ops: StreamOps }
  unlink(path: string): void
  readonly ErrnoError: new (errno: number) => Error
}

export interface Hdf5Library {
  readonly module: Hdf5Module
  readonly fs: Hdf5FileSystem
  attribute(file: bigint, path: string, name: string): Attribute
  /** What the library says of its faults is kept from here to `said`: otherwise it costs more than finding a chunk. */
  listen(): void
  said(): string
}

let loaded: Hdf5Library | null = null
let loading: Promise<void> | null = null
let missed = 0

/** How often the library was asked for before it was there. */
export const missedHdf5 = (): number => missed

/** The library, or null before `loadHdf5` is done. */
export function hdf5(): Hdf5Library | null {
  if (!loaded) missed++
  return loaded
}

/** Loads the library, once in a thread: compiling WebAssembly can't be waited for where recordings are opened. */
export function loadHdf5(): Promise<void> {
  loading ??= load()
  return loading
}

/** The longest part of the library's report that is kept. */
const MOST_SAID = 1 << 14

async function load(): Promise<void> {
  const h5wasm = await import('h5wasm')
  const instance = await h5wasm.ready
  const fs = instance.FS as unknown as Hdf5FileSystem
  let said = ''
  let listening = false
  // It reports every fault on stderr; here they become problems of the recording.
  const errors = fs.getStream(2)
  errors.stream_ops = {
    ...errors.stream_ops,
    write(_stream, buffer, offset, length) {
      if (listening && said.length < MOST_SAID) said += Buffer.from(buffer.subarray(offset, offset + length)).toString('latin1')
      return length
    },
  }
  loaded = {
    module: instance as unknown as Hdf5Module,
    fs,
    attribute: (file, path, name) => new h5wasm.Attribute(file, path, name),
    listen() {
      said = ''
      listening = true
    },
    said() {
      const text = said
      listening = false
      return text
    },
  }
}
