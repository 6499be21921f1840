import { unzlibSync } from 'fflate'
import { decompress } from 'fzstd'

/*
 * The two functions of node:zlib that readers of recordings use, for frames.js: it runs in browsers too.
 */

interface Limit {
  readonly maxOutputLength: number
}

export const inflateSync = (bytes: Uint8Array, { maxOutputLength }: Limit): Uint8Array => checked(unzlibSync(bytes), maxOutputLength)
export const zstdDecompressSync = (bytes: Uint8Array, { maxOutputLength }: Limit): Uint8Array => checked(decompress(bytes), maxOutputLength)

function checked(bytes: Uint8Array, most: number): Uint8Array {
  if (bytes.length > most) throw new RangeError(`Cannot create a buffer larger than ${most} bytes`)
  return bytes
}
