/** HDF5 recordings: those h5wasm writes, and those made byte by byte in every layout. Recordings of Prophesee and DSEC themselves were not at hand. */
import { File, FS } from 'h5wasm'
import type { Group } from 'h5wasm'
import { beforeAll, describe, expect, it } from 'vitest'
import { openRecording } from '../../main/events/formats/index.ts'
import { loadHdf5 } from '../../main/events/formats/hdf5/library.ts'
import type { EventBatch } from '../../main/events/recording.ts'
import { memorySource } from '../../main/events/source.ts'
import { gzip, makeHdf5, shuffle, type Fields, type Made, type NumberType } from './make-hdf5.ts'
import { batchOf, eventsOf, randomBatch, read, type Event } from './make.ts'
import { marksOf, rest } from './passes.ts'

beforeAll(loadHdf5)

const batch = randomBatch(20_000, 34, 28, 5000)
const events = eventsOf(batch)
const n = batch.length

/** Four datasets of a group. */
function columns(group: string, of: EventBatch = batch, options: Partial<Made> = {}, types: readonly NumberType[] = ['<i8', '<u2', '<u2', '<u1'], names = ['t', 'x', 'y', 'p']): Made[] {
  return [of.t, of.x, of.y, of.p].map((values, i) => ({ path: `${group}${names[i]}`, type: types[i]!, shape: [of.length], values: [values], ...options }))
}
const fields: Fields = [['x', '<u2'], ['y', '<u2'], ['p', '<i2'], ['t', '<i8']]
const prophesee = (options: Partial<Made> = {}, of = batch): Made => ({ path: 'CD/events', type: fields, shape: [of.length], values: [of.x, of.y, of.p, of.t], ...options })

/** A file that h5wasm writes to memory. */
function written(fill: (file: File) => void): Uint8Array<ArrayBuffer> {
  const name = '/made.h5'
  const file = new File(name, 'w')
  fill(file)
  file.close()
  const bytes = Uint8Array.from(FS!.readFile(name))
  FS!.unlink(name)
  return bytes
}

function writeColumns(group: Group, options: { chunks?: number[]; compression?: number | 'gzip'; compression_opts?: number[] } = {}): void {
  const data = { t: BigInt64Array.from(batch.t, BigInt), x: batch.x, y: batch.y, p: batch.p }
  for (const [name, values] of Object.entries(data)) group.create_dataset({ name, data: values, shape: [n], ...options })
}

/** Flips a byte in the middle of the run of bytes that the chunk at `which` of dataset `of` was packed to. */
function damaged(bytes: Uint8Array, packed: Uint8Array): { bytes: Uint8Array; at: number } {
  const at = Buffer.from(bytes).indexOf(packed)
  const copy = Uint8Array.from(bytes)
  copy.fill(0x55, at + 20, at + 60)
  return { bytes: copy, at }
}

describe('layouts', () => {
  const floats = batchOf(events.map((event) => ({ ...event, t: event.t * 1e-6 })))
  const matrix = events.flatMap(({ t, x, y, p }) => [x, y, t * 1e-6, p * 2 - 1])
  const sideways = [batch.t, batch.x, batch.y, batch.p].flatMap((column) => Array.from(column))
  const files: [string, string, Uint8Array | (() => Uint8Array)][] = [
    ['Prophesee, in one piece', 'HDF5 (Prophesee)', makeHdf5([prophesee()], { geometry: '34x28' })],
    ['Prophesee, chunks with shuffle and gzip', 'HDF5 (Prophesee)', makeHdf5([prophesee({ chunks: [4096], filters: [shuffle(14), gzip] })])],
    ['Prophesee, with indexes and triggers', 'HDF5 (Prophesee)', makeHdf5([
      { path: 'CD/indexes', type: [['id', '<i8'], ['ts', '<i8']], shape: [2], values: [[0, 1], [0, 5000]] },
      { path: 'EXT_TRIGGER/events', type: [['p', '<i2'], ['t', '<i8'], ['id', '<i2']], shape: [1], values: [[1], [3], [0]] },
      prophesee(),
    ])],
    ['big-endian records', 'HDF5 (Prophesee)', makeHdf5([prophesee({ type: [['x', '>u2'], ['y', '>u2'], ['p', '>u2'], ['t', '>i8']] })])],
    ['big-endian records, gzip', 'HDF5 (Prophesee)', makeHdf5([prophesee({ type: [['x', '>u2'], ['y', '>u2'], ['p', '>u2'], ['t', '>i8']], chunks: [4096], filters: [shuffle(14), gzip] })])],
    ['big-endian columns, gzip', 'HDF5', makeHdf5(columns('events/', batch, { chunks: [4096], filters: [gzip] }, ['>i8', '>u2', '>i4', '<i1']))],
    ['records of mixed order, gzip', 'HDF5 (Prophesee)', makeHdf5([prophesee({ type: [['x', '>u2'], ['y', '<u2'], ['p', '<i1'], ['t', '>i8']], chunks: [4096], filters: [gzip] })])],
    ['4 x N, gzip, chunks of all columns', 'HDF5', makeHdf5([{ path: 'data', type: '<i4', shape: [4, n], values: [sideways], chunks: [4, 6000], filters: [gzip] }])],
    ['4 x N, gzip, chunks of one column', 'HDF5', makeHdf5([{ path: 'data', type: '<i4', shape: [4, n], values: [sideways], chunks: [1, 6000], filters: [gzip] }])],
    ['N x 4, gzip, chunks of rows', 'HDF5', makeHdf5([{ path: 'data', type: '<f8', shape: [n, 4], values: [matrix], chunks: [1000, 4], filters: [shuffle(8), gzip] }])],
    ['records of mixed order', 'HDF5 (Prophesee)', makeHdf5([prophesee({ type: [['x', '>u2'], ['y', '<u2'], ['p', '<i1'], ['t', '>i8']] })])],
    ['DSEC', 'HDF5 (DSEC)', makeHdf5([
      ...columns('events/', batchOf(events.map((event) => ({ ...event, t: event.t - 5000 }))), { chunks: [3000], filters: [gzip] }, ['<u4', '<u2', '<u2', '<u1']),
      { path: 'ms_to_idx', type: '<i8', shape: [3], values: [[0, 1, 2]] },
      { path: 't_offset', type: '<i8', shape: [], values: [[5000]] },
    ])],
    ['xs, ys, ts, ps in seconds', 'HDF5', makeHdf5(columns('events/', floats, {}, ['<f8', '<i2', '<i2', 'bool'], ['ts', 'xs', 'ys', 'ps']))],
    ['timestamps and polarity, deep, big-endian', 'HDF5', makeHdf5(columns('a/b/c/', batch, {}, ['>i8', '>u2', '>i4', '<i1'], ['timestamps', 'x', 'y', 'polarity']))],
    ['at the root', 'HDF5', makeHdf5(columns(''))],
    ['records under any name', 'HDF5', makeHdf5([{ ...prophesee(), path: 'recording', type: [['col', '<u2'], ['row', '<u2'], ['pol', 'bool'], ['timestamp', '<f8']] }])],
    ['N x 4 as MVSEC', 'HDF5', makeHdf5([{ path: 'davis/left/events', type: '<f8', shape: [n, 4], values: [matrix], chunks: [1024, 2], filters: [gzip] }])],
    ['4 x N', 'HDF5', makeHdf5([{ path: 'data', type: '<i4', shape: [4, n], values: [sideways], chunks: [1, 6000] }])],
    ['written by h5wasm, gzip', 'HDF5', () => written((file) => writeColumns(file.create_group('events'), { chunks: [4096], compression: 'gzip' }))],
    ['written by h5wasm, shuffle', 'HDF5', () => written((file) => writeColumns(file, { chunks: [4096], compression: 2, compression_opts: [] }))],
    ['written by h5wasm, Fletcher-32', 'HDF5', () => written((file) => writeColumns(file, { chunks: [4096], compression: 3, compression_opts: [] }))],
    ['written by h5wasm, in one piece', 'HDF5', () => written((file) => writeColumns(file.create_group('events')))],
  ]

  it.each(files)('%s', (_, formatName, bytes) => {
    const file = read(typeof bytes === 'function' ? bytes() : bytes, 'test.h5')
    expect(file.problems).toEqual([])
    expect(file.recording.formatName).toBe(formatName)
    same(file.events, events)
  })

  it('tells layout, compression, sensor, time offset and what else is there', () => {
    const dsec = read(files.find(([name]) => name === 'DSEC')![2] as Uint8Array).recording
    expect([dsec.width, dsec.height]).toEqual([640, 480])
    expect(dsec.details).toEqual({
      Layout: 'DSEC, events in events',
      Columns: 't (µs), x, y, p',
      Compression: 'gzip (deflate); chunks of 3,000',
      'Sensor size': 'not in the file: 640x480 as in DSEC',
      'Time offset': '5,000 µs, added to every time',
    })
    const both = read(makeHdf5([...columns('davis/left/events/'), ...columns('davis/right/events/')], { width: 346, height: 260 })).recording
    expect([both.width, both.height]).toEqual([346, 260])
    expect(both.details).toMatchObject({ 'Sensor size': 'attributes width and height of /', 'Also in the file': 'davis/right/events' })
    const given = read(makeHdf5([prophesee()], { geometry: '1280x720' })).recording
    expect([given.width, given.height, given.details['Sensor size']]).toEqual([1280, 720, 'attribute geometry of /'])
    const beside = read(makeHdf5([...columns('events/'), ...['width', 'height'].map((name, i): Made => ({ path: `events/${name}`, type: '<u2', shape: [], values: [[[304, 240][i]!]] }))])).recording
    expect([beside.width, beside.height]).toEqual([304, 240])
  })

  it('behind a block of the user (MATLAB 7.3)', () => {
    // The superblock's addresses count from itself.
    const bytes = makeHdf5(columns('events/'))
    new DataView(bytes.buffer).setBigUint64(24, 512n, true)
    new DataView(bytes.buffer).setBigUint64(40, BigInt(bytes.length + 512), true)
    const file = read(Uint8Array.from(Buffer.concat([Buffer.alloc(512, 'MATLAB 7.3 MAT-file'), bytes])), 'test.mat')
    expect(file.problems).toEqual([])
    same(file.events, events)
  })

  it('no event', () => {
    for (const options of [{}, { chunks: [100] }]) {
      const none = read(makeHdf5([prophesee(options, batchOf([]))], { geometry: '34x28' }))
      expect([none.events, none.problems]).toEqual([[], ['The recording holds no events']])
      expect([none.recording.width, none.recording.height]).toEqual([34, 28])
    }
  })

  it('events outside the sensor that the file names are dropped and told', () => {
    const file = read(makeHdf5([prophesee()], { geometry: '30x28' }))
    same(file.events, events.filter(({ x }) => x < 30))
    expect(file.problems).toEqual([`${(n - file.events.length).toLocaleString('en')} events outside the 30x28 sensor were dropped`])
    expect(file.recording.width).toBe(30)
  })
})

describe('reading in parts', () => {
  it('every pass goes on from its marks', () => {
    const recording = openRecording(memorySource('test.h5', makeHdf5([prophesee({ chunks: [4096], filters: [gzip] })])))
    const marks = marksOf(recording)
    expect(marks.length).toBeGreaterThan(3)
    for (const { mark, events: before } of marks) same(rest(recording.pass(mark)), events.slice(before))
    expect(marks.map(({ mark }) => mark.offset)).toEqual([...marks.map(({ mark }) => mark.offset)].sort((a, b) => a - b))
  })

  it('more recordings than are kept open, read by turns', () => {
    const bytes = makeHdf5(columns('events/', batch, { chunks: [1000], filters: [gzip] }))
    const readings = Array.from({ length: 9 }, (_, i) => openRecording(memorySource(`${i}.h5`, bytes)).batches()[Symbol.iterator]())
    const counts = readings.map(() => 0)
    for (let open = true; open; ) {
      open = false
      readings.forEach((reading, i) => {
        const next = reading.next()
        if (next.done) return
        open = true
        counts[i]! += next.value.length
      })
    }
    expect(counts).toEqual(readings.map(() => n))
  })

  it('a fault of the disk is told as it is, and the library goes on', () => {
    const bytes = makeHdf5(columns('events/'))
    let broken = false
    const memory = memorySource('test.h5', bytes)
    const source = { ...memory, read: (offset: number, length: number) => {
      if (broken) throw new Error('the disk is gone')
      return memory.read(offset, length)
    } }
    const recording = openRecording(source)
    broken = true
    expect(() => rest(recording.pass())).toThrow('the disk is gone')
    broken = false
    same(rest(recording.pass()), events)
  })

  it('reads no more of the file than the events that are asked for', () => {
    const large = randomBatch(400_000, 34, 28)
    const bytes = makeHdf5([prophesee({ chunks: [8192], filters: [] }, large)])
    let count = 0
    const memory = memorySource('test.h5', bytes)
    const recording = openRecording({ ...memory, read: (offset, length) => {
      count += length
      return memory.read(offset, length)
    } })
    count = 0
    const first = recording.batches()[Symbol.iterator]().next()
    expect(first.done).toBe(false)
    expect(count).toBeLessThan(bytes.length / 5)
  })
})

describe('damage', () => {
  it('a damaged chunk costs its own rows', () => {
    const packed = gzip.pack(new Uint8Array(BigInt64Array.from(batch.t.slice(4096, 8192), BigInt).buffer))
    const { bytes, at } = damaged(makeHdf5(columns('events/', batch, { chunks: [4096], filters: [gzip] })), packed)
    const file = read(bytes)
    same(file.events, [...events.slice(0, 4096), ...events.slice(8192)])
    expect(file.problems).toEqual(["4,096 rows in damaged chunks (they can't be unpacked, or their checksum is wrong) were left out"])
    expect(file.recording.problems[0]).toMatchObject({ offset: at, severity: 'error' })
  })

  it('a wrong checksum is seen where nothing is compressed', () => {
    const bytes = written((file) => writeColumns(file, { chunks: [4096], compression: 3, compression_opts: [] }))
    const { bytes: broken } = damaged(bytes, new Uint8Array(batch.x.buffer, 2 * 8192, 8192))
    const file = read(broken)
    same(file.events, [...events.slice(0, 8192), ...events.slice(12_288)])
  })

  it('chunks that were never written are no events', () => {
    const file = read(makeHdf5(columns('events/', batch, { chunks: [4096], filters: [gzip], unwritten: [1, 4] })))
    same(file.events, [...events.slice(0, 4096), ...events.slice(8192, 16_384)])
    expect(file.problems).toEqual(['7,712 rows in chunks that were never written were left out'])
  })

  it('a file cut short gives what it has', () => {
    const bytes = makeHdf5([prophesee()])
    const whole = 7777
    const cut = bytes.slice(0, bytes.length - (n - whole) * 14 + 5)
    const file = read(cut)
    same(file.events, events.slice(0, whole))
    expect(file.problems.join()).toContain('bytes before it should')
    expect(file.problems.join()).toContain('behind the end of the file')
  })

  it('cut before its structures it is refused, with the reason', () => {
    const bytes = makeHdf5(columns('events/'))
    expect(() => read(bytes.slice(0, 500), 'cut.h5')).toThrow(/cut\.h5: .*(damaged or cut short|copy it again)/)
    expect(() => read(bytes.slice(0, 40), 'cut.h5')).toThrow(/cut\.h5: this HDF5 file ends within its first block/)
    expect(() => read(bytes.slice(0, 8), 'cut.h5')).toThrow(/cut\.h5: .*ends within/)
  })

  it('rows that the file can not hold are left out', () => {
    const bytes = makeHdf5(columns('events/'))
    // The number of rows in each of the four dataspaces.
    for (let at = 96; at + 8 <= bytes.length; at += 8)
      if (new DataView(bytes.buffer).getBigUint64(at, true) === BigInt(n) && bytes[at - 8] === 1 && bytes[at - 7] === 1) new DataView(bytes.buffer).setBigUint64(at, 2n ** 40n, true)
    const file = openedOrRefused(bytes)
    expect(file).toMatch(/more than its bytes can hold|no events were found/)
  })
})

describe('codecs and contents that are not read', () => {
  it.each([
    [32008, 'bitshuffle'],
    [307, 'bzip2'],
    [4, 'SZIP'],
    [32013, 'ZFP'],
    [40000, 'unknown'],
  ])('filter %i is named: %s', (id, name) => {
    const bytes = makeHdf5(columns('events/', batch, { chunks: [4096], filters: [{ id, pack: (chunk) => chunk }] }))
    expect(() => read(bytes, 'packed.h5')).toThrow(`packed.h5: its dataset "events/t" is compressed with ${name} (HDF5 filter ${id}), which Saccade does not read. Save it again with gzip`)
  })

  it('a file without events says what it holds', () => {
    const bytes = makeHdf5([{ path: 'images/left', type: '<u1', shape: [3, 5], values: [new Uint8Array(15)] }])
    expect(() => read(bytes, 'pictures.h5')).toThrow(/pictures\.h5: no events were found in this HDF5 file: it holds images\/left \(3, 5\)\. Saccade reads/)
  })

  it('columns of different lengths are told', () => {
    const bytes = makeHdf5(columns('events/').map((made, i) => (i === 2 ? { ...made, shape: [10], values: [batch.y.slice(0, 10)] } : made)))
    expect(() => read(bytes)).toThrow('"events" has columns of different lengths: t 20000, x 20000, y 10, p 20000')
  })
})

/** Says which event differs first, not all of them. */
function same(got: readonly Event[], expected: readonly Event[]): void {
  const at = expected.findIndex((event, i) => JSON.stringify(event) !== JSON.stringify(got[i]))
  expect({ at, got: got[at], length: got.length }).toEqual({ at: -1, got: undefined, length: expected.length })
}

function openedOrRefused(bytes: Uint8Array): string {
  try {
    return read(bytes).problems.join()
  } catch (error) {
    return String(error)
  }
}
