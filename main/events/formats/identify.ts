import type { ByteSource } from '../recording.ts'

/** What a file that is no readable recording is. */
export interface Identity {
  /** A sentence without its full stop: "this is a PNG picture". */
  readonly what: string
  /** What to do; without it the formats that can be read are listed. */
  readonly advice?: string
  /** 1 where the content says so itself, 0 where nothing is known. */
  readonly certainty: 0 | 1
}

type Known = readonly [magic: string, what: string, advice?: string]

const convert = 'Convert it, or choose the recording it was made from.'
/** Files that say what they are with their first bytes (latin1): three at least, two may be the pixel of an event. */
const magics: readonly Known[] = [
  [
    'version https://git-lfs',
    'this is a Git LFS pointer, not the recording itself',
    'Fetch the recording with "git lfs pull" in its repository.',
  ],
  ['#!AER-DAT', 'this is an AEDAT file of a version that is not known'],
  ['\x89PNG\r\n\x1a\n', 'this is a PNG picture, not a recording of events'],
  ['\xff\xd8\xff', 'this is a JPEG picture, not a recording of events'],
  ['GIF8', 'this is a GIF picture, not a recording of events'],
  ['%PDF', 'this is a PDF document'],
  ['\x1f\x8b\x08', 'this is a gzip archive', 'Unpack it first.'],
  ['\x28\xb5\x2f\xfd', 'this is a file compressed with zstd', 'Unpack it first.'],
  ['\x04\x22\x4d\x18', 'this is a file compressed with LZ4', 'Unpack it first.'],
  ['BZh', 'this is a bzip2 archive', 'Unpack it first.'],
  ['\xfd7zXZ\x00', 'this is an xz archive', 'Unpack it first.'],
  ['7z\xbc\xaf\x27\x1c', 'this is a 7-Zip archive', 'Unpack it first.'],
  ['Rar!\x1a\x07', 'this is a RAR archive', 'Unpack it first.'],
  ['#ROSBAG', 'this is a ROS bag', convert],
  ['SQLite format 3\x00', 'this is an SQLite database (a ROS 2 bag?)', convert],
  ['\x89MCAP', 'this is an MCAP log', convert],
  ['RIFF', 'this is a RIFF file (AVI video or WAV sound), not a recording of events'],
  ['\x1aE\xdf\xa3', 'this is a Matroska or WebM video, not a recording of events'],
  ['\x7fELF', 'this is a program, not a recording of events'],
  ['MZ\x90\x00', 'this is a Windows program, not a recording of events'],
  ['#!/', 'this is a script, not a recording of events'],
]

/** Five, ten or fifteen characters may be N-MNIST's events. */
const mayBeEvents = (bytes: number): boolean => bytes <= 15 && bytes % 5 === 0

/** Says what the file is, by its first bytes. @param head up to 4096 of them */
export function identify(head: Uint8Array, source: ByteSource): Identity {
  if (source.size === 0) return { what: 'the file is empty (0 bytes)', advice: 'Copy or record it again.', certainty: 1 }
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1')
  const magic = magics.find(([start]) => text.startsWith(start))
  if (magic) return { what: magic[1], ...(magic[2] === undefined ? {} : { advice: magic[2] }), certainty: 1 }
  if (text.startsWith('PK\x03\x04')) return { what: 'this is a zip archive', advice: 'Unpack it first.', certainty: 1 }
  if (/^(\xff\xfe[^\0]\0|\xfe\xff\0[^\0])/.test(text))
    return { what: 'this is text in UTF-16', advice: 'Save it again as UTF-8, in an editor or with "iconv -f UTF-16 -t UTF-8".', certainty: 1 }
  if (text.slice(4, 8) === 'ftyp') return { what: 'this is an MP4 video, not a recording of events', certainty: 1 }
  if (head.every((byte) => byte === 0))
    return { what: 'the file holds nothing but zeros where a recording starts', advice: 'Copy or record it again.', certainty: head.length < 512 ? 0 : 1 }
  if (isText(text)) return mayBeEvents(head.length) ? { ...textFile(text), certainty: 0 } : textFile(text)
  if (text.startsWith('% ')) return { what: 'this looks like a Prophesee recording with an unknown header', certainty: 0 }
  return { what: `the content is of no format known here (it starts with ${hex(head)})`, certainty: 0 }
}

function isText(text: string): boolean {
  return /^[\t\n\r\x20-\x7e\x80-\xff]*$/.test(text) && text.replace(/[\x80-\xff]/g, '').length >= text.length * 0.9
}

function textFile(text: string): Identity {
  const start = text.trimStart()
  if (/^<(!doctype html|html)/i.test(start))
    return { what: 'this is a web page, not a recording', advice: 'A download may have failed: fetch the file itself.', certainty: 1 }
  if (start.startsWith('<')) return { what: 'this is an XML file, not a recording', certainty: 1 }
  if (/^[[{]/.test(start)) return { what: 'this is a JSON file, not a recording', certainty: 1 }
  if (/^class,startTime_usec,endTime_usec/.test(start))
    return {
      what: 'these are the labels of a DVS128 Gesture recording, not the recording itself',
      advice: 'Choose the .aedat file that they belong to.',
      certainty: 1,
    }
  return {
    what: 'this is a text file without lines of events that can be told (four numbers each: time, x, y, polarity)',
    advice: 'If it holds events, say which column is which: under "How the text is read" in the window, or with --columns t,x,y,p on the command line.',
    certainty: 1,
  }
}

function hex(head: Uint8Array): string {
  return Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
