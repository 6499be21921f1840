import { RecordingError } from '../recording.ts'
import type { ByteSource } from '../recording.ts'
import { dataView, FlatTable } from './flatbuffer.ts'
import { startsWith } from './words.ts'

export const MAGIC = '#!AER-DAT4.0\r\n'
const COMPRESSIONS = ['none', 'LZ4', 'LZ4 high', 'zstd', 'zstd high']

/** One stream of the file, as the header's XML describes it. */
export interface Stream {
  readonly id: number
  /** EVTS, FRME, IMUS, TRIG, ... */
  readonly type: string
  /** 0 where not stated. */
  readonly width: number
  readonly height: number
  readonly camera: string | undefined
}

export interface Aedat4Header {
  readonly compression: string
  /** Where the data table should be; negative where the recorder did not get to write it. */
  readonly tablePosition: number
  readonly streams: ReadonlyMap<number, Stream>
  /** Offset of the first packet. */
  readonly end: number
  /** The header itself could not be read: nothing is known but where the packets start. */
  readonly damaged: boolean
}

/** @throws RecordingError where the file ends within the header */
export function readAedat4Header(source: ByteSource): Aedat4Header {
  const start = MAGIC.length + 4
  const prefix = source.read(0, start)
  const size = prefix.length < start ? 0 : dataView(prefix).getUint32(MAGIC.length, true)
  const end = start + size
  if (prefix.length < start || end > source.size) {
    throw new RecordingError(source.path, 'this is an AEDAT 4 recording that ends inside its header: copy or record it again', source.size)
  }
  const bytes = source.read(start, size)
  try {
    if (!startsWith(bytes.subarray(4), 'IOHE')) throw new RangeError('no IOHE')
    const table = FlatTable.root(dataView(bytes), 0)
    const compression = table.int32(0, 0)
    return {
      compression: COMPRESSIONS[compression] ?? `unknown (${compression})`,
      tablePosition: table.int64(1, -1),
      streams: readStreams(table.string(2) ?? ''),
      end,
      damaged: false,
    }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    return { compression: 'unknown', tablePosition: -1, streams: new Map(), end, damaged: true }
  }
}

/** The streams in DV's node tree: outInfo/<id>/typeIdentifier, outInfo/<id>/info/sizeX ... Anything else is passed over. */
function readStreams(xml: string): Map<number, Stream> {
  const found = new Map<number, Map<string, string>>()
  const path: string[] = []
  for (const [, close, tag, attributes, empty, text] of xml.matchAll(/<(\/?)(node|attr)\b([^>]*?)(\/?)>([^<]*)/g)) {
    if (tag === 'node') {
      if (close) path.pop()
      else if (!empty) path.push(attribute(attributes, 'name'))
      continue
    }
    const root = path.indexOf('outInfo')
    const id = Number(path[root + 1])
    if (close || root < 0 || path.length < root + 2 || !Number.isInteger(id)) continue
    const values = found.get(id) ?? new Map<string, string>()
    found.set(id, values.set([...path.slice(root + 2), attribute(attributes, 'key')].join('/'), decode(text ?? '')))
  }
  return new Map(
    Array.from(found, ([id, values]) => [
      id,
      {
        id,
        type: values.get('typeIdentifier') ?? '',
        width: pixels(values.get('info/sizeX')),
        height: pixels(values.get('info/sizeY')),
        camera: values.get('info/source'),
      },
    ]),
  )
}

function attribute(text: string | undefined, name: string): string {
  const match = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(text ?? '')
  return decode(match?.[1] ?? match?.[2] ?? '')
}

function decode(text: string): string {
  return text
    .trim()
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&amp;/g, '&')
}

function pixels(text: string | undefined): number {
  const size = Number(text)
  return Number.isInteger(size) && size > 0 && size <= 32768 ? size : 0
}
