/**
 * A FlatBuffers table (flatbuffers.dev internals): enough to read AEDAT 4 without generated code. Every access is checked
 * against the buffer; damaged offsets throw a RangeError.
 */
export class FlatTable {
  readonly #view: DataView
  readonly #at: number
  readonly #vtable: number

  constructor(view: DataView, at: number) {
    this.#view = view
    this.#at = at
    this.#vtable = at - view.getInt32(at, true)
  }

  /** The root table of a buffer whose root offset stands at `at`. */
  static root(view: DataView, at: number): FlatTable {
    return new FlatTable(view, at + view.getUint32(at, true))
  }

  int32(field: number, absent: number): number {
    const at = this.position(field)
    return at === undefined ? absent : this.#view.getInt32(at, true)
  }

  /** Exact up to 2^53. */
  int64(field: number, absent: number): number {
    const at = this.position(field)
    return at === undefined ? absent : Number(this.#view.getBigInt64(at, true))
  }

  string(field: number): string | undefined {
    const vector = this.vector(field, 1)
    return vector && Buffer.from(this.#view.buffer, this.#view.byteOffset + vector.at, vector.length).toString('utf8')
  }

  /** First element and length of a vector. @param size bytes of an element, for checking the end */
  vector(field: number, size: number): { at: number; length: number } | undefined {
    const position = this.position(field)
    if (position === undefined) return undefined
    const start = position + this.#view.getUint32(position, true)
    const length = this.#view.getUint32(start, true)
    const at = start + 4
    if (at + length * size > this.#view.byteLength) throw new RangeError(`a vector of ${length} elements runs over the end of its buffer`)
    return { at, length }
  }

  /** The `index`-th table of a vector of tables. */
  static element(view: DataView, vector: { at: number }, index: number): FlatTable {
    const slot = vector.at + index * 4
    return new FlatTable(view, slot + view.getUint32(slot, true))
  }

  /** Position of a field's value; undefined where the field equals its default and was left out. */
  position(field: number): number | undefined {
    const slot = 4 + field * 2
    if (slot + 2 > this.#view.getUint16(this.#vtable, true)) return undefined
    const offset = this.#view.getUint16(this.#vtable + slot, true)
    return offset === 0 ? undefined : this.#at + offset
  }
}

export function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
