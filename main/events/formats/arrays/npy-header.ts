/** How one number lies in bytes. */
export interface Scalar {
  readonly kind: 'bool' | 'int' | 'uint' | 'float'
  /** Bytes. */
  readonly size: 1 | 2 | 4 | 8
  readonly bigEndian: boolean
}

export interface Field {
  readonly name: string
  readonly scalar: Scalar
  /** Byte of the record where it starts. */
  readonly offset: number
}

/** The header of a .npy file (numpy/lib/format.py, versions 1 to 3). */
export interface NpyHeader {
  /** A single number for plain arrays, fields for structured ones. */
  readonly type: Scalar | readonly Field[]
  /** Bytes of an element: the whole record of a structured array, padding included. */
  readonly itemSize: number
  readonly fortran: boolean
  readonly shape: readonly number[]
  /** Byte of the array where its data starts. */
  readonly start: number
}

/** A header that can't be used; the message is the end of a sentence about the file. */
export class NpyError extends Error {}

/** Headers are a line of a few hundred bytes; a structured type of many fields may take more. */
export const LONGEST_HEADER = 1 << 16

/**
 * @param bytes the first bytes of the array, as many as there are up to LONGEST_HEADER
 * @throws NpyError saying what is wrong with it
 */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length < 10 || Buffer.from(bytes.subarray(0, 6)).toString('latin1') !== '\x93NUMPY') throw new NpyError('is no NumPy array')
  const version = bytes[6]!
  if (version < 1 || version > 3) throw new NpyError(`has the unknown NPY version ${version}`)
  const [at, length] = version === 1 ? [10, view.getUint16(8, true)] : [12, bytes.length < 12 ? 0 : view.getUint32(8, true)]
  if (length === 0 || at + length > bytes.length) throw new NpyError(`has a header of ${length} bytes that does not fit`)
  const text = Buffer.from(bytes.subarray(at, at + length)).toString('latin1')
  const shape = /'shape'\s*:\s*\(([\d,\sL]*)\)/.exec(text)?.[1]
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1]
  if (shape === undefined || fortran === undefined) throw new NpyError('has a header without shape or order')
  const sizes = shape.split(',').map((part) => part.trim().replace(/L$/, '')).filter((part) => part !== '').map(Number)
  if (sizes.some((size) => !Number.isSafeInteger(size)) || sizes.reduce((a, b) => a * b, 1) > 2 ** 48)
    throw new NpyError(`claims the shape (${shape}), which no file can hold`)
  return { ...parseType(text), fortran: fortran === 'True', shape: sizes, start: at + length }
}

function parseType(text: string): Pick<NpyHeader, 'type' | 'itemSize'> {
  const single = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1]
  if (single !== undefined) {
    const type = scalar(single)
    return { type, itemSize: type.size }
  }
  const list = /'descr'\s*:\s*\[(.*)\]/s.exec(text)?.[1]
  if (list === undefined) throw new NpyError('has a header without a type')
  const fields: Field[] = []
  let offset = 0
  for (const [, name = '', type = '', extra] of list.matchAll(/\(\s*'([^']*)'\s*,\s*'([^']*)'\s*(,[^)]*\)?)?\)/g)) {
    if (extra !== undefined) throw new NpyError(`has the field "${name}" of several numbers: fields of one number each can be read`)
    // Fields without a name are the padding of an aligned type.
    const padding = /^\|?V(\d+)$/.exec(type)?.[1]
    if (padding !== undefined) {
      offset += Number(padding)
      continue
    }
    const found = scalar(type)
    fields.push({ name, scalar: found, offset })
    offset += found.size
  }
  if (fields.length === 0) throw new NpyError('has a structured type without fields')
  return { type: fields, itemSize: offset }
}

function scalar(type: string): Scalar {
  const [, order = '', kind = '', size = ''] = /^([<>=|]?)([a-zA-Z?])(\d*)$/.exec(type) ?? []
  if (kind === 'O') throw new NpyError('holds Python objects (pickle), which are never run here: save plain numbers, e.g. numpy.savez(t=..., x=..., y=..., p=...)')
  const kinds = { b: 'bool', '?': 'bool', i: 'int', u: 'uint', f: 'float' } as const
  const found = kinds[kind as keyof typeof kinds] as Scalar['kind'] | undefined
  const bytes = kind === '?' ? 1 : Number(size)
  const whole = found === 'float' ? bytes === 4 || bytes === 8 : bytes === 1 || bytes === 2 || bytes === 4 || bytes === 8
  if (!found || !whole) throw new NpyError(`holds the type "${type}": whole numbers, booleans, and floats of 4 or 8 bytes can be read`)
  return { kind: found, size: bytes as Scalar['size'], bigEndian: order === '>' }
}

/** What reads a number at a byte. Whole numbers of 8 bytes are exact up to 2^53. */
export function reader({ kind, size, bigEndian }: Scalar): (view: DataView, at: number) => number {
  const little = !bigEndian
  if (kind === 'float') return size === 4 ? (view, at) => view.getFloat32(at, little) : (view, at) => view.getFloat64(at, little)
  const signed = kind === 'int'
  switch (size) {
    case 1:
      return signed ? (view, at) => view.getInt8(at) : (view, at) => view.getUint8(at)
    case 2:
      return signed ? (view, at) => view.getInt16(at, little) : (view, at) => view.getUint16(at, little)
    case 4:
      return signed ? (view, at) => view.getInt32(at, little) : (view, at) => view.getUint32(at, little)
    case 8: {
      const [low, high] = little ? [0, 4] : [4, 0]
      return signed
        ? (view, at) => view.getInt32(at + high, little) * 4294967296 + view.getUint32(at + low, little)
        : (view, at) => view.getUint32(at + high, little) * 4294967296 + view.getUint32(at + low, little)
    }
  }
}
