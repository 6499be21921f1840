/**
 * Damaged recordings: mutated and cut files must give events and problems, or a RecordingError that says what the file is;
 * never another error, a hang, or memory that the file's size does not justify. Failures print the file and the seed.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { EventColumns } from '../../main/events/columns.ts'
import { encodeAedat2 } from '../../main/events/formats/aedat2.ts'
import { loadHdf5 } from '../../main/events/formats/hdf5/library.ts'
import { openRecording } from '../../main/events/formats/index.ts'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { RecordingError } from '../../main/events/recording.ts'
import type { Recording } from '../../main/events/recording.ts'
import { recordingFactsSchema } from '../../main/events/schema.ts'
import type { Checksum } from '../../main/events/schema.ts'
import { csvWriter } from '../../main/events/writers/csv.ts'
import { esWriter } from '../../main/events/writers/es.ts'
import { evt3Writer } from '../../main/events/writers/evt3.ts'
import { npzWriter } from '../../main/events/writers/npz.ts'
import { memorySource } from '../../main/events/source.ts'
import { EventStatistics } from '../../main/events/statistics.ts'
import { Random } from '../../main/random.ts'
import { encodeAedat31 } from '../events/make-aedat31.ts'
import { encodeAedat4, makeAedat4 } from '../events/make-aedat4.ts'
import { gzip, makeHdf5, shuffle } from '../events/make-hdf5.ts'
import { eventsOf, randomBatch } from '../events/make.ts'
import { datBody, datFile, evt2Body, evt21Body, rawHeader } from '../events/make-prophesee.ts'
import { writable, written } from '../events/passes.ts'

/** Rounds for each file; more with FUZZ_ROUNDS for a long hunt. */
const ROUNDS = Number(process.env.FUZZ_ROUNDS ?? 500)
/** A damaged file of this size is read in a few ms; ten seconds would be a hang. */
const SLOWEST_MS = 10_000

const batch = randomBatch(3000, 34, 34, 1000)
const made: [string, Uint8Array][] = [
  ['made.bin', encodeNmnist(batch)],
  ['made2.aedat', encodeAedat2(batch)],
  ['made31.aedat', encodeAedat31(batch, 'DVS128', 500)],
  ['made-none.aedat4', encodeAedat4(batch, {}, 500)],
  ['made-lz4.aedat4', encodeAedat4(batch, { compression: 'lz4', lz4: { contentSize: true, contentChecksum: true } }, 500)],
  ['made-zstd.aedat4', encodeAedat4(batch, { compression: 'zstd', table: 'jaer' }, 500)],
  ['made-open.aedat4', encodeAedat4(batch, { compression: 'lz4-high', table: 'none' }, 500)],
  ['made-empty.aedat4', makeAedat4({ packets: [] })],
  ['made-evt2.raw', joined(rawHeader(['format EVT2;height=34;width=34']), evt2Body(batch))],
  ['made-evt21.raw', joined(rawHeader(['format EVT21;endianness=legacy;height=34;width=34']), evt21Body(batch, 'legacy'))],
  ['made-evt3.raw', written(evt3Writer, writable(eventsOf(batch), 34, 34))],
  ['made.es', written(esWriter, writable(eventsOf(batch), 34, 34))],
  ['made2.dat', datFile(batch, 2, [34, 34])],
  ['made1.dat', datBody(batch, 1)],
  ['made.npz', written(npzWriter, writable(eventsOf(batch), 34, 34))],
  ['made-records.h5', makeHdf5([{ path: 'CD/events', type: [['x', '<u2'], ['y', '<u2'], ['p', '<i2'], ['t', '<i8']], shape: [3000], values: [batch.x, batch.y, batch.p, batch.t], chunks: [500], filters: [shuffle(14), gzip] }], { geometry: '34x34' })],
  ['made-columns.h5', makeHdf5([['t', '<i8', batch.t], ['x', '<u2', batch.x], ['y', '<u2', batch.y], ['p', '<u1', batch.p]].map(([name, type, values]) => ({ path: `events/${name as string}`, type: type as '<u2', shape: [3000], values: [values as Uint16Array] })))],
  ['made.csv', written(csvWriter, writable(eventsOf(batch), 34, 34))],
]

const folder = resolve(import.meta.dirname, '../../../shared/recordings')
/** Small enough to be read some hundred times; of larger ones the first part, which holds all there is to break. */
const LARGEST = 60_000
const real: [string, Uint8Array][] = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name !== 'labelled' && statSync(join(folder, name)).isDirectory())
      .flatMap((name) => readdirSync(join(folder, name)).map((file) => join(folder, name, file)))
      .map((path) => [basename(path), readFileSync(path).subarray(0, path.includes('davis240') ? 4 * LARGEST : LARGEST)])
  : []

/** Numbers that break things when they stand for a length, an offset or a time. */
const NASTY = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x184d2204, 0xfd2fb528]

function mutate(original: Uint8Array, random: Random): Uint8Array {
  let bytes = Uint8Array.from(original)
  const at = (): number => (random.below(3) === 0 ? random.below(Math.min(bytes.length, 400)) : random.below(bytes.length))
  for (let changes = 1 + random.below(6); changes > 0 && bytes.length > 8; changes--) {
    const kind = random.below(8)
    const place = at()
    if (kind === 0) bytes = bytes.slice(0, place)
    else if (kind === 1) bytes[place]! ^= 1 << random.below(8)
    else if (kind === 2) bytes[place] = random.below(256)
    else if (kind === 3)
      new DataView(bytes.buffer).setUint32(Math.min(place, bytes.length - 4), NASTY[random.below(NASTY.length)]!, random.below(2) === 0)
    else if (kind === 4) bytes.copyWithin(place, at(), at())
    else if (kind === 5) bytes.fill(random.below(2) * 255, place, place + random.below(64))
    else if (kind === 6) bytes = joined(bytes.subarray(0, place), bytes.subarray(place + random.below(40)))
    else bytes = joined(bytes.subarray(0, place), inserted(at(), bytes, random), bytes.subarray(place))
  }
  return bytes
}

function inserted(from: number, bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.subarray(from, from + random.below(64))
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts))
}

/** Reads everything; returns the number of events. @throws what is no RecordingError */
function survive(name: string, bytes: Uint8Array): number | undefined {
  try {
    const recording = openRecording(memorySource(name, bytes))
    const statistics = new EventStatistics()
    const columns = new EventColumns()
    const pass = recording.pass()
    // No more than 13 bytes of columns are allocated at once for each byte of the file.
    expect(pass.expected).toBeLessThanOrEqual(bytes.length)
    let events = 0
    while (pass.next(columns)) {
      statistics.add(columns.batch())
      events += columns.length
      columns.length = 0
    }
    const facts = recordingFactsSchema.parse(statistics.facts(name, bytes.length, recording))
    expect(facts.events).toBe(events)
    expect(facts.problems.length).toBeLessThan(60)
    if (facts.events > 0) {
      expect(facts.xMax!).toBeLessThan(facts.width)
      expect(facts.yMax!).toBeLessThan(facts.height)
      expect(Number.isSafeInteger(facts.tFirst) && Number.isSafeInteger(facts.tLast)).toBe(true)
      expect(facts.on + facts.off).toBe(facts.events)
    }
    // LZ4 makes 255 bytes of one at the most, 16 of which are an event.
    expect(events).toBeLessThanOrEqual(bytes.length * 16)
    // Of one in eight files: it takes as long as all the rest.
    if (bytes.length % 8 === 0) expect(throughMarks(recording)).toEqual(facts.checksum)
    return events
  } catch (cause) {
    if (!(cause instanceof RecordingError)) throw cause
    expect(cause.message).toContain(name)
    return undefined
  }
}

/** The events' checksum where every piece is read by a new pass, from the mark of the one before. */
function throughMarks(recording: Recording): Checksum {
  const statistics = new EventStatistics()
  const columns = new EventColumns()
  for (let pass = recording.pass(); pass.next(columns); columns.length = 0) {
    statistics.add(columns.batch())
    if (pass.mark) pass = recording.pass(pass.mark())
  }
  return statistics.facts('', 0, recording).checksum
}

function hunt(name: string, original: Uint8Array): { read: number; refused: number } {
  const seed = Number(process.env.FUZZ_SEED ?? 1)
  const random = new Random(seed, name)
  const tally = { read: 0, refused: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = mutate(original, random)
    const before = performance.now()
    try {
      if (survive(name, bytes) === undefined) tally.refused++
      else tally.read++
    } catch (cause) {
      throw new Error(`${name}, FUZZ_SEED=${seed}, round ${round}`, { cause })
    }
    expect(performance.now() - before).toBeLessThan(SLOWEST_MS)
  }
  return tally
}

/** More of a file is never fewer events. */
function cutAnywhere(name: string, bytes: Uint8Array, lengths: number): void {
  const step = Math.max(1, Math.floor(bytes.length / lengths))
  let last = 0
  for (let length = 0; length <= bytes.length; length += step) {
    const events = survive(name, bytes.subarray(0, length))
    if (events === undefined) continue
    expect(events).toBeGreaterThanOrEqual(last)
    last = events
  }
}

beforeAll(loadHdf5)

describe('fuzz: recordings made here', () => {
  it.each(made)('%s, mutated', (name, bytes) => {
    expect(survive(name, bytes)).toBe(name === 'made-empty.aedat4' ? 0 : 3000)
    const { read, refused } = hunt(name, bytes)
    expect(read + refused).toBe(ROUNDS)
    // Most damage must not cost the whole recording. An archive's columns lie one behind the other: a cut takes whole ones.
    // An HDF5 file is found its way through by addresses: what shifts its bytes costs all behind.
    expect(read).toBeGreaterThan(ROUNDS * (name === 'made.npz' || name.endsWith('.h5') ? 0.3 : 0.4))
  })

  it.each(made)('%s, cut anywhere', (name, bytes) => cutAnywhere(name, bytes, 700))

  it('noise under every extension', () => {
    const random = new Random(7)
    for (let round = 0; round < 300; round++) {
      const bytes = Uint8Array.from({ length: random.below(3000) }, () => random.below(256))
      for (const extension of ['bin', 'bs2', 'aedat', 'aedat4', 'dat', 'raw', 'es']) survive(`noise.${extension}`, bytes)
    }
  })

  it('noise behind every header', () => {
    const random = new Random(8)
    const heads = [
      '#!AER-DAT1.0\r\n',
      '#!AER-DAT2.0\r\n',
      '#!AER-DAT2.0\r\n# AEChip: DAVIS240\r\n',
      '#!AER-DAT3.1\r\n#!END-HEADER\r\n',
      '#!AER-DAT4.0\r\n\x10\0\0\0',
      '#',
      '% evt 2.0\n% end\n',
      '% evt 2.1\n% end\n',
      '% evt 3.0\n% geometry 9x9\n% end\n',
      '% evt 3.0\n',
      '% Version 2\n\0\b',
      '% Version 1\n% Height 9\n% Width 9\n\x0c\b',
      'Event Stream\x02\0\0\x01\x09\0\x09\0',
      'Event Stream\x02\0\0\x02\xff\xff\xff\xff',
    ]
    for (let round = 0; round < 200; round++) {
      const noise = Uint8Array.from({ length: random.below(4000) }, () => random.below(256))
      for (const head of heads) survive('noise.aedat', Buffer.concat([Buffer.from(head, 'latin1'), noise]))
    }
  })
})

describe.skipIf(real.length === 0)(`fuzz: real recordings (skipped where ${folder} is absent)`, () => {
  it.each(real)('%s, mutated', (name, bytes) => {
    const { read, refused } = hunt(name, bytes)
    expect(read + refused).toBe(ROUNDS)
  })
  it.each(real)('%s, cut anywhere', (name, bytes) => cutAnywhere(name, bytes, 150))
})
