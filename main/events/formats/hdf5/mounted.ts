import { RecordingError, type ByteSource } from '../../recording.ts'
import type { Hdf5Library } from './library.ts'
import { findSuperblock, type Superblock } from './superblock.ts'

/** Files the library has open at a time; others are opened again when they are asked for. */
const MOST_OPEN = 4
/** No read of a sound file is longer: damaged lengths must not fill memory. */
const LONGEST_READ = 256 << 20
/** Blocks of the library's own that are no data start with one of these. */
const STRUCTURES = new Set(['TREE', 'SNOD', 'HEAP', 'GCOL', 'OHDR', 'OCHK', 'FRHP', 'FHDB', 'FHIB', 'FSHD', 'FSSE', 'BTHD', 'BTIN', 'BTLF', 'FAHD', 'FADB', 'EAHD', 'EAIB', 'EASB', 'EADB', 'SMTB', 'SMLI'])
const EIO = 29

/** What was read of the file during one call. */
export interface Reads {
  /** Reads of data (chunks, runs of a contiguous dataset), not of the library's own structures. */
  readonly data: number
  /** The last read of data. */
  readonly offset: number
  readonly length: number
  /** Something was read that lies behind the end of the file. */
  readonly beyond: boolean
}

interface Mounted {
  readonly owner: MountedSource
  readonly id: bigint
  readonly path: string
}

const mounted: Mounted[] = []
let names = 0

/** One HDF5 file as the library sees it: its bytes are read from a ByteSource as they are needed, never as a whole. */
export class MountedSource {
  readonly source: ByteSource
  readonly superblock: Superblock
  readonly library: Hdf5Library
  #reads = { data: 0, offset: 0, length: 0, beyond: false }
  #failure: unknown = null
  #find = false

  /** @throws RecordingError where the file has no HDF5 superblock */
  constructor(library: Hdf5Library, source: ByteSource) {
    this.library = library
    this.source = source
    const superblock = findSuperblock(source)
    if (!superblock) throw new RecordingError(source.path, 'this HDF5 file ends within its first block: copy it again', source.size)
    this.superblock = superblock
  }

  /**
   * Calls the library; faults of reading the file itself (a closed or vanished file) are thrown behind it.
   * @param find the first read of data fails: where it lies is all that is asked
   */
  call<T>(work: (file: bigint) => T, find = false): { result: T; reads: Reads } {
    const { id } = this.#open()
    this.#begin()
    this.#find = find
    try {
      const result = work(id)
      this.#rethrow()
      return { result, reads: { ...this.#reads } }
    } catch (error) {
      this.#rethrow()
      throw error
    }
  }

  #begin(): void {
    this.#reads = { data: 0, offset: 0, length: 0, beyond: false }
    this.#failure = null
    this.#find = false
  }

  #rethrow(): void {
    const failure = this.#failure
    this.#failure = null
    if (failure !== null) throw failure
  }

  #open(): Mounted {
    const at = mounted.findIndex(({ owner }) => owner === this)
    const found = at === -1 ? null : mounted.splice(at, 1)[0]
    if (found) {
      mounted.push(found)
      return found
    }
    while (mounted.length >= MOST_OPEN) unmount(mounted.shift()!)
    const { module, fs } = this.library
    const name = `recording-${names++}.h5`
    const node = fs.createFile('/', name, {}, true, false)
    // Of a file that was cut short the rest reads as zeros: the library would not open it otherwise.
    node.usedBytes = Math.max(this.source.size, this.superblock.end)
    node.stream_ops = { ...node.stream_ops, read: (_stream, buffer, offset, length, position) => this.#read(buffer, offset, length, position) }
    this.#begin()
    this.library.listen()
    const path = `/${name}`
    let id = -1n
    try {
      id = module.open(path, module.H5F_ACC_RDONLY)
      this.#rethrow()
    } catch (error) {
      this.#rethrow()
      if (!(error instanceof Error)) throw error
    } finally {
      if (id < 0n) fs.unlink(path)
    }
    const said = this.library.said()
    if (id < 0n) throw new RecordingError(this.source.path, `this HDF5 file can't be opened: ${openFault(said)}`, this.superblock.start)
    const one: Mounted = { owner: this, id, path }
    mounted.push(one)
    return one
  }

  #read(buffer: Uint8Array, offset: number, length: number, position: number): number {
    const { source } = this
    if (length > LONGEST_READ) throw new this.library.fs.ErrnoError(EIO)
    let done = 0
    try {
      while (done < length && position + done < source.size) {
        const bytes = source.read(position + done, length - done)
        if (bytes.length === 0) break
        buffer.set(bytes, offset + done)
        done += bytes.length
      }
    } catch (error) {
      // Thrown through the library's own frames it would leave the library in the middle of its work.
      this.#failure = error
      throw new this.library.fs.ErrnoError(EIO)
    }
    if (done < length) {
      buffer.fill(0, offset + done, offset + length)
      this.#reads.beyond = true
    }
    const start = Buffer.from(buffer.subarray(offset, offset + 4)).toString('latin1')
    if (!STRUCTURES.has(start)) {
      this.#reads.data++
      this.#reads.offset = position
      this.#reads.length = length
      if (this.#find) throw new this.library.fs.ErrnoError(EIO)
    }
    return length
  }
}

function unmount({ owner, id, path }: Mounted): void {
  const { module, fs } = owner.library
  try {
    module.close_file(id)
  } finally {
    fs.unlink(path)
  }
}

/** The reason in the library's report of a file it could not open. */
function openFault(said: string): string {
  if (/already open for write|file is not already open|consistency flags/i.test(said))
    return 'a program that wrote it did not close it. Run "h5clear -s" on it, or record it again'
  if (/bad superblock version/i.test(said)) return 'its version is not known: save it again with a common HDF5 library'
  return 'its first block is damaged. Copy or save it again'
}
