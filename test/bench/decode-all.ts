import { EventColumns } from '../../main/events/columns.ts'
import { openRecording } from '../../main/events/formats/index.ts'
import { memorySource } from '../../main/events/source.ts'

/** Decodes all events of a recording in memory, chunk by chunk, as framing reads it; returns how many there were. */
export function decodeAll(name: string, bytes: Uint8Array): number {
  const columns = new EventColumns()
  const pass = openRecording(memorySource(name, bytes)).pass()
  let events = 0
  while (pass.next(columns)) {
    events += columns.length
    columns.length = 0
  }
  return events
}
