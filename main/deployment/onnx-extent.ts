import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf'

/** Values of a model's file as they would be made of it; its weights are bytes and no values. */
export interface Extent {
  /** Messages and strings. */
  objects: number
  /** Numbers in lists; of such with as many bytes as they need, at most so many. */
  numbers: number
}

/** Networks of a hundred thousand nodes have some million; a node of two bytes takes half a kilobyte of memory. */
const mostObjects = 2_000_000
/** 64-bit ones take 24 bytes of memory, whatever they take in the file. */
const mostNumbers = 50_000_000
/** As the decoder has it. */
const deepest = 100

const fields = new WeakMap<DescMessage, ReadonlyMap<number, DescField>>()
function fieldsOf(message: DescMessage): ReadonlyMap<number, DescField> {
  const known = fields.get(message) ?? new Map(message.fields.map((field) => [field.number, field]))
  fields.set(message, known)
  return known
}

/** Bytes that a number of a list takes at least. */
function least(scalar: ScalarType): number {
  if (scalar === ScalarType.DOUBLE || scalar === ScalarType.FIXED64 || scalar === ScalarType.SFIXED64) return 8
  return scalar === ScalarType.FLOAT || scalar === ScalarType.FIXED32 || scalar === ScalarType.SFIXED32 ? 4 : 1
}

/**
 * Why a protobuf file would fill the memory when it is decoded, by going through it once without making anything: two bytes are enough for
 * a whole message. Where it is damaged the decoder says so.
 */
export function overflowing(bytes: Uint8Array, message: DescMessage): string | null {
  const walk = new Walk(bytes)
  walk.message(0, bytes.length, message, 0)
  const { objects, numbers } = walk.extent
  if (objects > mostObjects) return `it has more than ${mostObjects} nodes, attributes and strings, more than any network`
  return numbers > mostNumbers ? `it lists more than ${mostNumbers} numbers one by one` : null
}

class Walk {
  readonly extent: Extent = { objects: 0, numbers: 0 }
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get #full(): boolean {
    return this.extent.objects > mostObjects || this.extent.numbers > mostNumbers
  }

  /** A number of up to ten bytes; beyond 2^53 no length can be. */
  #varint(): number {
    let value = 0
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[this.#at++] ?? 0
      value += (byte & 127) * 2 ** (7 * i)
      if (byte < 128) break
    }
    return value
  }

  message(start: number, end: number, message: DescMessage, depth: number): void {
    const known = fieldsOf(message)
    this.#at = start
    while (this.#at < end && !this.#full) {
      const tag = this.#varint()
      const field = known.get(Math.floor(tag / 8))
      const wire = tag % 8
      if (wire === 2) {
        const length = this.#varint()
        const inner = this.#at
        if (inner + length > end) return
        this.#delimited(field, inner, length, depth)
        this.#at = inner + length
      } else {
        if (wire > 5 || wire === 3 || wire === 4) return
        if (wire === 0) this.#varint()
        else this.#at += wire === 1 ? 8 : 4
        if (field?.fieldKind === 'list') this.extent.numbers++
      }
    }
  }

  #delimited(field: DescField | undefined, at: number, length: number, depth: number): void {
    if (!field) return
    if (field.message) {
      this.extent.objects++
      if (depth < deepest) this.message(at, at + length, field.message, depth + 1)
    } else if (field.scalar === ScalarType.STRING || field.scalar === ScalarType.BYTES) this.extent.objects++
    else if (field.fieldKind === 'list') this.extent.numbers += length / (field.listKind === 'scalar' ? least(field.scalar) : 1)
  }
}
