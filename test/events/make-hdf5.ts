/**
 * HDF5 files made byte by byte (HDF5 File Format Specification, superblock 0): what h5wasm can't write, such as records of
 * fields, big-endian numbers, booleans and chunks packed by any filter.
 */
import { deflateSync } from 'node:zlib'

export type NumberType = '<u1' | '<u2' | '<u4' | '<i1' | '<i2' | '<i4' | '<i8' | '>u2' | '>i4' | '>i8' | '<f4' | '<f8' | 'bool'
export type Fields = readonly (readonly [name: string, type: NumberType])[]

export interface Made {
  readonly path: string
  readonly type: NumberType | Fields
  readonly shape: readonly number[]
  /** In row order, one array for each field of a record, else one. */
  readonly values: readonly ArrayLike<number>[]
  readonly chunks?: readonly number[]
  readonly filters?: readonly MadeFilter[]
  /** Chunks (by their place in the list) that are left out, as if the recorder had been stopped. */
  readonly unwritten?: readonly number[]
}

export interface MadeFilter {
  readonly id: number
  readonly pack: (chunk: Uint8Array) => Uint8Array
}

export const gzip: MadeFilter = { id: 1, pack: (chunk) => deflateSync(chunk) }
export const shuffle = (itemSize: number): MadeFilter => ({
  id: 2,
  pack(chunk) {
    const count = Math.floor(chunk.length / itemSize)
    return Uint8Array.from(chunk, (_, i) => (i < count * itemSize ? chunk[(i % count) * itemSize + Math.floor(i / count)]! : chunk[i]!))
  },
})

const UNDEFINED = 0xffffffffffffffffn

/** Numbers little-endian, one behind the other. */
const u8 = (...values: number[]): Buffer => Buffer.from(values)
const u16 = (value: number): Buffer => u8(value & 255, value >>> 8)
function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
function padded(bytes: Uint8Array, to = 8): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((to - (bytes.length % to)) % to)])
}
const text = (name: string): Buffer => Buffer.from(`${name}\0`)

export const sizeOf = (type: NumberType | Fields): number =>
  typeof type === 'string' ? (type === 'bool' ? 1 : Number(type[2])) : type.reduce((sum, [, field]) => sum + sizeOf(field), 0)

function datatype(type: NumberType | Fields): Buffer {
  if (typeof type !== 'string') {
    let offset = 0
    const members = type.map(([name, field]) => {
      const member = Buffer.concat([padded(text(name)), u32(offset), Buffer.alloc(28), datatype(field)])
      offset += sizeOf(field)
      return member
    })
    return Buffer.concat([u8(0x16, type.length & 255, 0, 0), u32(sizeOf(type)), ...members])
  }
  // As h5py writes numpy.bool: an enumeration of a signed byte.
  if (type === 'bool') return Buffer.concat([u8(0x18, 2, 0, 0), u32(1), datatype('<i1'), padded(text('FALSE')), padded(text('TRUE')), u8(0, 1)])
  const [order, kind, size] = [type[0] === '>' ? 1 : 0, type[1], sizeOf(type)]
  if (kind !== 'f') return Buffer.concat([u8(0x10, order | (kind === 'i' ? 8 : 0), 0, 0), u32(size), u16(0), u16(size * 8)])
  const [exponentAt, exponent, mantissa, bias] = size === 4 ? ([23, 8, 23, 127] as const) : ([52, 11, 52, 1023] as const)
  return Buffer.concat([u8(0x11, order | 0x20, size * 8 - 1, 0), u32(size), u16(0), u16(size * 8), u8(exponentAt, exponent, 0, mantissa), u32(bias)])
}

function put(bytes: Buffer, at: number, type: NumberType, value: number): void {
  const size = sizeOf(type)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const little = type[0] !== '>'
  if (type === '<f4') view.setFloat32(at, value, little)
  else if (type === '<f8') view.setFloat64(at, value, little)
  else if (size === 8) view.setBigInt64(at, BigInt(value), little)
  else if (size === 4) view.setUint32(at, value >>> 0, little)
  else if (size === 2) view.setUint16(at, value & 0xffff, little)
  else view.setUint8(at, value & 255)
}

/** The elements of a dataset, as they lie in one piece. */
function elements({ type, values }: Made): Buffer {
  const size = sizeOf(type)
  const fields: Fields = typeof type === 'string' ? [['', type]] : type
  const bytes = Buffer.alloc((values[0]?.length ?? 0) * size)
  let offset = 0
  fields.forEach(([, field], k) => {
    const column = values[k] ?? []
    for (let i = 0; i < column.length; i++) put(bytes, i * size + offset, field, column[i]!)
    offset += sizeOf(field)
  })
  return bytes
}

const message = (type: number, data: Uint8Array): Buffer => Buffer.concat([u16(type), u16(padded(data).length), u8(0, 0, 0, 0), padded(data)])
function objectHeader(messages: readonly Buffer[]): Buffer {
  const body = Buffer.concat(messages)
  return Buffer.concat([u8(1, 0), u16(messages.length), u32(1), u32(body.length), Buffer.alloc(4), body])
}
const dataspace = (shape: readonly number[]): Buffer => Buffer.concat([u8(1, shape.length, 0, 0, 0, 0, 0, 0), ...shape.map(u64)])

function attribute(name: string, value: string | number): Buffer {
  const type = typeof value === 'string' ? Buffer.concat([u8(0x13, 0, 0, 0), u32(value.length + 1)]) : datatype('<i4')
  const data = typeof value === 'string' ? text(value) : u32(value)
  const parts = [text(name), type, dataspace([])]
  return message(12, Buffer.concat([u8(1, 0), ...parts.map(({ length }) => u16(length)), ...parts.map((part) => padded(part)), data]))
}

/** Where bytes go: both give the address. */
interface Places {
  structure(bytes: Buffer): number
  data(bytes: Buffer): number
}

/** A file with these datasets and the attributes of its root. Its structures lie before its data. */
export function makeHdf5(datasets: readonly Made[], attributes: Readonly<Record<string, string | number>> = {}): Uint8Array<ArrayBuffer> {
  // Addresses take the same room wherever they lead: a first building tells where the data can begin.
  return build(datasets, attributes, build(datasets, attributes, 0).dataStart).bytes
}

function build(datasets: readonly Made[], attributes: Readonly<Record<string, string | number>>, dataStart: number): { bytes: Uint8Array<ArrayBuffer>; dataStart: number } {
  const allocator = (start: number): { readonly parts: Buffer[]; end: number; put(bytes: Buffer): number } => ({
    parts: [],
    end: start,
    put(bytes) {
      const at = this.end
      this.parts.push(padded(bytes))
      this.end += padded(bytes).length
      return at
    },
  })
  const [structures, data] = [allocator(96), allocator(dataStart)]
  const places: Places = { structure: (bytes) => structures.put(bytes), data: (bytes) => data.put(bytes) }
  const group = (prefix: string): number => {
    const names = [...new Set(datasets.filter(({ path }) => path.startsWith(prefix)).map(({ path }) => path.slice(prefix.length).split('/')[0]!))]
    const links = names.map((name): Buffer => {
      const found = datasets.find(({ path }) => path === prefix + name)
      const at = found ? places.structure(objectHeader(datasetMessages(found, places))) : group(`${prefix}${name}/`)
      return message(6, Buffer.concat([u8(1, 0, name.length), Buffer.from(name), u64(at)]))
    })
    const about = prefix === '' ? Object.entries(attributes).map(([name, value]) => attribute(name, value)) : []
    return places.structure(objectHeader([message(2, Buffer.concat([u8(0, 0), u64(UNDEFINED), u64(UNDEFINED)])), ...links, ...about]))
  }
  const root = group('')
  const superblock = Buffer.concat([
    Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'),
    u8(0, 0, 0, 0, 0, 8, 8, 0),
    u16(4), u16(16), u32(0),
    u64(0), u64(UNDEFINED), u64(data.end), u64(UNDEFINED),
    u64(0), u64(root), u32(0), u32(0), Buffer.alloc(16),
  ])
  return { bytes: Uint8Array.from(Buffer.concat([superblock, ...structures.parts, ...data.parts])), dataStart: structures.end }
}

function datasetMessages(made: Made, places: Places): Buffer[] {
  const { type, shape, chunks, filters = [] } = made
  const bytes = elements(made)
  const size = sizeOf(type)
  const common = [message(1, dataspace(shape)), message(3, datatype(type)), message(5, u8(2, 3, 2, 1, 0, 0, 0, 0))]
  if (!chunks) {
    const at = bytes.length === 0 ? UNDEFINED : places.data(bytes)
    return [...common, message(8, Buffer.concat([u8(3, 1), u64(at), u64(bytes.length)]))]
  }
  // Each with one value: the element size of shuffle, the level of gzip.
  const pipeline = filters.map(({ id }) => Buffer.concat([u16(id), u16(0), u16(0), u16(1), u32(id === 2 ? size : 6), u32(0)]))
  return [
    ...common,
    ...(filters.length > 0 ? [message(11, Buffer.concat([u8(1, filters.length, 0, 0, 0, 0, 0, 0), ...pipeline]))] : []),
    message(8, Buffer.concat([u8(3, 2, chunks.length + 1), u64(chunkIndex(made, bytes, places)), ...chunks.map(u32), u32(size)])),
  ]
}

/** The chunks of a dataset and their B-tree of one leaf: up to 64 of them. */
function chunkIndex({ type, shape, chunks = [], filters = [], unwritten = [] }: Made, bytes: Buffer, places: Places): number | bigint {
  const size = sizeOf(type)
  const [rows = 1, columns = 1] = shape
  const [high = 1, wide = 1] = chunks
  const entries: Buffer[] = []
  const keySize = 8 + 8 * (shape.length + 1)
  const key = (length: number, offsets: readonly number[]): Buffer => Buffer.concat([u32(length), u32(0), ...offsets.map(u64), u64(0)])
  for (let row = 0, k = 0; row < rows; row += high)
    for (let column = 0; column < columns; column += wide, k++) {
      if (unwritten.includes(k)) continue
      const chunk = Buffer.alloc(high * wide * size)
      for (let i = 0; i < high && row + i < rows; i++) {
        const from = ((row + i) * columns + column) * size
        bytes.copy(chunk, i * wide * size, from, from + Math.min(wide, columns - column) * size)
      }
      const packed = filters.reduce<Uint8Array>((data, filter) => filter.pack(data), chunk)
      const at = places.data(Buffer.from(packed))
      entries.push(key(packed.length, shape.length === 1 ? [row] : [row, column]), u64(at))
    }
  if (entries.length === 0) return UNDEFINED
  if (entries.length > 128) throw new RangeError('more than 64 chunks do not fit into one leaf')
  // The last key is that of the chunk behind the last.
  const end = Math.ceil(rows / high) * high
  const node = Buffer.concat([Buffer.from('TREE'), u8(1, 0), u16(entries.length / 2), u64(UNDEFINED), u64(UNDEFINED), ...entries, key(0, shape.length === 1 ? [end] : [end, 0])])
  return places.structure(Buffer.concat([node, Buffer.alloc(Math.max(0, 24 + 64 * 8 + 65 * keySize - node.length))]))
}
