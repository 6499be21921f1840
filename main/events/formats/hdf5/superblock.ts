import type { ByteSource } from '../../recording.ts'

/** The block an HDF5 file starts with (HDF5 File Format Specification 3.0, II.A). */
export interface Superblock {
  /** Byte where it starts: 0, or behind a block of the user's own (512 bytes in MATLAB 7.3 files). */
  readonly start: number
  /** Byte where the file should end. */
  readonly end: number
}

const SIGNATURE = '\x89HDF\r\n\x1a\n'
/** It stands at 0, 512, 1024, 2048 and so on; no writer known leaves more than this. */
const LAST_START = 1 << 16

/** Whether an HDF5 signature stands at this byte. */
export function isHdf5(bytes: Uint8Array, at = 0): boolean {
  return Buffer.from(bytes.subarray(at, at + SIGNATURE.length)).toString('latin1') === SIGNATURE
}

/** Finds the superblock; null where there is none, or the file ends within. */
export function findSuperblock(source: ByteSource): Superblock | null {
  for (let start = 0; start <= LAST_START && start < source.size; start = start === 0 ? 512 : start * 2) {
    const bytes = source.read(start, 96)
    if (!isHdf5(bytes)) continue
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const version = bytes[8] ?? 0
    // Addresses of all writers in use take eight bytes; base, (free space or extension), end of file.
    const base = version === 0 ? 24 : version === 1 ? 28 : 12
    const sized = bytes[version < 2 ? 13 : 9] === 8
    if (bytes.length < base + 24) return null
    const end = sized ? Number(view.getBigUint64(base + 16, true)) : 0
    return { start, end: end <= 2 ** 46 ? end : source.size }
  }
  return null
}
