import { inflateSync } from 'node:zlib'

/** A value of a MATLAB 5 file: an array of numbers, a struct (or an array of them), a cell array, or something else by name. */
export type MatValue =
  | { readonly kind: 'numbers'; readonly name: string; readonly shape: readonly number[]; readonly values: ArrayLike<number> }
  | { readonly kind: 'struct'; readonly name: string; readonly elements: readonly ReadonlyMap<string, MatValue>[] }
  | { readonly kind: 'cell'; readonly name: string; readonly cells: readonly MatValue[] }
  | { readonly kind: 'other'; readonly name: string; readonly what: string }

/** A file that can't be read; the message is the end of a sentence about it. */
export class MatError extends Error {
  readonly offset: number | undefined
  constructor(message: string, offset?: number) {
    super(message)
    this.offset = offset
  }
}

/** Deeper nesting is no recording. */
const DEEPEST = 12
/** A variable is inflated whole: deflate reaches 1032 to 1, which a small file must not fill the memory with. */
const MOST_INFLATED = 2 ** 30

/** miINT8.. as MATLAB numbers them (MAT-File Format, table 1-1), with their bytes. */
const types: Readonly<Record<number, { readonly size: number; read(view: DataView, at: number, little: boolean): number }>> = {
  1: { size: 1, read: (view, at) => view.getInt8(at) },
  2: { size: 1, read: (view, at) => view.getUint8(at) },
  3: { size: 2, read: (view, at, little) => view.getInt16(at, little) },
  4: { size: 2, read: (view, at, little) => view.getUint16(at, little) },
  5: { size: 4, read: (view, at, little) => view.getInt32(at, little) },
  6: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
  7: { size: 4, read: (view, at, little) => view.getFloat32(at, little) },
  9: { size: 8, read: (view, at, little) => view.getFloat64(at, little) },
  12: { size: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  13: { size: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
}
const MATRIX = 14
const COMPRESSED = 15
const classes: Readonly<Record<number, string>> = { 3: 'an object', 4: 'text', 5: 'a sparse matrix', 16: 'a function', 17: 'an opaque value' }

interface Element {
  readonly type: number
  readonly data: Uint8Array
  readonly next: number
}

/** All variables of a file. @param bytes the whole file @throws MatError naming the byte */
export function readMat(bytes: Uint8Array): MatValue[] {
  const order = Buffer.from(bytes.subarray(126, 128)).toString('latin1')
  if (order !== 'IM' && order !== 'MI') throw new MatError('has no MATLAB 5 header', 126)
  const little = order === 'IM'
  const values: MatValue[] = []
  for (let at = 128; at + 8 <= bytes.length; ) {
    const { type, data, next } = element(bytes, at, little, at)
    if (type === MATRIX) values.push(matrix(data, little, 0, at))
    else if (type === COMPRESSED) values.push(...inflated(data, little, at))
    at = next
  }
  return values
}

function inflated(data: Uint8Array, little: boolean, offset: number): MatValue[] {
  let bytes: Uint8Array
  try {
    bytes = inflateSync(data, { maxOutputLength: MOST_INFLATED })
  } catch (error) {
    throw new MatError(`has a compressed variable that is damaged or too large (${error instanceof Error ? error.message : String(error)})`, offset)
  }
  const { type, data: inner } = element(bytes, 0, little, offset)
  return type === MATRIX ? [matrix(inner, little, 0, offset)] : []
}

/** A tagged element; elements of up to four bytes stand inside their tag. */
function element(bytes: Uint8Array, at: number, little: boolean, offset: number): Element {
  if (at + 8 > bytes.length) throw new MatError('ends in the middle of a variable', offset)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const first = view.getUint32(at, little)
  if (first >>> 16) {
    const length = first >>> 16
    if (length > 4) throw new MatError('has a damaged element', offset)
    return { type: first & 0xffff, data: bytes.subarray(at + 4, at + 4 + length), next: at + 8 }
  }
  const length = view.getUint32(at + 4, little)
  if (at + 8 + length > bytes.length) throw new MatError('ends in the middle of a variable', offset)
  // Compressed variables are not padded, all others are to 8 bytes.
  const padded = first === COMPRESSED ? length : Math.ceil(length / 8) * 8
  return { type: first, data: bytes.subarray(at + 8, at + 8 + length), next: at + 8 + padded }
}

function matrix(bytes: Uint8Array, little: boolean, depth: number, offset: number): MatValue {
  if (depth > DEEPEST) throw new MatError(`is nested deeper than ${DEEPEST} levels`, offset)
  if (bytes.length === 0) return { kind: 'numbers', name: '', shape: [0, 0], values: [] }
  let at = 0
  const take = (): Element => {
    const found = element(bytes, at, little, offset)
    at = found.next
    return found
  }
  const flags = take().data
  const kind = flags[little ? 0 : 3] ?? 0
  const shape = numbers(take(), little, offset)
  const name = Buffer.from(take().data).toString('latin1')
  const count = Array.from(shape).reduce((a, b) => a * b, 1)
  const dimensions = Array.from(shape)
  if (kind === 1) {
    const cells: MatValue[] = []
    for (let i = 0; i < count && at < bytes.length; i++) cells.push(matrix(take().data, little, depth + 1, offset))
    return { kind: 'cell', name, cells }
  }
  if (kind === 2) {
    const length = numbers(take(), little, offset)[0] ?? 0
    const text = Buffer.from(take().data).toString('latin1')
    if (length < 1 || length > 1024) throw new MatError('has a struct with damaged field names', offset)
    const fields = Array.from({ length: Math.floor(text.length / length) }, (_, i) => text.slice(i * length, (i + 1) * length).replace(/\0.*$/s, ''))
    const elements: Map<string, MatValue>[] = []
    for (let i = 0; i < count && at < bytes.length; i++) elements.push(new Map(fields.map((field) => [field, matrix(take().data, little, depth + 1, offset)])))
    return { kind: 'struct', name, elements }
  }
  const what = classes[kind]
  if (what !== undefined || kind === 0) return { kind: 'other', name, what: what ?? 'an unknown value' }
  return { kind: 'numbers', name, shape: dimensions, values: numbers(take(), little, offset) }
}

/** Numbers as they are stored, which may be narrower than the array's class. */
function numbers({ type, data }: Element, little: boolean, offset: number): ArrayLike<number> {
  const found = types[type]
  if (!found) throw new MatError(`holds numbers of the unknown type ${type}`, offset)
  const count = Math.floor(data.length / found.size)
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  const values = new Float64Array(count)
  for (let i = 0; i < count; i++) values[i] = found.read(view, i * found.size, little)
  return values
}
