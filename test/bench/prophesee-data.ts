/** Recordings for test/bench/decode.ts as Prophesee's cameras make them: 1280x720, several rows a microsecond. */
import { EventColumns } from '../../main/events/columns.ts'
import type { EventBatch } from '../../main/events/recording.ts'
import { evt3Writer } from '../../main/events/writers/evt3.ts'
import { Random } from '../../main/random.ts'
import { memorySink } from '../events/passes.ts'
import { rawHeader } from '../events/make-prophesee.ts'

const WIDTH = 1280
const HEIGHT = 720

/**
 * About as many events a row as in a recording of a Gen4.1 (25 events a microsecond, 3.7 a row): each microsecond up to
 * eleven rows, a tenth of them an edge of 8 to 31 pixels, the others one to four pixels apart from each other.
 */
function scene(length: number): EventBatch {
  const random = new Random(1, 'prophesee bench')
  const columns = new EventColumns(length)
  const { t, x, y, p } = columns
  const add = (time: number, column: number, row: number, polarity: number): void => {
    if (columns.length === length) return
    const n = columns.length++
    t[n] = time
    x[n] = column
    y[n] = row
    p[n] = polarity
  }
  for (let time = 1000; columns.length < length; time++) {
    for (let rows = random.below(12); rows > 0; rows--) {
      const row = random.below(HEIGHT)
      let column = random.below(WIDTH - 240)
      const polarity = random.below(2)
      if (random.below(10) === 0) for (let pixels = 8 + random.below(24); pixels > 0; pixels--) add(time, column++, row, polarity)
      else for (let pixels = 1 + random.below(4); pixels > 0; pixels--) add(time, (column += 1 + random.below(59)), row, random.below(2))
    }
  }
  return columns.batch()
}

/** An EVT3 file of so many events. */
export function evt3File(length: number): Uint8Array {
  const batch = scene(length)
  const sink = memorySink()
  evt3Writer.write(
    { width: WIDTH, height: HEIGHT, events: length, tFirst: batch.t[0]!, tLast: batch.t.at(-1)!, batches: () => [batch] },
    sink,
  )
  return sink.bytes()
}

/** The same events as a DAT file of version 2. */
export function datFile(length: number): Uint8Array {
  const { t, x, y, p } = scene(length)
  const header = Buffer.concat([
    rawHeader(['Data file containing CD events.', 'Version 2', `Height ${HEIGHT}`, `Width ${WIDTH}`], false),
    Buffer.of(12, 8),
  ])
  const bytes = Buffer.alloc(header.length + length * 8)
  header.copy(bytes)
  for (let i = 0; i < length; i++) {
    bytes.writeUInt32LE(t[i]!, header.length + i * 8)
    bytes.writeUInt32LE((p[i]! << 28) | (y[i]! << 14) | x[i]!, header.length + i * 8 + 4)
  }
  return bytes
}
