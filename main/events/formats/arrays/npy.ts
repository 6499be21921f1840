import { Opened } from '../../opened.ts'
import { Problems, type Fault } from '../../problems.ts'
import { RecordingError, type ByteSource, type Recording, type RecordingFormat } from '../../recording.ts'
import type { Extent } from '../extent.ts'
import { ArrayError, tableOf, type StoredArray } from './array-table.ts'
import { InflatedStream, StoredStream } from './byte-streams.ts'
import { LONGEST_HEADER, NpyError, parseNpyHeader } from './npy-header.ts'
import { TablePass } from './table-pass.ts'
import { dataStart, localEntries, zipEntries, ZipError, type ZipEntry } from './zip.ts'

const advice =
  'Saccade reads a structured array with fields t, x, y, p; arrays t, x, y, p (or ts, xs, ys, ps) of equal length; or a matrix of four columns.'

const directoryLost = (why: string): Fault => ({
  key: 'directory-lost',
  severity: 'warning',
  message: () => `The archive ${why}: its arrays were found by their own headers`,
  advice: 'Copy or save it again if the end matters.',
})

/** The recording of a file's arrays. @throws ArrayError where they hold no events */
export function openArrays(source: ByteSource, arrays: readonly StoredArray[], format: string, formatName: string, header = new Problems()): Recording {
  const table = tableOf(arrays)
  const extent: Extent = { x: -1, y: -1 }
  return new Opened({
    format,
    formatName,
    sensor: () => [Math.max(1, extent.x + 1), Math.max(1, extent.y + 1)],
    details: { Columns: table.understood, 'Sensor size': 'not in the file: the largest coordinates' },
    problems: header,
    begin: (problems, from) => new TablePass(table, problems, extent, source.size, from),
  })
}

function fail(error: unknown): never {
  throw error
}

/** Faults of headers, archives and arrays as errors about the file. */
function explained<T>(source: ByteSource, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ZipError) throw new RecordingError(source.path, `the archive ${error.message}. Copy or save it again`)
    if (error instanceof NpyError || error instanceof ArrayError) throw new RecordingError(source.path, `the file ${error.message}. ${advice}`)
    throw error
  }
}

/** NumPy arrays of events (.npy): structured, or a matrix of four columns. */
export const npy: RecordingFormat = {
  id: 'npy',
  name: 'NumPy array (.npy)',
  extensions: ['.npy'],
  sniff: (head) => (Buffer.from(head.subarray(0, 6)).toString('latin1') === '\x93NUMPY' ? 1 : 0),
  open(source) {
    const header = explained(source, () => parseNpyHeader(source.read(0, LONGEST_HEADER).slice()))
    const open = (skip: number): StoredStream => new StoredStream(source, header.start + skip, source.size)
    return explained(source, () => openArrays(source, [{ name: 'array', header, seekable: true, open }], 'npy', 'NumPy array'))
  },
}

/** Archives of NumPy arrays (.npz), stored or deflated. */
export const npz: RecordingFormat = {
  id: 'npz',
  name: 'NumPy archive (.npz)',
  extensions: ['.npz'],
  sniff: (head) => {
    const start = Buffer.from(head).toString('latin1')
    return start.startsWith('PK\x03\x04') && /^.{30}[^\0]{0,200}?\.npy/s.test(start) ? 1 : 0
  },
  open(source) {
    const problems = new Problems()
    const members = (entries: readonly ZipEntry[]): StoredArray[] => entries.filter(({ name }) => name.endsWith('.npy')).flatMap((entry) => member(source, entry))
    try {
      return openArrays(source, members(zipEntries(source)), 'npz', 'NumPy archive', problems)
    } catch (error) {
      if (!(error instanceof ZipError || error instanceof ArrayError)) return explained(source, () => fail(error))
      const found = localEntries(source)
      if (found.length === 0) return explained(source, () => fail(error))
      problems.add(directoryLost(error.message))
      return explained(source, () => openArrays(source, members(found), 'npz', 'NumPy archive', problems))
    }
  },
}

/** An array of an archive; none where it can hold no events (text, objects), so that the others can be looked at. */
function member(source: ByteSource, entry: ZipEntry): StoredArray[] {
  if (entry.method !== 0 && entry.method !== 8) throw new ZipError(`has the member "${entry.name}" compressed by method ${entry.method}: stored and deflated ones can be read`)
  const start = dataStart(source, entry)
  const end = start + entry.compressed
  const stream = (): StoredStream | InflatedStream => (entry.method === 0 ? new StoredStream(source, start, end) : new InflatedStream(source, start, end))
  const header = (() => {
    try {
      return parseNpyHeader(stream().read(LONGEST_HEADER).slice())
    } catch (error) {
      if (error instanceof NpyError) return null
      throw error
    }
  })()
  if (header === null) return []
  const open = (skip: number): StoredStream | InflatedStream => {
    if (entry.method === 0) return new StoredStream(source, start + header.start + skip, end)
    const inflated = stream()
    for (let left = header.start + skip; left > 0; ) {
      const bytes = inflated.read(Math.min(left, 1 << 16))
      if (bytes.length === 0) break
      left -= bytes.length
    }
    return inflated
  }
  return [{ name: entry.name, header, seekable: entry.method === 0, open }]
}
