import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { EventColumns } from '../events/columns.ts'
import type { EventBatch } from '../events/recording.ts'
import type { Filter, Problem } from '../events/schema.ts'
import { decode, DecodedCache, type Decoded } from './decode.ts'
import { DatasetError } from './errors.ts'
import { filterEvents } from './filtered.ts'
import { batchesToFrames, totalsOf, type EventTotals } from './frames.ts'
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
  /** Events that the filters left; undefined where there are no filters. */
  readonly kept: number | undefined
  readonly durationUs: number
  readonly problems: readonly Problem[]
  readonly data: Float32Array | Uint16Array
  /** CRC-32 of the bytes of `data`. */
  readonly checksum: number
}

/** How an import makes frames of events. */
export interface ImportRule {
  readonly framing: Framing
  readonly dtype: 'float32' | 'uint16'
  readonly filters?: readonly Filter[]
}

/**
 * Decodes, hashes, filters and frames one recording.
 * @param check called now and then; throws where the caller has given up
 * @throws RecordingError where it can't be read, DatasetError where it holds no events, the filters leave none, or more are in one pixel than uint16 holds
 */
export function importFile(path: string, rule: ImportRule, check: () => void): ImportedFile {
  const decoded = decode(path, check)
  try {
    return framed(path, decoded, decoded.totals, () => decoded.batches(), rule, check)
  } finally {
    decoded.close()
  }
}

const recordings = new DecodedCache()

/**
 * The same for a stretch of a recording. The recording stays decoded for the next stretch of it.
 * @param cut start <= t < end, µs as stored
 */
export function importCut(path: string, cut: readonly [number, number], rule: ImportRule, check: () => void): ImportedFile {
  const decoded = recordings.get(path, check)
  const batches = () => between(decoded.batches(), cut)
  const totals = totalsOf(batches())
  if (totals.events === 0) throw new DatasetError(`${path}: no events from ${cut[0]} to ${cut[1]} µs; the recording has them from ${decoded.totals.first} to ${decoded.totals.last} µs`)
  return framed(path, decoded, totals, batches, rule, check)
}

/** Events with start <= t < end, in their order. */
function* between(batches: Iterable<EventBatch>, [start, end]: readonly [number, number]): Iterable<EventBatch> {
  const columns = new EventColumns()
  for (const { length, t, x, y, p } of batches) {
    columns.length = 0
    columns.reserve(length)
    let n = 0
    for (let i = 0; i < length; i++) {
      if (t[i]! < start || t[i]! >= end) continue
      columns.t[n] = t[i]!
      columns.x[n] = x[i]!
      columns.y[n] = y[i]!
      columns.p[n++] = p[i]!
    }
    columns.length = n
    if (n > 0) yield columns.batch()
  }
}

function framed(path: string, { recording }: Decoded, totals: EventTotals, batches: () => Iterable<EventBatch>, rule: ImportRule, check: () => void): ImportedFile {
  if (totals.events === 0) {
    const reasons = recording.problems.filter(({ severity }) => severity !== 'info').map(({ message }) => message)
    throw new DatasetError(`${path}: ${reasons.join('; ') || 'the recording holds no events'}`)
  }
  const { framing, dtype, filters = [] } = rule
  const filtered = filterEvents({ recording, totals, batches }, filters, check)
  if (filtered.totals.events === 0) throw new DatasetError(`${path}: the filters leave none of its ${totals.events} events`)
  const { sensor, report } = filtered
  const frames = batchesToFrames(filtered.batches(), filtered.totals, sensor, framing).data
  const data = dtype === 'uint16' ? toUint16(frames, path) : frames
  const checksum = crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  const { format, problems } = recording
  return { ...fingerprint(path, check), format, sensor, kept: report?.kept, events: totals.events, durationUs: totals.last - totals.first, problems, data, checksum }
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
