import { aedat4UncompressedWriter, aedat4Writer } from './aedat4.ts'
import { csvWriter } from './csv.ts'
import { esWriter } from './es.ts'
import { evt3Writer } from './evt3.ts'
import { nmnistWriter } from './nmnist.ts'
import { npzWriter } from './npz.ts'
import type { RecordingWriter } from './writer.ts'

/** Every format that recordings can be written in. */
export const writers: readonly RecordingWriter[] = [aedat4Writer, aedat4UncompressedWriter, nmnistWriter, evt3Writer, esWriter, npzWriter, csvWriter]
