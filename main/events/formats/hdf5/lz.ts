import { CodecError } from './codec-error.ts'

/*
 * The two kin of FastLZ that HDF5 files are packed with: LZF (h5py's own) and BloscLZ (Blosc's default). Runs of literals and
 * matches, told apart by the first three bits of a byte.
 */

/** Copies a match, which may overlap what it makes. */
function copyMatch(out: Uint8Array, at: number, distance: number, length: number): number {
  if (distance > at) throw new CodecError('a match refers to before its start')
  if (length > out.length - at) throw new CodecError('it is longer than its chunk')
  if (distance >= length) {
    out.copyWithin(at, at - distance, at - distance + length)
    return at + length
  }
  for (let i = 0; i < length; i++) out[at + i] = out[at + i - distance]!
  return at + length
}

function copyLiterals(bytes: Uint8Array, from: number, count: number, out: Uint8Array, at: number): void {
  if (count > bytes.length - from) throw new CodecError('it ends within a run')
  if (count > out.length - at) throw new CodecError('it is longer than its chunk')
  // At most 32 bytes: a view of them would cost more than copying them.
  for (let i = 0; i < count; i++) out[at + i] = bytes[from + i]!
}

/** Unpacks LZF (liblzf) to `out`; returns the number of bytes. @throws CodecError where it is damaged */
export function unpackLzf(bytes: Uint8Array, out: Uint8Array): number {
  let [i, o] = [0, 0]
  while (i < bytes.length) {
    const control = bytes[i++]!
    if (control < 32) {
      copyLiterals(bytes, i, control + 1, out, o)
      i += control + 1
      o += control + 1
      continue
    }
    let length = control >>> 5
    if (length === 7) length += bytes[i++] ?? 0
    if (i >= bytes.length) throw new CodecError('it ends within a match')
    const distance = ((control & 31) << 8) + bytes[i++]! + 1
    o = copyMatch(out, o, distance, length + 2)
  }
  return o
}

/** Distances from here on take two more bytes. */
const FAR = 8191

/** Unpacks BloscLZ to `out`; returns the number of bytes. @throws CodecError where it is damaged */
export function unpackBloscLz(bytes: Uint8Array, out: Uint8Array): number {
  let [i, o] = [0, 0]
  // The first byte is always a run of literals; its upper bits name the version.
  let control = (bytes[i++] ?? 0) & 31
  for (;;) {
    if (control < 32) {
      copyLiterals(bytes, i, control + 1, out, o)
      i += control + 1
      o += control + 1
    } else {
      let length = (control >>> 5) - 1
      let code = 255
      if (length === 6)
        while (code === 255 && i < bytes.length) length += code = bytes[i++]!
      const near = (control & 31) << 8
      code = bytes[i++] ?? 0
      let distance = near + code + 1
      if (code === 255 && near === 31 << 8) {
        distance = ((bytes[i] ?? 0) << 8) + (bytes[i + 1] ?? 0) + FAR + 1
        i += 2
      }
      if (i > bytes.length) throw new CodecError('it ends within a match')
      o = copyMatch(out, o, distance, length + 3)
    }
    if (i >= bytes.length) return o
    control = bytes[i++]!
  }
}
