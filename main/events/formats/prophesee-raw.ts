import { Opened } from '../opened.ts'
import { partialRecord, Problems } from '../problems.ts'
import { RecordingError } from '../recording.ts'
import type { ByteSource, Recording, RecordingFormat } from '../recording.ts'
import { evt2 } from './evt2.ts'
import { evt21, sniffOrder } from './evt21.ts'
import { evt3 } from './evt3.ts'
import { watched } from './extent.ts'
import type { Extent } from './extent.ts'
import { cameraOf } from './prophesee-cameras.ts'
import { readPropheseeHeader } from './prophesee-header.ts'
import type { PropheseeHeader } from './prophesee-header.ts'
import { geometryOf } from './prophesee-geometry.ts'
import { WordPass } from './word-pass.ts'
import type { MakeWordDecoder, WordDecoder, WordLayout } from './word-pass.ts'
import { writtenPart } from './zero-tail.ts'

/** Pixels. Events outside it are told and dropped. */
export interface Sensor {
  readonly width: number
  readonly height: number
}

/** One of the encodings that a RAW file may be in. */
export interface RawEncoding {
  readonly id: string
  readonly name: string
  /** Bytes. */
  readonly wordSize: number
  /** How many events these words hold, dropped ones among them; without it one a word. */
  count?(bytes: Uint8Array): number
  decoder(sensor: Sensor, problems: Problems, state?: readonly number[]): WordDecoder
}

/** What the encodings' 11 bits can address. */
const LARGEST: Sensor = { width: 2048, height: 2048 }
/** Sensors that Prophesee has made, for files that don't tell theirs: GenX320, Gen3, Gen4 and IMX636. */
const SENSORS: readonly Sensor[] = [{ width: 320, height: 320 }, { width: 640, height: 480 }, { width: 1280, height: 720 }, LARGEST]
/** Chunks looked at where the file doesn't tell its sensor. */
const LOOK = 64

/** Prophesee RAW: a text header, then words of the encoding that it names, to the end of the file. */
export const propheseeRaw: RecordingFormat = {
  id: 'prophesee-raw',
  name: 'Prophesee RAW (EVT2, EVT2.1, EVT3)',
  extensions: ['.raw'],
  sniff: (head, source) => (head[0] === 0x25 && readPropheseeHeader(source).kind === 'raw' ? 1 : 0),
  open,
}

/** The encoding that the header names ("EVT3;height=720;width=1280", older ones "3.0"), or that its camera had. */
function encodingName({ fields }: PropheseeHeader): string | undefined {
  const format = fields.get('format')?.split(';')[0]?.trim().toUpperCase()
  if (format) return format.replace(/^EVT(\d)\.0$/, 'EVT$1').replace('EVT2.1', 'EVT21')
  const evt = fields.get('evt')?.trim()
  if (evt) return evt === '2.1' ? 'EVT21' : `EVT${evt.replace(/\.0$/, '')}`
  return cameraOf(fields)?.encoding
}

function open(source: ByteSource): Recording {
  const header = readPropheseeHeader(source)
  if (header.cut) {
    throw new RecordingError(source.path, 'this is a Prophesee RAW recording that ends in its header: copy or record it again', source.size)
  }
  const problems = new Problems()
  const encoding = encodingOf(source, header)
  const stated = geometryOf(header.fields, problems)
  const camera = cameraOf(header.fields)
  const sensor = stated ?? (camera && { width: camera.width, height: camera.height })
  const written = writtenPart(source, header.end, encoding.wordSize, problems)
  const rest = (written.size - header.end) % encoding.wordSize
  if (rest > 0) problems.add(partialRecord(rest, encoding.wordSize), written.size - rest)
  const layout: WordLayout = { start: header.end, wordSize: encoding.wordSize, count: encoding.count }
  const extent: Extent = { x: -1, y: -1 }
  const make: MakeWordDecoder = (found, state) => {
    const decoder = encoding.decoder(sensor ?? LARGEST, found, state)
    return sensor ? decoder : watched(decoder, extent)
  }
  const contents = {
    format: encoding.id,
    formatName: `Prophesee RAW ${encoding.name}`,
    sensor: () => {
      const { width, height } = sensor ?? SENSORS.find((one) => extent.x < one.width && extent.y < one.height) ?? LARGEST
      return [width, height] as const
    },
    details: detailsOf(header, stated ? 'named in the header' : sensor ? 'of the camera (system_ID)' : 'guessed from the events'),
    problems,
    begin: (found: Problems, from?: Parameters<Recording['pass']>[0]) => new WordPass(written, layout, found, make, from),
  }
  if (!sensor) {
    const opened = new Opened(contents)
    const batches = opened.batches()[Symbol.iterator]()
    for (let i = 0; i < LOOK && batches.next().done !== true; i++);
  }
  return new Opened(contents)
}

/** @throws RecordingError where the encoding is not one that can be read */
function encodingOf(source: ByteSource, header: PropheseeHeader): RawEncoding {
  const name = encodingName(header)
  if (name === 'EVT2') return evt2
  if (name === 'EVT3') return evt3
  if (name === 'EVT21') return evt21(orderOf(source, header))
  if (name === undefined) {
    throw new RecordingError(
      source.path,
      'this is a Prophesee RAW recording whose header names neither its encoding nor a known camera (system_ID): ' +
        'add a line like "% format EVT3;height=720;width=1280" to its header',
      0,
    )
  }
  throw new RecordingError(
    source.path,
    name === 'EVT4'
      ? 'this is a Prophesee RAW recording in EVT4, whose encoding is not published: convert it to EVT3 or DAT with the Metavision tools'
      : `this is a Prophesee RAW file of ${named[name] ?? `the unknown encoding ${name}`}: Saccade reads EVT2, EVT2.1 and EVT3`,
    0,
  )
}

const named: Readonly<Record<string, string>> = {
  HISTO3D: 'event histograms (HISTO3D), not of events',
  DIFF3D: 'event differences (DIFF3D), not of events',
  'AER-8B': 'AER data (AER-8b), which carry no times',
  'AER-4B': 'AER data (AER-4b), which carry no times',
  MTR: 'frames of another sensor (MTR), not of events',
  MTRU: 'frames of another sensor (MTRU), not of events',
}

/** The header's word, else what the words show, else OpenEB's rule: cameras before GenX320 are "legacy". */
function orderOf(source: ByteSource, { fields, end }: PropheseeHeader): 'little' | 'legacy' {
  const stated = /(?:^|;)\s*endianness=(\w+)/.exec(fields.get('format') ?? '')?.[1] ?? fields.get('endianness')?.trim()
  if (stated === 'little' || stated === 'legacy') return stated
  const id = Number(fields.get('system_id'))
  const prophesee = (fields.get('integrator_name') ?? fields.get('camera_integrator_name') ?? 'Prophesee') === 'Prophesee'
  return sniffOrder(source, end, prophesee && id > 0 && id < 55 ? 'legacy' : 'little')
}

function detailsOf({ fields }: PropheseeHeader, sensor: string): Record<string, string> {
  const details: Record<string, string> = { times: 'as stored; OpenEB shifts them to start near 0', 'sensor size': sensor }
  const camera = fields.get('sensor_name') ?? cameraOf(fields)?.sensor
  const rows = { camera, 'serial number': fields.get('serial_number'), 'system ID': fields.get('system_id'), created: fields.get('date') }
  for (const [name, value] of Object.entries(rows)) if (value) details[name] = value
  return details
}
