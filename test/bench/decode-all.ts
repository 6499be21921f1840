import { EventColumns } from '../../main/events/columns.ts'
import { openRecording } from '../../main/events/formats/index.ts'
import { openFile } from '../../main/events/source.ts'

/** Decodes all events of a recording from its file, chunk by chunk, as framing reads it; returns how many there were. */
export function decodeAll(path: string): number {
  const source = openFile(path)
  try {
    const columns = new EventColumns()
    const pass = openRecording(source).pass()
    let events = 0
    while (pass.next(columns)) {
      events += columns.length
      columns.length = 0
    }
    return events
  } finally {
    source.close()
  }
}
