import { extname } from 'node:path'
import { RecordingError } from '../recording.ts'
import type { ByteSource, Recording, RecordingFormat } from '../recording.ts'
import { aedat1 } from './aedat1.ts'
import { aedat2 } from './aedat2.ts'
import { aedat31 } from './aedat31.ts'
import { aedat4 } from './aedat4.ts'
import { csv } from './arrays/csv.ts'
import { mat } from './arrays/mat.ts'
import { npy, npz } from './arrays/npy.ts'
import { dat } from './dat.ts'
import { eventStream } from './es.ts'
import { hdf5 } from './hdf5/index.ts'
import { identify } from './identify.ts'
import { nmnist } from './nmnist.ts'
import { propheseeRaw } from './prophesee-raw.ts'

/** Every format that can be read. */
export const formats: readonly RecordingFormat[] = [aedat4, aedat31, aedat2, aedat1, propheseeRaw, dat, eventStream, npy, npz, hdf5, mat, csv, nmnist]

/** Files with these extensions may be recordings: for lists of files, not for deciding. */
export const recordingExtensions: ReadonlySet<string> = new Set(formats.flatMap((format) => format.extensions))

const HEAD = 4096

/**
 * The format of a file: by its content, by its extension only where there is too little content to tell.
 * @throws RecordingError that says what the file is, where no format fits
 */
export function detect(source: ByteSource): RecordingFormat {
  const head = source.read(0, HEAD).slice()
  const extension = extname(source.path).toLowerCase()
  let best: RecordingFormat | undefined
  let bestScore = 0
  for (const format of formats) {
    const score = format.sniff(head, source)
    const agrees = format.extensions.includes(extension)
    // Of equal contents the one with the right extension; content that proves nothing needs it.
    const weighed = score < 0.5 && !agrees ? 0 : score + (score > 0 && agrees ? 0.01 : 0)
    if (weighed > bestScore) [best, bestScore] = [format, weighed]
  }
  // A file that says what it is (a picture, a pointer) is that, whatever plays as events in it.
  if (best && bestScore >= 0.9) return best
  const known = identify(head, source)
  if (best && known.certainty < 1) return best
  const names = formats.map((format) => format.name).join('; ')
  throw new RecordingError(source.path, `${known.what}. ${known.advice ?? `Saccade reads: ${names}.`}`, 0)
}

/** Opens a recording of any known format. @throws RecordingError where it can't be read at all */
export function openRecording(source: ByteSource): Recording {
  return detect(source).open(source)
}
