import { readFileSync } from 'node:fs'
import { StorageError, storageError, writeFileAtomic } from './atomic.ts'

/**
 * safetensors (github.com/huggingface/safetensors): 8 bytes little-endian length of the header, a JSON header
 * (name -> dtype, shape, data_offsets; `__metadata__` holds strings), then the raw little-endian values without holes.
 */
const arrays = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  /** Bits of half precision and of bfloat16. */
  F16: Uint16Array,
  BF16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const
export type Dtype = keyof typeof arrays
type Values =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array

export interface StoredTensor {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** Row-major. */
  readonly data: Values
}

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>
  readonly tensors: ReadonlyMap<string, StoredTensor>
}

/** The reference implementation's limit; a longer header is a damaged or hostile file. */
const largestHeader = 100_000_000

/**
 * The chunks of a file; same content, same bytes. Tensors lie by falling element size, then by name (as the reference
 * implementation writes them), and the header is padded, so that every tensor is aligned for its type.
 */
export function encodeSafetensors(file: SafetensorsFile): Uint8Array[] {
  const entries = [...file.tensors].sort(([a, x], [b, y]) => y.data.BYTES_PER_ELEMENT - x.data.BYTES_PER_ELEMENT || (a < b ? -1 : 1))
  const header: [string, unknown][] = []
  const metadata = Object.entries(file.metadata).sort(([a], [b]) => (a < b ? -1 : 1))
  if (metadata.length > 0) header.push(['__metadata__', Object.fromEntries(metadata)])
  let offset = 0
  for (const [name, { dtype, shape, data }] of entries) {
    if (product(shape) !== data.length)
      throw new RangeError(`safetensors: ${name} has ${data.length} values for shape [${shape.join(', ')}]`)
    header.push([name, { dtype, shape, data_offsets: [offset, (offset += data.byteLength)] }])
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)))
  const padded = Math.ceil(json.length / 8) * 8
  const head = new Uint8Array(8 + padded).fill(0x20)
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true)
  head.set(json, 8)
  return [head, ...entries.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))]
}

/**
 * Reads a file held in memory. Tensors are views of `bytes` where they are aligned, copies elsewhere.
 * @param path for messages
 * @throws StorageError naming the byte or the tensor that is wrong
 */
export function decodeSafetensors(bytes: Uint8Array, path: string): SafetensorsFile {
  const fail = (message: string): never => {
    throw new StorageError(path, `not a usable safetensors file: ${message}`)
  }
  if (bytes.length < 8) fail(`${bytes.length} bytes, shorter than the 8 bytes of the header's length (byte 0)`)
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (length > BigInt(Math.min(bytes.length - 8, largestHeader))) {
    fail(`the header's length (byte 0) says ${length}, the file has ${bytes.length - 8} more bytes. It is cut short or of another format`)
  }
  const start = 8 + Number(length)
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, start)))
  } catch (error) {
    fail(`the header (bytes 8 to ${start}) is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!isRecord(header)) return fail('the header (byte 8) is not a JSON object')

  const metadata: [string, string][] = []
  const tensors = new Map<string, StoredTensor>()
  const ranges: [number, number, string][] = []
  for (const [name, entry] of Object.entries(header)) {
    if (!isRecord(entry)) return fail(`header entry "${name}" is not an object`)
    if (name === '__metadata__') {
      for (const [key, value] of Object.entries(entry))
        metadata.push([key, typeof value === 'string' ? value : fail(`metadata "${key}" is not a string`)])
      continue
    }
    const { dtype, shape, data_offsets: range } = entry
    if (typeof dtype !== 'string' || !(dtype in arrays))
      return fail(`tensor "${name}" has dtype ${JSON.stringify(dtype)}, which is not known here`)
    if (!isSizes(shape)) return fail(`tensor "${name}" has a shape that is no list of whole numbers`)
    if (!isSizes(range) || range.length !== 2) return fail(`tensor "${name}" has no valid data_offsets`)
    const [from = 0, to = 0] = range
    const make = arrays[dtype as Dtype]
    const size = product(shape) * make.BYTES_PER_ELEMENT
    if (to - from !== size)
      return fail(`tensor "${name}" (${dtype} [${shape.join(', ')}]) needs ${size} bytes, its data_offsets span ${to - from}`)
    if (start + to > bytes.length) return fail(`tensor "${name}" ends at byte ${start + to}, the file at ${bytes.length}. It is cut short`)
    ranges.push([from, to, name])
    const aligned = (bytes.byteOffset + start + from) % make.BYTES_PER_ELEMENT === 0
    const { buffer, byteOffset } = aligned ? bytes.subarray(start + from, start + to) : bytes.slice(start + from, start + to)
    tensors.set(name, { dtype: dtype as Dtype, shape, data: new make(buffer as ArrayBuffer, byteOffset, product(shape)) })
  }
  let end = 0
  for (const [from, to, name] of ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (from !== end) fail(`tensor "${name}" starts at byte ${start + from}, but the one before it ends at ${start + end}`)
    end = to
  }
  if (start + end !== bytes.length) fail(`values end at byte ${start + end}, the file at ${bytes.length}`)
  return { metadata: Object.fromEntries(metadata), tensors }
}

/** @throws StorageError where the file is missing, unreadable or malformed */
export function readSafetensors(path: string): SafetensorsFile {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw storageError(path, error)
  }
  return decodeSafetensors(bytes, path)
}

/** @throws StorageError see writeFileAtomic */
export function writeSafetensors(path: string, file: SafetensorsFile): void {
  writeFileAtomic(path, encodeSafetensors(file))
}

/** The float32 values of a tensor. @throws StorageError where it is missing, of another type or of another shape */
export function float32(file: SafetensorsFile, path: string, name: string, shape: readonly number[]): Float32Array {
  const tensor = file.tensors.get(name)
  if (tensor === undefined) throw new StorageError(path, `tensor "${name}" is missing`)
  if (!(tensor.data instanceof Float32Array) || tensor.shape.join() !== shape.join()) {
    throw new StorageError(path, `tensor "${name}" is ${tensor.dtype} [${tensor.shape.join(', ')}], not F32 [${shape.join(', ')}]`)
  }
  return tensor.data
}

const product = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1)
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0)
