import { zstdDecompressSync } from 'node:zlib'
import { Lz4Decoder } from '../lz4.ts'
import { startsWith } from './words.ts'

export const LZ4 = '\x04\x22\x4d\x18'
export const ZSTD = '\x28\xb5\x2f\xfd'
/**
 * A body that unpacks to more than this many times its size is damaged or means harm. Packets of events of real recordings
 * measured 1.8 to 2.2 (LZ4) and 2.9 to 3.2 (zstd); LZ4 can do 255, zstd tens of thousands.
 */
const LARGEST_RATIO = 64
const LARGEST = 1 << 28

/** Unpacks the bodies of AEDAT 4 packets. Which way they were packed is seen by their first bytes, whatever the header says. */
export class BodyReader {
  readonly #lz4 = new Lz4Decoder()

  /**
   * @returns a size-prefixed flatbuffer, valid until the next call or read
   * @throws Error where the body is damaged
   */
  unpack(body: Uint8Array): Uint8Array {
    const limit = Math.min(LARGEST, body.length * LARGEST_RATIO + 4096)
    if (startsWith(body, LZ4)) return this.#lz4.decode(body, limit)
    if (startsWith(body, ZSTD)) return zstdDecompressSync(body, { maxOutputLength: limit })
    return body
  }
}

/** The identifier of a size-prefixed flatbuffer, e.g. "EVTS"; empty where there is none. */
export function identifier(buffer: Uint8Array): string {
  return buffer.length < 12 ? '' : String.fromCharCode(buffer[8]!, buffer[9]!, buffer[10]!, buffer[11]!)
}
