import { RecordingError } from '../../recording.ts'
import type { ByteStream } from '../arrays/byte-streams.ts'
import { CodecError } from './codec-error.ts'
import type { Dataset } from './datasets.ts'
import type { LostRows } from './lost-rows.ts'
import type { MountedSource, Reads } from './mounted.ts'
import { unpackable, unpackChunk } from './unpack.ts'

/** Bytes of a dataset read at a time, where its chunks are not larger: they stay in the second-level cache. */
const SLICE = 1 << 19
/** Larger chunks would fill memory. */
const LARGEST_CHUNK = 128 << 20
/** After so many chunks without any data the rest of a slice is not asked for: a damaged index may tell of millions. */
const MOST_BARREN = 64
/** A matrix has at most so many columns (or rows, where it lies on its side). */
const NARROW = 16

/** How a dataset lies in units that are read as a whole: its rows, or single numbers where a matrix lies on its side. */
export interface Grid {
  readonly dataset: Dataset
  readonly wide: boolean
  /** Units of a line: rows of the events. */
  readonly units: number
  readonly unitBytes: number
  readonly chunkUnits: number | null
  /** Chunks beside each other in a row. */
  readonly across: number
  /** A chunk is a run of whole units of one line, as they come out of the library. */
  readonly rowChunks: boolean
}

/** Null where a dataset is no table: more than two dimensions, or many columns. */
export function gridOf(dataset: Dataset): Grid | null {
  const { shape, itemSize, chunks } = dataset
  const [first = 0, second = 1] = shape
  if (shape.length < 1 || shape.length > 2 || chunks?.includes(0)) return null
  if (second <= NARROW)
    return {
      dataset,
      wide: false,
      units: first,
      unitBytes: second * itemSize,
      chunkUnits: chunks ? (chunks[0] ?? 1) : null,
      across: chunks ? Math.ceil(second / (chunks[1] ?? 1)) : 1,
      rowChunks: !dataset.turned && (chunks?.[1] ?? second) === second,
    }
  if (first > NARROW) return null
  return { dataset, wide: true, units: second, unitBytes: itemSize, chunkUnits: chunks ? (chunks[1] ?? 1) : null, across: 1, rowChunks: !dataset.turned && chunks?.[0] === 1 }
}

/** The bytes of a dataset, one element after the other, from any byte on. What can't be read is zeros, and told as lost. */
export class DatasetStream implements ByteStream {
  readonly #mounted: MountedSource
  readonly #grid: Grid
  readonly #lost: LostRows
  readonly #total: number
  readonly #sliceUnits: number
  readonly #chunkBytes: number
  /** The library finds the chunks, and they are unpacked here. */
  readonly #unpacks: boolean
  #at: number
  #slice = new Uint8Array(0)
  #sliceStart = 0
  #sliceEnd = 0

  /** @param skip byte to begin with; @throws RecordingError where the dataset can't be read for its making */
  constructor(mounted: MountedSource, grid: Grid, lost: LostRows, skip: number) {
    this.#mounted = mounted
    this.#grid = grid
    this.#lost = lost
    this.#at = skip
    const { dataset, unitBytes, units, chunkUnits, wide } = grid
    this.#total = units * unitBytes * (wide ? (dataset.shape[0] ?? 1) : 1)
    const fitting = Math.max(1, Math.floor(SLICE / Math.max(1, unitBytes)))
    this.#sliceUnits = chunkUnits === null ? fitting : chunkUnits * Math.max(1, Math.floor(fitting / chunkUnits))
    this.#unpacks = grid.rowChunks && dataset.filters.length > 0 && dataset.filters.every(({ id }) => unpackable(id))
    this.#chunkBytes = (dataset.chunks ?? []).reduce((a, b) => a * b, dataset.itemSize)
    if (dataset.chunks && this.#chunkBytes > LARGEST_CHUNK)
      throw new RecordingError(
        mounted.source.path,
        `its dataset "${dataset.path}" has chunks of ${this.#chunkBytes} bytes; up to ${LARGEST_CHUNK} can be read. Save it again with smaller chunks, e.g. "h5repack -l CHUNK=65536 in.h5 out.h5"`,
      )
  }

  read(length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.#total - this.#at))
    if (wanted > 0 && !(this.#at >= this.#sliceStart && this.#at < this.#sliceEnd)) this.#load()
    if (this.#at + wanted <= this.#sliceEnd) {
      const from = this.#at - this.#sliceStart
      this.#at += wanted
      return this.#slice.subarray(from, from + wanted)
    }
    const bytes = new Uint8Array(wanted)
    for (let done = 0; done < wanted; ) {
      if (this.#at >= this.#sliceEnd) this.#load()
      const from = this.#at - this.#sliceStart
      const part = this.#slice.subarray(from, Math.min(from + wanted - done, this.#sliceEnd - this.#sliceStart))
      bytes.set(part, done)
      done += part.length
      this.#at += part.length
    }
    return bytes
  }

  /** Reads the slice that holds the next byte. */
  #load(): void {
    const { units, unitBytes, chunkUnits, across } = this.#grid
    const unit = Math.floor(this.#at / unitBytes)
    const line = Math.floor(unit / units)
    const from = Math.floor((unit % units) / this.#sliceUnits) * this.#sliceUnits
    const to = Math.min(from + this.#sliceUnits, units)
    if (this.#slice.length < (to - from) * unitBytes) this.#slice = new Uint8Array((to - from) * unitBytes)
    this.#sliceStart = (line * units + from) * unitBytes
    this.#sliceEnd = (line * units + to) * unitBytes
    if (chunkUnits !== null && this.#unpacks) {
      this.#chunkByChunk(line, from, to, chunkUnits, false)
      return
    }
    const { status, reads } = this.#copy(line, from, to, 0)
    const pieces = chunkUnits === null ? 0 : Math.ceil((to - from) / chunkUnits) * across
    if (status >= 0 && !reads.beyond && reads.data >= pieces) return
    if (chunkUnits === null) this.#ofOnePiece(status, reads, from, to)
    else this.#chunkByChunk(line, from, to, chunkUnits, status >= 0 && reads.data === 0)
  }

  /** @param nothing the slice has no data at all */
  #chunkByChunk(line: number, from: number, to: number, chunkUnits: number, nothing: boolean): void {
    let barren = nothing ? MOST_BARREN : 0
    for (let at = from; at < to; at += chunkUnits) {
      if (barren >= MOST_BARREN) {
        this.#slice.fill(0, (at - from) * this.#grid.unitBytes, (to - from) * this.#grid.unitBytes)
        this.#lost.add('unwritten', at, to)
        return
      }
      const data = this.#chunk(line, at, Math.min(at + chunkUnits, to), from)
      barren = data ? 0 : barren + 1
    }
  }

  /** A dataset in one piece: what lies behind the end of the file is lost, what lies before is not. */
  #ofOnePiece(status: number, reads: Reads, from: number, to: number): void {
    const whole = status < 0 ? 0 : Math.max(0, Math.floor((this.#mounted.source.size - reads.offset) / this.#grid.unitBytes))
    this.#lost.add(reads.beyond ? 'cut' : 'damaged', Math.min(from + whole, to), to, Math.min(reads.offset, this.#mounted.source.size))
  }

  /** A chunk by itself, so that a fault in one costs no other. @returns whether the file has data for it */
  #chunk(line: number, from: number, to: number, sliceFrom: number): boolean {
    const { unitBytes, across } = this.#grid
    const place = (from - sliceFrom) * unitBytes
    if (this.#unpacks) {
      const { reads } = this.#copy(line, from, to, place, true)
      if (reads.data > 0 && !reads.beyond && this.#unpack(reads, place, (to - from) * unitBytes)) return true
    }
    const { status, reads } = this.#copy(line, from, to, place)
    // Found behind structures without a signature, which the first try took for data; or left as it was by the filters.
    const whole = reads.data >= across && !reads.beyond && (this.#unpacks ? this.#unpack(reads, place, (to - from) * unitBytes) : status >= 0)
    if (whole) return true
    this.#slice.fill(0, (from - sliceFrom) * unitBytes, (to - sliceFrom) * unitBytes)
    if (reads.beyond) this.#lost.add('cut', from, to, this.#mounted.source.size)
    else if (status < 0 || reads.data > 0) this.#lost.add('damaged', from, to, reads.data > 0 ? reads.offset : undefined)
    else this.#lost.add('unwritten', from, to)
    return reads.data > 0
  }

  /** Unpacks the chunk that the library read last; false where it is damaged. */
  #unpack({ offset, length }: Reads, place: number, wanted: number): boolean {
    try {
      const bytes = unpackChunk(this.#mounted.source.read(offset, length), this.#grid.dataset.filters, this.#chunkBytes)
      if (bytes.length < wanted) return false
      this.#slice.set(bytes.subarray(0, wanted), place)
      return true
    } catch (error) {
      if (error instanceof CodecError) return false
      throw error
    }
  }

  /** Copies units of a line to a place of the slice. */
  #copy(line: number, from: number, to: number, place: number, find = false): { status: number; reads: Reads } {
    const { dataset, wide, unitBytes } = this.#grid
    const { module } = this.#mounted.library
    const [offset, count] = wide
      ? [[line, from], [1, to - from]]
      : [[from, ...dataset.shape.slice(1).map(() => 0)], [to - from, ...dataset.shape.slice(1)]]
    const bytes = (to - from) * unitBytes
    const pointer = module._malloc(bytes)
    if (pointer === 0) throw new RecordingError(this.#mounted.source.path, `there is no memory for ${bytes} bytes of its dataset "${dataset.path}"`)
    try {
      const { result, reads } = this.#mounted.call((file) => {
        try {
          return module.get_dataset_data(file, `/${dataset.path}`, count.map(BigInt), offset.map(BigInt), offset.map(() => 1n), BigInt(pointer))
        } catch {
          // The library throws what is no Error, of the same faults.
          return -1
        }
      }, find)
      if (result >= 0) this.#slice.set(module.HEAPU8.subarray(pointer, pointer + bytes), place)
      return { status: result, reads }
    } finally {
      module._free(pointer)
    }
  }
}
