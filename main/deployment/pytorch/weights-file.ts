import { readFileSync, statSync } from 'node:fs'
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl'
import { errorCode } from '../../training/atomic.ts'
import { decodeSafetensors, type Dtype } from '../../training/safetensors.ts'
import { type PickledTensor, readPickle, type Value } from './pickle.ts'

/** Weights as a file has them: float32, by the names of whoever wrote it, in its order. */
export type NamedWeights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>

/** A file of weights that can't be read or doesn't fit. The message names the file and the key. */
export class WeightsError extends Error {
  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options)
    this.name = 'WeightsError'
  }
}

const largestFile = 4 * 2 ** 30
const largestPickle = 64 * 2 ** 20
const mostEntries = 100_000

/**
 * Reads a checkpoint: safetensors, or PyTorch's zip format (.pth, .pt of PyTorch 1.6 and later), of which nothing is executed.
 * @throws WeightsError
 */
export async function readWeights(path: string): Promise<NamedWeights> {
  const bytes = load(path)
  try {
    if (bytes.length >= 4 && bytes.readUInt32LE(0) === 0x04034b50) return await readZip(bytes)
    if (bytes[0] === 0x80 && (bytes[1] ?? 0) <= 5)
      throw new Error('a pickle of PyTorch before 1.6. Open it there and save it again: torch.save(torch.load(path, map_location="cpu", weights_only=True), path)')
    return fromSafetensors(bytes, path)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new WeightsError(path, message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message, { cause: error })
  }
}

function load(path: string): Buffer {
  try {
    const file = statSync(path)
    if (!file.isFile()) throw new Error('not a file')
    if (file.size > largestFile) throw new Error('larger than 4 GiB: weights of networks as Saccade has them take some MB')
    return readFileSync(path)
  } catch (error) {
    throw new WeightsError(path, errorCode(error) === 'ENOENT' ? 'no such file' : error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function fromSafetensors(bytes: Buffer, path: string): NamedWeights {
  const { tensors } = decodeSafetensors(bytes, path)
  return new Map([...tensors].map(([name, { dtype, shape, data }]) => [name, { shape, data: Float32Array.from(data as Iterable<number | bigint>, valueOf[dtype] ?? Number) }]))
}

async function readZip(bytes: Buffer): Promise<NamedWeights> {
  const entries = await entriesOf(bytes)
  const [name, pickle] = [...entries].find(([path]) => /^([^/]+\/)?data\.pkl$/.test(path)) ?? []
  if (name === undefined || pickle === undefined) throw new Error('a zip without data.pkl: not what torch.save writes')
  if (pickle.length > largestPickle) throw new Error(`its data.pkl has ${pickle.length} bytes: no checkpoint of weights`)
  const folder = name.slice(0, -'data.pkl'.length)
  const order = entries.get(`${folder}byteorder`)
  if (order && Buffer.from(order).toString('latin1').trim() === 'big') throw new Error('its values are big-endian; save it on a machine of today')
  const found = new Map<string, PickledTensor>()
  collect(readPickle(pickle), found)
  if (found.size === 0) throw new Error('it holds no tensors')
  const made = new Map<string, Float32Array>()
  let values = 0
  return new Map([...found].map(([key, tensor]) => {
    const { storage, offset, shape, stride } = tensor
    // A module that is registered twice stands twice in a state_dict, with the same values.
    const same = [storage.key, storage.type, offset, shape.join(), stride.join()].join(' ')
    const data = made.get(same) ?? valuesOf(key, tensor, entries.get(`${folder}data/${storage.key}`))
    if (!made.has(same) && (values += data.length) > bytes.length) throw new Error(`its tensors have more values (${values} up to "${key}") than the file has bytes`)
    made.set(same, data)
    return [key, { shape, data }]
  }))
}

/** The archive's parts, views of its bytes. PyTorch stores them as they are; what is compressed may be a bomb and is refused. */
async function entriesOf(bytes: Buffer): Promise<Map<string, Uint8Array>> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true, strictFileNames: true })
  if (zip.entryCount > mostEntries) throw new Error(`a zip of ${zip.entryCount} parts`)
  const found = new Map<string, Uint8Array>()
  await each(zip, (entry) => {
    const { fileName, compressionMethod, compressedSize, uncompressedSize, relativeOffsetOfLocalHeader: at } = entry
    if (compressionMethod !== 0 || compressedSize !== uncompressedSize || entry.isEncrypted())
      throw new Error(`its part "${fileName}" is compressed (${compressedSize} to ${uncompressedSize} bytes), which torch.save never does: not opened`)
    if (at + 30 > bytes.length || bytes.readUInt32LE(at) !== 0x04034b50) throw new Error(`its part "${fileName}" begins nowhere (byte ${at})`)
    const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
    if (start + compressedSize > bytes.length) throw new Error(`its part "${fileName}" ends at byte ${start + compressedSize}, the file at ${bytes.length}`)
    found.set(fileName, bytes.subarray(start, start + compressedSize))
  })
  return found
}

function each(zip: ZipFile, handle: (entry: Entry) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    zip.on('error', reject)
    zip.on('end', () => resolve())
    zip.on('entry', (entry: Entry) => {
      try {
        handle(entry)
        zip.readEntry()
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    })
    zip.readEntry()
  })
}

/** Where a checkpoint that holds more than weights keeps them. */
const within = ['model', 'state_dict', 'model_state_dict', 'net', 'network']

/** Tensors of the dictionary that has them: what the checkpoint keeps as "model", "state_dict", ..., or the checkpoint itself. */
function collect(value: Value, found: Map<string, PickledTensor>, depth = 0): void {
  // A pickle's dictionary may hold itself.
  if (!(value instanceof Map) || depth > 4) return
  for (const key of within) {
    collect(value.get(key) ?? null, found, depth + 1)
    if (found.size > 0) return
  }
  for (const [key, item] of value) if (isTensor(item)) found.set(String(key), item as PickledTensor)
}

const isTensor = (value: Value): boolean => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'tensor'

const readers: Readonly<Record<string, { readonly bytes: number; read(view: DataView, at: number): number }>> = {
  FloatStorage: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  DoubleStorage: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  HalfStorage: { bytes: 2, read: (view, at) => half(view.getUint16(at, true)) },
  BFloat16Storage: { bytes: 2, read: (view, at) => bfloat(view.getUint16(at, true)) },
  LongStorage: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  IntStorage: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  ShortStorage: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  CharStorage: { bytes: 1, read: (view, at) => view.getInt8(at) },
  ByteStorage: { bytes: 1, read: (view, at) => view.getUint8(at) },
  BoolStorage: { bytes: 1, read: (view, at) => view.getUint8(at) },
}

const scratch = new DataView(new ArrayBuffer(4))

/** The upper half of a float32. */
function bfloat(bits: number): number {
  scratch.setUint32(0, bits << 16)
  return scratch.getFloat32(0)
}

/** What bits of safetensors mean that are no JavaScript numbers. */
const valueOf: Readonly<Partial<Record<Dtype, (bits: number | bigint) => number>>> = { F16: (bits) => half(Number(bits)), BF16: (bits) => bfloat(Number(bits)) }

function half(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023]
  const size = exponent === 0 ? fraction * 2 ** -24 : exponent === 31 ? (fraction ? NaN : Infinity) : (1 + fraction / 1024) * 2 ** (exponent - 15)
  return bits & 0x8000 ? -size : size
}

/** A tensor's values in the order of its shape, as float32. */
function valuesOf(name: string, { storage, offset, shape, stride }: PickledTensor, bytes: Uint8Array | undefined): Float32Array {
  const { bytes: size, read } = readers[storage.type] ?? { bytes: 1, read: () => NaN }
  if (!bytes) throw new Error(`"${name}": its values (data/${storage.key}) are missing`)
  if (storage.length * size !== bytes.length) throw new Error(`"${name}": its storage says ${storage.length} values, data/${storage.key} has ${bytes.length} bytes`)
  const count = shape.reduce((a, b) => a * b, 1)
  const last = shape.reduce((at, dim, i) => at + (dim - 1) * (stride[i] ?? 0), offset)
  // Every value its own: a stride of 0 would make a small file a large tensor.
  if (count > storage.length || (count > 0 && last >= storage.length)) throw new Error(`"${name}": its shape [${shape.join(', ')}] asks for more than the ${storage.length} values of its storage`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values = new Float32Array(count)
  const index = shape.map(() => 0)
  for (let i = 0, at = offset; i < count; i++) {
    values[i] = read(view, at * size)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += stride[axis] ?? 0
      if (++index[axis]! < (shape[axis] ?? 1)) break
      at -= (stride[axis] ?? 0) * (shape[axis] ?? 1)
      index[axis] = 0
    }
  }
  return values
}
