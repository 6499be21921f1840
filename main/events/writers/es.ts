import { ES_HEADER, esDvs } from '../formats/es.ts'
import type { EventBatch } from '../recording.ts'
import { BufferedSink } from './buffered.ts'
import type { RecordingWriter } from './writer.ts'

const LARGEST = 0xffff
const PAUSE = 0xff
/** A pause takes a byte each 127 µs: a day of them 680 MB, more is a clock that doesn't start near 0. */
const LONGEST = 24 * 3600 * 1e6

/** Event Stream 2.0.0 of DVS events. Times must be whole, not negative and in order; they are kept as they are, from 0. */
export const esWriter: RecordingWriter = {
  id: 'es',
  name: 'Event Stream',
  extension: '.es',
  write(recording, sink) {
    const { width, height } = recording
    if (width > LARGEST || height > LARGEST) throw new RangeError(`Event Stream can't hold a ${width}x${height} sensor`)
    const head = Buffer.alloc(ES_HEADER)
    head.write('Event Stream\x02\x00\x00\x01', 'latin1')
    head.writeUInt16LE(width, 16)
    head.writeUInt16LE(height, 18)
    sink.append(head)
    const out = new BufferedSink(sink)
    let last = 0
    let events = 0
    for (const batch of recording.batches()) {
      last = encode(batch, out, last, events, width, height)
      events += batch.length
    }
    out.flush()
  },
}

/** @returns time of the last event */
function encode(
  { length, t, x, y, p }: EventBatch,
  out: BufferedSink,
  before: number,
  first: number,
  width: number,
  height: number,
): number {
  const { unit, shift } = esDvs
  let last = before
  for (let i = 0; i < length; i++) {
    const time = t[i]!
    const step = time - last
    if (!Number.isInteger(time) || step < 0 || step > LONGEST) {
      throw new RangeError(
        `event ${first + i}: Event Stream can't hold the time ${time} µs here: ` +
          'times must be whole, not negative, in order and at most a day apart, the first from 0',
      )
    }
    if (x[i]! >= width || y[i]! >= height) {
      throw new RangeError(`event ${first + i}: the pixel (${x[i]!}, ${y[i]!}) is outside the ${width}x${height} sensor`)
    }
    out.repeat(PAUSE, Math.floor(step / unit))
    out.u8(((step % unit) << shift) | p[i]!)
    out.u16(x[i]!)
    out.u16(height - 1 - y[i]!)
    last = time
  }
  return last
}
