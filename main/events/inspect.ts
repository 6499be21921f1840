import { openRecording } from './formats/index.ts'
import type { RecordingFacts } from './schema.ts'
import { openFile } from './source.ts'
import { factsOf } from './statistics.ts'

/**
 * Reads a whole recording once, in bounded memory, and tells what it holds.
 * @throws RecordingError where the file can't be read at all
 */
export function inspect(path: string): RecordingFacts {
  const source = openFile(path)
  try {
    return factsOf(path, source.size, openRecording(source))
  } finally {
    source.close()
  }
}
