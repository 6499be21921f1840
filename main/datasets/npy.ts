import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { DatasetError, errorCode } from './errors.ts'

/**
 * NumPy's .npy, version 1.0 (numpy/lib/format.py): magic, version, little-endian length of the header, then a Python
 * dict literal padded with spaces to a newline, then raw values. The header here always takes 128 bytes, so that the number
 * of rows can be written over when the file is finished.
 */
const dtypes = { uint8: { descr: '|u1', bytes: 1, array: Uint8Array }, float32: { descr: '<f4', bytes: 4, array: Float32Array }, uint16: { descr: '<u2', bytes: 2, array: Uint16Array }, int64: { descr: '<i8', bytes: 8, array: BigInt64Array } } as const
export type NpyDtype = keyof typeof dtypes
export type NpyArray = Uint8Array | Float32Array | Uint16Array | BigInt64Array
export const npyHeaderBytes = 128

export interface NpyHeader {
  readonly dtype: NpyDtype
  /** [rows, ...shape of one row] */
  readonly shape: readonly number[]
  /** Byte where the values begin. */
  readonly offset: number
}

/** The 128 bytes before the values. */
export function encodeNpyHeader(dtype: NpyDtype, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const dict = `{'descr': '${dtypes[dtype].descr}', 'fortran_order': False, 'shape': ${tuple}, }`
  const bytes = new Uint8Array(npyHeaderBytes).fill(0x20)
  if (dict.length > npyHeaderBytes - 11) throw new RangeError(`npy: the shape ${tuple} needs a longer header than ${npyHeaderBytes} bytes`)
  bytes.set([0x93, ...Buffer.from('NUMPY'), 1, 0, npyHeaderBytes - 10, 0])
  bytes.set(Buffer.from(dict), 10)
  bytes[npyHeaderBytes - 1] = 0x0a
  return bytes
}

/**
 * Reads the header, also one that NumPy wrote (versions 1 to 3).
 * @throws DatasetError where it isn't .npy, is truncated, or of a type or order not used here
 */
export function decodeNpyHeader(head: Uint8Array, path: string): NpyHeader {
  const fail = (message: string): never => { throw new DatasetError(`${path}: ${message}`) }
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  if (bytes.length < 12 || bytes.toString('latin1', 0, 6) !== '\x93NUMPY') fail('not a .npy file (byte 0: the magic bytes are missing)')
  const version = bytes[6]!
  if (version < 1 || version > 3) fail(`.npy version ${version} is unknown (byte 6)`)
  const start = version === 1 ? 10 : 12
  const length = version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8)
  if (start + length > bytes.length) fail(`the header is cut short: ${length} bytes announced at byte 8, the file has ${bytes.length - start}`)
  const text = bytes.toString('latin1', start, start + length)
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1]
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1]
  const shape = /'shape':\s*\(([^)]*)\)/.exec(text)?.[1]
  if (descr === undefined || order === undefined || shape === undefined) return fail(`the header can't be read (byte ${start}): ${text.trim()}`)
  const dtype = (Object.keys(dtypes) as NpyDtype[]).find((name) => dtypes[name].descr === descr)
  if (dtype === undefined) return fail(`values of type ${descr} are not used by Saccade (float32 <f4, uint16 <u2, uint8 |u1, int64 <i8)`)
  if (order === 'True') fail('values lie in Fortran order; save it with numpy.ascontiguousarray')
  const sizes = shape.split(',').map((part) => part.trim()).filter((part) => part !== '').map(Number)
  if (!sizes.every((size) => Number.isSafeInteger(size) && size >= 0)) fail(`the shape (${shape}) can't be read (byte ${start})`)
  return { dtype, shape: sizes, offset: start + length }
}

/** Writes a .npy row by row. The file counts zero rows until `finish` writes the number over. */
export class NpyWriter {
  readonly path: string
  readonly rowBytes: number
  #file: FileHandle
  #dtype: NpyDtype
  #rowShape: readonly number[]
  #rows: number

  private constructor(path: string, file: FileHandle, dtype: NpyDtype, rowShape: readonly number[], rows: number) {
    this.path = path
    this.#file = file
    this.#dtype = dtype
    this.#rowShape = rowShape
    this.#rows = rows
    this.rowBytes = rowShape.reduce((product, size) => product * size, dtypes[dtype].bytes)
  }

  /** Starts a file, or replaces one. */
  static async create(path: string, dtype: NpyDtype, rowShape: readonly number[]): Promise<NpyWriter> {
    const header = encodeNpyHeader(dtype, [0, ...rowShape])
    const file = await open(path, 'w')
    try {
      await writeAll(file, [header], 0)
    } catch (error) {
      await file.close()
      throw error
    }
    return new NpyWriter(path, file, dtype, rowShape, 0)
  }

  /** Opens an unfinished file to go on after its first `rows` rows; whatever follows them is cut off. */
  static async resume(path: string, dtype: NpyDtype, rowShape: readonly number[], rows: number): Promise<NpyWriter> {
    const file = await open(path, 'r+')
    const writer = new NpyWriter(path, file, dtype, rowShape, rows)
    try {
      await file.truncate(npyHeaderBytes + rows * writer.rowBytes)
    } catch (error) {
      await file.close()
      throw error
    }
    return writer
  }

  get rows(): number {
    return this.#rows
  }

  /** Adds whole rows, all in one go; the type of `parts` must be the file's. */
  async append(...parts: readonly NpyArray[]): Promise<void> {
    let count = 0
    for (const values of parts) {
      if (!(values instanceof dtypes[this.#dtype].array)) throw new TypeError(`${this.path} holds ${this.#dtype}`)
      const rows = values.byteLength / this.rowBytes
      if (!Number.isInteger(rows)) throw new RangeError(`${this.path}: ${values.byteLength} bytes are not whole rows of ${this.rowBytes} bytes`)
      count += rows
    }
    const bytes = parts.map((values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    await writeAll(this.#file, bytes, npyHeaderBytes + this.#rows * this.rowBytes)
    this.#rows += count
  }

  /** Writes the header with the number of rows, waits until all is on the disk, closes. */
  async finish(): Promise<void> {
    await writeAll(this.#file, [encodeNpyHeader(this.#dtype, [this.#rows, ...this.#rowShape])], 0)
    await this.#file.sync()
    await this.#file.close()
  }

  /** Closes an unfinished file: its header still counts zero rows. */
  async close(): Promise<void> {
    await this.#file.close()
  }
}

/** One system call carries so many buffers (POSIX asks for 16, Linux and macOS take 1024). */
const mostBuffers = 64

async function writeAll(file: FileHandle, parts: readonly Uint8Array[], position: number): Promise<void> {
  let left = parts.filter(({ length }) => length > 0)
  let at = position
  while (left.length > 0) {
    const { bytesWritten } = await file.writev(left.slice(0, mostBuffers), at)
    at += bytesWritten
    // A disk may take less than it was given.
    let taken = bytesWritten
    while (left.length > 0 && taken >= left[0]!.length) taken -= left.shift()!.length
    if (taken > 0) left = [left[0]!.subarray(taken), ...left.slice(1)]
  }
}

/** Random access to the rows of a .npy; synchronous. */
export class NpyReader {
  readonly path: string
  readonly header: NpyHeader
  readonly rowBytes: number
  readonly rowLength: number
  #file: number

  /** @throws DatasetError where the file is missing, no .npy, or shorter or longer than its header says */
  constructor(path: string) {
    this.path = path
    try {
      this.#file = openSync(path, 'r')
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
      throw new DatasetError(`${path}: the file is missing. Import the dataset again from its folder; runs and models are untouched.`, { cause: error })
    }
    try {
      const size = fstatSync(this.#file).size
      const head = new Uint8Array(Math.min(size, 4096))
      readFully(this.#file, head, 0)
      this.header = decodeNpyHeader(head, path)
      const [rows = 1, ...rowShape] = this.header.shape
      this.rowLength = rowShape.reduce((product, length) => product * length, 1)
      this.rowBytes = this.rowLength * dtypes[this.header.dtype].bytes
      const expected = this.header.offset + rows * this.rowBytes
      if (size !== expected) {
        throw new DatasetError(`${path}: ${size < expected ? 'truncated' : 'longer than its header says'}: ${size} bytes, ${expected} expected for shape (${this.header.shape.join(', ')})`)
      }
    } catch (error) {
      closeSync(this.#file)
      throw error
    }
  }

  /** Fills `out` with the values from row `row` on; the type of `out` must be the file's. */
  read(row: number, out: NpyArray): void {
    if (!(out instanceof dtypes[this.header.dtype].array)) throw new TypeError(`${this.path} holds ${this.header.dtype}`)
    const rows = this.header.shape[0] ?? 1
    if (row < 0 || row * this.rowBytes + out.byteLength > rows * this.rowBytes) throw new RangeError(`${this.path}: row ${row} or what follows lies outside its ${rows} rows`)
    const bytes = new Uint8Array(out.buffer, out.byteOffset, out.byteLength)
    if (readFully(this.#file, bytes, this.header.offset + row * this.rowBytes) < bytes.length) {
      throw new DatasetError(`${this.path}: was shortened while it was open`)
    }
  }

  close(): void {
    closeSync(this.#file)
  }
}

/** Reads until `bytes` is full or the file ends; bytes read. One system call carries at most 2^31 - 1 bytes. */
function readFully(file: number, bytes: Uint8Array, position: number): number {
  let done = 0
  while (done < bytes.length) {
    const count = readSync(file, bytes, done, Math.min(bytes.length - done, 2 ** 30), position + done)
    if (count === 0) break
    done += count
  }
  return done
}
