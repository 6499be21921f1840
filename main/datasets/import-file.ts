import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { Problem } from '../events/schema.ts'
import { decode } from './decode.ts'
import { DatasetError } from './errors.ts'
import { batchesToFrames } from './frames.ts'
import type { Framing } from './schema.ts'

/** One recording of an import: what the manifest says of it, and its frames [T, 2, H, W]. */
export interface ImportedFile {
  /** Of the source. */
  readonly bytes: number
  /** Modification time of the source, ms. */
  readonly modified: number
  /** SHA-256 of the source's bytes, hex. */
  readonly hash: string
  readonly format: string
  /** [height, width] */
  readonly sensor: readonly [number, number]
  readonly events: number
  readonly durationUs: number
  readonly problems: readonly Problem[]
  readonly data: Float32Array | Uint16Array
}

/**
 * Decodes, hashes and frames one recording.
 * @param check called now and then; throws where the caller has given up
 * @throws RecordingError where it can't be read, DatasetError where it holds no events or more in one pixel than uint16 holds
 */
export function importFile(path: string, framing: Framing, dtype: 'float32' | 'uint16', check: () => void): ImportedFile {
  const decoded = decode(path, check)
  const { recording, totals } = decoded
  try {
    if (totals.events === 0) {
      const reasons = recording.problems.filter(({ severity }) => severity !== 'info').map(({ message }) => message)
      throw new DatasetError(`${path}: ${reasons.join('; ') || 'the recording holds no events'}`)
    }
    const sensor = [recording.height, recording.width] as const
    const { data } = batchesToFrames(decoded.batches(), totals, sensor, framing)
    const { format, problems } = recording
    return { ...fingerprint(path, check), format, sensor, events: totals.events, durationUs: totals.last - totals.first, problems, data: dtype === 'uint16' ? toUint16(data, path) : data }
  } finally {
    decoded.close()
  }
}

function toUint16(counts: Float32Array, path: string): Uint16Array {
  const most = counts.reduce((largest, count) => Math.max(largest, count), 0)
  if (most > 65_535) throw new DatasetError(`${path}: one pixel has ${most} events in one frame, more than the 65,535 that frames of counts hold. Use more timesteps, or normalize.`)
  return Uint16Array.from(counts)
}

/** Size, time and SHA-256 of a file, read in chunks. */
function fingerprint(path: string, check: () => void): { bytes: number; modified: number; hash: string } {
  const hash = createHash('sha256')
  const file = openSync(path, 'r')
  try {
    const { size, mtimeMs } = fstatSync(file)
    const chunk = new Uint8Array(Math.min(1 << 20, Math.max(1, size)))
    for (;;) {
      check()
      const read = readSync(file, chunk, 0, chunk.length, null)
      if (read === 0) return { bytes: size, modified: mtimeMs, hash: hash.digest('hex') }
      hash.update(chunk.subarray(0, read))
    }
  } finally {
    closeSync(file)
  }
}
