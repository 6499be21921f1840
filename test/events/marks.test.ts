/** Every pass goes on from its marks: what follows is what reading through would give, whole files or damaged ones. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventColumns } from '../../main/events/columns.ts'
import { encodeAedat2 } from '../../main/events/formats/aedat2.ts'
import { openRecording } from '../../main/events/formats/index.ts'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { RecordingError } from '../../main/events/recording.ts'
import type { Mark } from '../../main/events/recording.ts'
import { memorySource } from '../../main/events/source.ts'
import { encodeAedat31 } from './make-aedat31.ts'
import { encodeAedat4 } from './make-aedat4.ts'
import { randomBatch } from './make.ts'
import { joined } from './make-prophesee.ts'

const events = randomBatch(70_000, 34, 34)
const dvs128 = randomBatch(70_000, 128, 128)

/** jAER's first format: a DVS128 address in 16 bits, then the time. */
function aedat1(): Uint8Array {
  const bytes = Buffer.alloc(dvs128.length * 6)
  for (let i = 0; i < dvs128.length; i++) {
    bytes.writeUInt16BE(((127 - dvs128.y[i]!) << 8) | ((127 - dvs128.x[i]!) << 1) | (1 - dvs128.p[i]!), i * 6)
    bytes.writeUInt32BE(dvs128.t[i]!, i * 6 + 2)
  }
  return joined(Buffer.from('#!AER-DAT1.0\r\n'), bytes)
}

const files: Record<string, { name: string; bytes: Uint8Array }> = {
  'N-MNIST': { name: 'a.bin', bytes: encodeNmnist(events) },
  'AEDAT 1': { name: 'a.dat', bytes: aedat1() },
  'AEDAT 2': { name: 'a.aedat', bytes: encodeAedat2(dvs128) },
  'AEDAT 3.1': { name: 'b.aedat', bytes: encodeAedat31(dvs128) },
  'AEDAT 4': { name: 'a.aedat4', bytes: encodeAedat4(dvs128, { compression: 'lz4' }) },
}

/** Reads through, keeping marks; then from each chosen mark by a recording of its own, with the mark as JSON keeps it. */
function check(name: string, bytes: Uint8Array, choose: readonly number[]): number {
  const open = () => openRecording(memorySource(name, bytes))
  const whole = open()
  const pass = whole.pass()
  const all = new EventColumns()
  const marks: { mark: Mark; events: number }[] = [{ mark: pass.mark!(), events: 0 }]
  while (pass.next(all)) marks.push({ mark: pass.mark!(), events: all.length })
  const expected = all.batch()
  for (const choice of choose) {
    const { mark, events: before } = marks[choice % marks.length]!
    const later = open()
    const columns = new EventColumns()
    const rest = later.pass(JSON.parse(JSON.stringify(mark)) as Mark)
    while (rest.next(columns));
    const got = columns.batch()
    expect(got.length).toBe(expected.length - before)
    for (const column of ['t', 'x', 'y', 'p'] as const) expect(got[column]).toEqual(expected[column].subarray(before))
    // What is counted on the way counts on: details of the whole file come out of its last part.
    expect(later.details).toEqual(whole.details)
  }
  return marks.length
}

describe.each(Object.entries(files))('%s', (_, { name, bytes }) => {
  it('goes on from every mark', () => {
    expect(check(name, bytes, [0, 1, 2, 3, 4, 5, 6])).toBeGreaterThan(2)
  })

  it('goes on from marks of damaged files', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 20 })
    fc.assert(
      fc.property(damage, fc.nat(), fc.array(fc.nat(), { minLength: 1, maxLength: 2 }), (changes, cut, choose) => {
        const damaged = bytes.slice(0, bytes.length - (cut % 2000))
        for (const [at, value] of changes) damaged[at % damaged.length] = value
        try {
          check(name, damaged, choose)
        } catch (error) {
          // A file whose header is gone can't be opened at all.
          if (!(error instanceof RecordingError)) throw error
        }
      }),
      { numRuns: 40 },
    )
  })
})

it('marks a file of 40-bit events with overflow markers', () => {
  const marker = Uint8Array.of(0, 240, 0, 0, 0)
  const bytes = joined(encodeNmnist(events), marker, encodeNmnist(events), marker, encodeNmnist(events))
  expect(check('a.bin', bytes, Array.from({ length: 20 }, (_, i) => i))).toBeGreaterThan(10)
})
