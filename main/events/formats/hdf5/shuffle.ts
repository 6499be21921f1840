/** Puts bytes back that were sorted by their place in an element of `size` bytes; what is no whole element stays. */
export function unshuffle(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(bytes.length)
  const count = Math.floor(bytes.length / size)
  for (let place = 0; place < size; place++) {
    const from = place * count
    for (let i = 0, at = place; i < count; i++, at += size) out[at] = bytes[from + i]!
  }
  out.set(bytes.subarray(count * size), count * size)
  return out
}

/**
 * Puts bits back that were sorted by their place in an element of `size` bytes: planes of one bit of eight elements a byte.
 * Elements that fill no byte of a plane were left as they are, and so was everything where their number is no multiple of eight.
 */
export function unshuffleBits(bytes: Uint8Array, size: number): Uint8Array {
  const count = Math.floor(bytes.length / size)
  if (count % 8 !== 0) return bytes
  const out = new Uint8Array(bytes.length)
  const plane = count / 8
  for (let place = 0; place < size; place++)
    for (let bit = 0; bit < 8; bit++) {
      const from = (place * 8 + bit) * plane
      for (let group = 0; group < plane; group++) {
        const eight = bytes[from + group]!
        if (eight === 0) continue
        for (let i = 0, at = group * 8 * size + place; i < 8; i++, at += size) out[at]! |= ((eight >>> i) & 1) << bit
      }
    }
  out.set(bytes.subarray(count * size), count * size)
  return out
}
