import { esWriter } from './es.ts'
import { evt3Writer } from './evt3.ts'
import type { RecordingWriter } from './writer.ts'

/** Every format that recordings can be written in. */
export const writers: readonly RecordingWriter[] = [evt3Writer, esWriter]
