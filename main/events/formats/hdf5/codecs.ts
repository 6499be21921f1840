import type { CodecFilter, Dataset } from './datasets.ts'
import { unpackable } from './unpack.ts'

/** Filters that the library has, by their registered numbers. */
export const builtIn: ReadonlySet<number> = new Set([1, 2, 3, 5, 6])

const names: Readonly<Record<number, string>> = {
  1: 'gzip (deflate)',
  2: 'shuffle',
  3: 'Fletcher-32 checksum',
  4: 'SZIP',
  5: 'N-bit',
  6: 'scale-offset',
  305: 'LZO',
  307: 'bzip2',
  32000: 'LZF',
  32001: 'Blosc',
  32004: 'LZ4',
  32008: 'bitshuffle',
  32013: 'ZFP',
  32015: 'Zstandard',
  32026: 'Blosc2',
  36559: 'ECF (Prophesee)',
}

/** Blosc's codecs, as the seventh value of its filter names them. */
const bloscCodecs = ['BloscLZ', 'LZ4', 'LZ4HC', 'Snappy', 'zlib', 'Zstandard']
const SNAPPY = 3

/** A filter's name for people: the registered one, else the one in the file. */
export function codecName({ id, name, values }: CodecFilter): string {
  if (id === 32001 && values[6] !== undefined) return `Blosc (${bloscCodecs[values[6]] ?? 'unknown'})`
  return names[id] ?? (/^[\x20-\x7e]{1,60}$/.test(name) ? name : 'unknown')
}

/** How the chunks of a dataset are packed, for people. */
export function codecsOf(filters: readonly CodecFilter[], chunks: readonly number[] | null): string {
  if (chunks === null) return 'none, in one piece'
  const packed = filters.length === 0 ? 'none' : filters.map((filter) => `${codecName(filter)}${builtIn.has(filter.id) ? '' : ` [${filter.id}]`}`).join(', ')
  return `${packed}; chunks of ${chunks.map((size) => size.toLocaleString('en')).join(' x ')}`
}

/**
 * A sentence about the first filter that can't be undone, with what to do; null where all can.
 * @param rows chunks are runs of rows: of others only what the library itself undoes can be read
 */
export function codecFault({ path, filters }: Dataset, rows: boolean): string | null {
  if (filters.every(({ id }) => builtIn.has(id))) return null
  const filter = filters.find(({ id, values }) => !(rows ? unpackable(id) && !(id === 32001 && values[6] === SNAPPY) : builtIn.has(id)))
  if (!filter) return null
  return (
    `its dataset "${path}" is compressed with ${codecName(filter)} (HDF5 filter ${filter.id}), which Saccade does not read${!rows && unpackable(filter.id) ? ' in matrices and big-endian numbers' : ''}. ` +
    `Save it again with gzip, e.g. "h5repack -f GZIP=4 in.h5 out.h5" where that filter is installed`
  )
}
