import type { EventColumns } from '../columns.ts'
import type { ByteSource, RecordingFormat } from '../recording.ts'
import { dvs128 } from './jaer-chips.ts'
import { openJaer, readJaerHeader } from './jaer.ts'
import type { JaerState } from './jaer.ts'
import { startsWith } from './words.ts'

const RECORD = 6
const MAGIC = '#!AER-DAT1.'

/** AEDAT 1.0 (jAER): u16 DVS128 address, u32 µs, big-endian; also files without a version line or any header. */
export const aedat1: RecordingFormat = {
  id: 'aedat1',
  name: 'AEDAT 1',
  extensions: ['.aedat', '.aedat1', '.dat'],
  sniff,
  open: (source) => openJaer(source, { id: 'aedat1', name: 'AEDAT 1.0', recordSize: RECORD, decode: () => decode, guess: () => dvs128 }),
}

function sniff(head: Uint8Array, source: ByteSource): number {
  if (startsWith(head, MAGIC)) return 1
  if (startsWith(head, '#!AER-DAT')) return 0
  // jAER's rule: without a version line it is 1.0. Believed only where what follows plays as a DVS128.
  const start = head[0] === 0x23 ? readJaerHeader(source).end : 0
  return (source.size - start) % RECORD === 0 && plays(source.read(start, RECORD * 512)) ? 0.5 : 0
}

/** Whether records start here: pixels of a DVS128 at times that go on, less than a minute apart. */
function plays(bytes: Uint8Array): boolean {
  const records = Math.floor(bytes.length / RECORD)
  let [bad, forward] = [0, 0]
  let last: number | undefined
  for (let at = 0; at < records * RECORD; at += RECORD) {
    const time = bytes[at + 2]! * 2 ** 24 + ((bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!)
    const step = time - (last ?? time)
    if (step > 0) forward++
    if (step < 0 || step > 60_000_000 || bytes[at]! > 127) bad++
    last = time
  }
  // A file of zeros stands still.
  return records >= 16 && forward > 0 && bad <= records * 0.05
}

/** Address: bit 0 polarity (0 = ON), bits 1..7 127 - x, bits 8..14 y upwards, bit 15 no event. */
function decode(bytes: Uint8Array, records: number, offset: number, state: JaerState, into: EventColumns): void {
  const { t, x, y, p } = into
  const { clock, problems } = state
  let n = into.length
  for (let at = 0; at < records * RECORD; at += RECORD) {
    const high = bytes[at]!
    const low = bytes[at + 1]!
    if (high > 127) {
      state.skipped.special++
      continue
    }
    const time = (bytes[at + 2]! << 24) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!
    if (!clock.step(time, problems, offset + at)) continue
    t[n] = clock.base + (time >>> 0)
    x[n] = 127 - (low >>> 1)
    y[n] = 127 - high
    p[n] = ~low & 1
    n++
  }
  into.length = n
}
