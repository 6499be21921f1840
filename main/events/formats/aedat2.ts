import type { EventColumns } from '../columns.ts'
import { Problems } from '../problems.ts'
import type { ByteSource, EventBatch, RecordingFormat } from '../recording.ts'
import { davisChips, dvs128 } from './jaer-chips.ts'
import type { Chip } from './jaer-chips.ts'
import { JaerClock } from './jaer-clock.ts'
import { openJaer } from './jaer.ts'
import type { JaerState } from './jaer.ts'
import { decodeKernels, SPECIAL_RUN } from '../kernels/decode.ts'
import { startsWith, swap, wordAt, WordReader } from './words.ts'

const RECORD = 8
const MAGIC = '#!AER-DAT2.'
/** Records looked at where the camera isn't named. */
const GUESS = 1 << 20

/** AEDAT 2.0 (jAER): u32 address, u32 µs, big-endian. */
export const aedat2: RecordingFormat = {
  id: 'aedat2',
  name: 'AEDAT 2',
  extensions: ['.aedat', '.aedat2', '.dat'],
  sniff: (head) => (startsWith(head, MAGIC) ? 1 : 0),
  open: (source) =>
    openJaer(source, {
      id: 'aedat2',
      name: 'AEDAT 2.0',
      recordSize: RECORD,
      decode: (chip) => {
        if (chip.layout === 'dvs128') return decodeDvs128
        const reader = new WordReader()
        return (bytes, records, offset, state, into) => decodeDavis(reader.words(bytes), records, offset, state, into)
      },
      guess,
    }),
}

/**
 * DVS128 address: bit 0 polarity (0 = ON), bits 1..7 127 - x, bits 8..14 y upwards, bit 15 or 31 no event.
 * Eight records at a time where nothing is special about them (kernels/decode.wat).
 */
function decodeDvs128(bytes: Uint8Array, records: number, offset: number, state: JaerState, into: EventColumns): void {
  const { clock } = state
  const kernels = decodeKernels()
  const { capacity, input } = kernels
  for (let start = 0; start < records; start += capacity) {
    const end = Math.min(capacity, records - start)
    input.set(bytes.subarray(start * RECORD, (start + end) * RECORD))
    for (let at = 0; at < end; ) {
      const stop = kernels.dvs128(at, end, clock.last, clock.base)
      if (stop > at) {
        kernels.take(at, stop, into)
        clock.last = swap(wordAt(input, stop * RECORD - 4))
      }
      at = Math.min(stop + SPECIAL_RUN, end)
      decodeDvs128Singly(input, stop, at, offset + start * RECORD, state, into)
    }
  }
}

/** In unswapped words: bits that mark a record as no event, and these with all others that a DVS128 doesn't use. */
const SPECIAL = 0x00800080
const NOT_DVS128 = 0x0080ffff

/** Records from..to-1 of these bytes, with everything that may be special about them. @param offset of the bytes in the file */
function decodeDvs128Singly(bytes: Uint8Array, from: number, to: number, offset: number, state: JaerState, into: EventColumns): void {
  const { t, x, y, p } = into
  const { clock } = state
  for (let at = from * RECORD; at < to * RECORD; at += RECORD) {
    const address = wordAt(bytes, at)
    if ((address & SPECIAL) !== 0) {
      state.skipped.special++
      continue
    }
    if ((address & NOT_DVS128) !== 0) state.foreign++
    const time = swap(wordAt(bytes, at + 4))
    if (!clock.step(time, state.problems, offset + at)) continue
    const n = into.length++
    t[n] = clock.base + (time >>> 0)
    x[n] = 127 - (address >>> 25)
    y[n] = 127 - ((address >>> 16) & 0x7f)
    p[n] = ~(address >>> 24) & 1
  }
}

/**
 * DAVIS address: bit 31 frame or IMU record, bits 22..30 y upwards, bits 12..21 W-1-x, bit 11 polarity (1 = ON), bit 10 external input.
 */
function decodeDavis(words: Uint32Array, records: number, offset: number, state: JaerState, into: EventColumns): void {
  const { t, x, y, p } = into
  const { clock, problems, skipped } = state
  const right = state.chip.width - 1
  const bottom = state.chip.height - 1
  let n = into.length
  let base = clock.base
  let last = clock.last
  let outside = 0
  for (let i = 0; i < records * 2; i += 2) {
    const address = swap(words[i]!)
    if (address < 0 || (address & 0x400) !== 0) {
      if (address >= 0) skipped.external++
      else if ((address & 0xc00) === 0xc00) skipped.imu++
      else skipped.aps++
      continue
    }
    const column = right - ((address >>> 12) & 0x3ff)
    const row = bottom - (address >>> 22)
    if ((column | row) < 0) {
      outside++
      continue
    }
    const time = swap(words[i + 1]!)
    if ((time ^ last) < 0 || time === 0) {
      clock.last = last
      if (!clock.step(time, problems, offset + i * 4)) continue
      base = clock.base
    }
    last = time
    t[n] = base + (time >>> 0)
    x[n] = column
    y[n] = row
    p[n] = (address >>> 11) & 1
    n++
  }
  into.length = n
  clock.last = last
  state.outside = outside
}

/** A DVS128 uses 16 bits of an address; with more it is the smallest DAVIS that holds the events. */
function guess(source: ByteSource, start: number): Chip {
  const reader = new WordReader()
  let isDavis = false
  let columns = 0
  let rows = 0
  const end = Math.min(source.size, start + GUESS * RECORD)
  for (let offset = start; offset + RECORD <= end; offset += RECORD * 4096) {
    const words = reader.words(source.read(offset, Math.min(RECORD * 4096, end - offset)))
    for (let i = 0; i + 1 < words.length; i += 2) {
      const address = swap(words[i]!)
      if (address < 0 || address >>> 16 === 0) continue
      isDavis = true
      columns = Math.max(columns, ((address >>> 12) & 0x3ff) + 1)
      rows = Math.max(rows, (address >>> 22) + 1)
    }
  }
  if (!isDavis) return dvs128
  return davisChips.find((chip) => columns <= chip.width && rows <= chip.height) ?? davisChips.at(-1)!
}

/**
 * The bytes of a DVS128 AEDAT 2.0 file as jAER writes them, with these events in their order.
 * @param sensor up to 128x128: smaller ones become the upper left part of the DVS128's
 * @param created Unix ms for the header
 * @throws RangeError where the format can't hold an event: a pixel outside the sensor, a time that is not whole or that
 *   32 wrapping bits can't give back (a first one of 2^32 µs and more, pauses over half an hour).
 */
export function encodeAedat2(batch: EventBatch, sensor: { width: number; height: number } = dvs128, created = 0): Uint8Array {
  if (sensor.width > 128 || sensor.height > 128) throw new RangeError(`a DVS128 file can't hold a ${sensor.width}x${sensor.height} sensor`)
  const header = Buffer.from(
    [
      '#!AER-DAT2.0',
      '# This is a raw AE data file - do not edit',
      '# Data format is int32 address, int32 timestamp (8 bytes total), repeated for each event',
      '# Timestamps tick is 1 us',
      `# Creation time: System.currentTimeMillis() ${created}`,
      '# AEChip: ch.unizh.ini.jaer.chip.retina.DVS128',
      '#End Of ASCII Header',
      '',
    ].join('\r\n'),
    'latin1',
  )
  const bytes = Buffer.alloc(header.length + batch.length * RECORD)
  header.copy(bytes)
  const clock = new JaerClock()
  const problems = new Problems()
  let at = header.length
  for (let i = 0; i < batch.length; i++) {
    const [t, x, y] = [batch.t[i]!, batch.x[i]!, batch.y[i]!]
    if (x >= sensor.width || y >= sensor.height)
      throw new RangeError(`event ${i}: the pixel (${x}, ${y}) is outside the ${sensor.width}x${sensor.height} sensor`)
    const stored = t % 2 ** 32
    if (!Number.isInteger(t) || t < 0 || !clock.step(stored, problems, at) || clock.base + stored !== t) {
      throw new RangeError(`event ${i}: AEDAT 2 can't hold the time ${t} µs here: start near 0, in whole µs, in order`)
    }
    bytes.writeUInt32BE(((127 - y) << 8) | ((127 - x) << 1) | (1 - batch.p[i]!), at)
    bytes.writeUInt32BE(stored, at + 4)
    at += RECORD
  }
  return bytes
}
