import { needsMarkers, NmnistEncoder } from '../formats/nmnist-encoder.ts'
import { OVERFLOW_ROW } from '../formats/nmnist-records.ts'
import type { RecordingWriter, WritableEvents } from './writer.ts'

/** 40-bit events, as N-MNIST and N-Caltech101 have them. Sensors up to 256x256; the sensor's size itself is not stored. */
export const nmnistWriter: RecordingWriter = {
  id: 'nmnist-bin',
  name: 'N-MNIST (40-bit events)',
  extension: '.bin',
  write(events, sink) {
    const encoder = new NmnistEncoder(events.tLast ?? 0, hasRowsBelow(events), (bytes) => sink.append(bytes))
    for (const batch of events.batches()) encoder.encode(batch)
    encoder.flush()
  },
}

/** Seen to only where it decides anything: on high sensors, and for times without overflow markers. */
function hasRowsBelow(events: WritableEvents): boolean {
  if (events.height <= OVERFLOW_ROW + 1 || needsMarkers(events.tLast ?? 0)) return false
  for (const { length, y } of events.batches()) for (let i = 0; i < length; i++) if (y[i]! > OVERFLOW_ROW) return true
  return false
}
