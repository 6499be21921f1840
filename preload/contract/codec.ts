/**
 * How messages of the contract cross HTTP and WebSocket: JSON for what JSON can say, the bytes of typed arrays behind it.
 *
 *     u32 LE   length of the header in bytes
 *     header   UTF-8 JSON: { value, arrays: [[type, length], ...] }
 *     arrays   each at the next multiple of 8, little-endian as in memory
 *
 * Inside `value` an array stands as {"$array": index} and a number that JSON lacks as {"$number": "NaN"}; an object's own
 * keys that begin with $ get one more. Everything Electron's structured clone carries for this contract, and no more.
 */
const arrayTypes = { Float32Array, Float64Array, Int32Array, Uint8Array, Uint16Array, Uint32Array } as const
type ArrayType = keyof typeof arrayTypes
type PackedArray = InstanceType<(typeof arrayTypes)[ArrayType]>

interface Header {
  value: unknown
  arrays: [ArrayType, number][]
}

/** Media type of an encoded message. */
export const messageType = 'application/x-saccade'

const aligned = (offset: number): number => (offset + 7) & ~7

function arrayType(value: object): ArrayType | undefined {
  return (Object.keys(arrayTypes) as ArrayType[]).find((name) => value instanceof arrayTypes[name])
}

function pack(value: unknown, arrays: PackedArray[]): unknown {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? '-0' : String(value) }
    case 'string':
    case 'boolean':
    case 'undefined':
      return value
    case 'object':
      break
    default:
      throw new TypeError(`A ${typeof value} can't cross to the window.`)
  }
  if (value === null) return null
  if (Array.isArray(value)) return value.map((item) => pack(item, arrays))
  if (arrayType(value)) return { $array: arrays.push(value as PackedArray) - 1 }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) throw new TypeError(`A ${value.constructor.name} can't cross to the window.`)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.startsWith('$') ? `$${key}` : key, pack(item, arrays)]))
}

function unpack(value: unknown, arrays: readonly PackedArray[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => unpack(item, arrays))
  if ('$number' in value) return Number(value.$number)
  if ('$array' in value) {
    const array = arrays[Number(value.$array)]
    if (!array) throw new TypeError('Damaged message: it refers to an array that is not there.')
    return array
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.startsWith('$$') ? key.slice(1) : key, unpack(item, arrays)]))
}

/** One message as bytes. @throws TypeError for what can't cross (functions, class instances). */
export function encode(value: unknown): Uint8Array<ArrayBuffer> {
  const arrays: PackedArray[] = []
  const packed = pack(value, arrays) ?? null
  const types = arrays.map((array): [ArrayType, number] => [arrayType(array) ?? 'Uint8Array', array.length])
  const header = new TextEncoder().encode(JSON.stringify({ value: packed, arrays: types } satisfies Header))
  let end = 4 + header.length
  const offsets = arrays.map((array) => {
    const start = aligned(end)
    end = start + array.byteLength
    return start
  })
  const message = new Uint8Array(end)
  new DataView(message.buffer).setUint32(0, header.length, true)
  message.set(header, 4)
  arrays.forEach((array, i) => message.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offsets[i] ?? 0))
  return message
}

/**
 * The value of an encoded message. Its arrays are views of `message` where alignment allows, copies otherwise.
 * @throws TypeError where the bytes are no whole message
 */
export function decode(message: Uint8Array): unknown {
  const header = readHeader(message)
  let end = 4 + new DataView(message.buffer, message.byteOffset).getUint32(0, true)
  const arrays = header.arrays.map(([type, length]) => {
    const Type = arrayTypes[type]
    const start = aligned(end)
    end = start + length * Type.BYTES_PER_ELEMENT
    if (end > message.length) throw new TypeError('Damaged message: its arrays are cut short.')
    const at = message.byteOffset + start
    return at % Type.BYTES_PER_ELEMENT === 0 && message.buffer instanceof ArrayBuffer
      ? new Type(message.buffer, at, length)
      : new Type(message.slice(start, end).buffer, 0, length)
  })
  return unpack(header.value, arrays)
}

function readHeader(message: Uint8Array): Header {
  const length = message.length >= 4 ? new DataView(message.buffer, message.byteOffset).getUint32(0, true) : Infinity
  if (4 + length > message.length) throw new TypeError('Damaged message: its header is cut short.')
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(message.subarray(4, 4 + length)))
  } catch {
    throw new TypeError('Damaged message: its header is not JSON.')
  }
  if (!isHeader(header)) throw new TypeError('Damaged message: its header lacks the list of arrays.')
  return header
}

function isHeader(header: unknown): header is Header {
  if (typeof header !== 'object' || header === null || !('arrays' in header) || !Array.isArray(header.arrays)) return false
  return header.arrays.every(
    (entry: unknown) =>
      Array.isArray(entry) &&
      typeof entry[0] === 'string' &&
      Object.hasOwn(arrayTypes, entry[0]) &&
      Number.isSafeInteger(entry[1]) &&
      Number(entry[1]) >= 0,
  )
}
