import { collect } from './collect.ts'
import { openRecording } from './formats/index.ts'
import type { EventBatch } from './recording.ts'
import type { RecordingFacts } from './schema.ts'
import { openFile } from './source.ts'
import { EventStatistics } from './statistics.ts'

/**
 * Reads a whole recording once: its facts and all its events in memory (13 bytes an event).
 * @throws RecordingError where the file can't be read at all
 */
export function readRecording(path: string): { recording: RecordingFacts; events: EventBatch } {
  const source = openFile(path)
  try {
    const recording = openRecording(source)
    const events = collect(recording)
    const statistics = new EventStatistics()
    statistics.add(events)
    return { recording: statistics.facts(path, source.size, recording), events }
  } finally {
    source.close()
  }
}
