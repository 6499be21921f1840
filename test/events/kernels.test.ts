import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect } from '../../main/events/collect.ts'
import { aedat2 } from '../../main/events/formats/aedat2.ts'
import { nmnist } from '../../main/events/formats/nmnist.ts'
import type { EventBatch, RecordingFormat } from '../../main/events/recording.ts'
import { memorySource } from '../../main/events/source.ts'
import { Random } from '../../main/random.ts'

type Event = [t: number, x: number, y: number, p: number]
const rows = ({ length, t, x, y, p }: EventBatch): Event[] => Array.from({ length }, (_, i) => [t[i]!, x[i]!, y[i]!, p[i]!])
const read = (format: RecordingFormat, bytes: Uint8Array): Event[] => rows(collect(format.open(memorySource('recording', bytes))))

/** Larger than the kernels' memory now and then, with nothing special, something, or a lot. */
const cases = fc.record({
  seed: fc.nat(1e6),
  records: fc.oneof(fc.nat(40), fc.integer({ min: 100, max: 600 }), fc.integer({ min: 16_000, max: 20_000 })),
  special: fc.constantFrom(0, 0.001, 0.05, 0.5),
})
const runs = { numRuns: 120 }

describe('records decoded eight at a time are those decoded one by one', () => {
  test('AEDAT 2 of a DVS128: marks, foreign bits, zero times and wraps anywhere', () => {
    const header = Buffer.from('#!AER-DAT2.0\r\n# AEChip: ch.unizh.ini.jaer.chip.retina.DVS128\r\n#End Of ASCII Header\r\n', 'latin1')
    fc.assert(
      fc.property(cases, ({ seed, records, special }) => {
        const random = new Random(seed, 'kernels')
        const bytes = Buffer.alloc(header.length + records * 8)
        header.copy(bytes)
        const expected: Event[] = []
        let time = 0x7fff0000
        let [last, base] = [0, 0]
        for (let i = 0; i < records; i++) {
          let address = random.below(1 << 15)
          time = (time + random.below(30)) % 2 ** 32
          let stored = time
          if (random.uniform() < special) {
            const kind = random.below(5)
            if (kind === 0) address |= 0x8000
            if (kind === 1) address = (address | 0x80000000) >>> 0
            if (kind === 2) address |= 1 << (16 + random.below(15))
            if (kind === 3) stored = 0
            if (kind === 4) stored = time = (time + 2 ** 31 + random.below(2 ** 30)) % 2 ** 32
          }
          bytes.writeUInt32BE(address, header.length + i * 8)
          bytes.writeUInt32BE(stored, header.length + i * 8 + 4)
          if ((address & 0x8000) !== 0 || address >= 2 ** 31) continue
          const near = 2 ** 20
          if (stored === 0 && last >= near && last < 2 ** 32 - near) continue
          if (last - stored > 2 ** 31) base += 2 ** 32
          else if (stored - last > 2 ** 31 && base > 0 && last < near && stored >= 2 ** 32 - near) base -= 2 ** 32
          last = stored
          expected.push([base + stored, 127 - ((address >> 1) & 127), 127 - ((address >> 8) & 127), 1 - (address & 1)])
        }
        expect(read(aedat2, bytes)).toEqual(expected)
      }),
      runs,
    )
  })

  test('40-bit events: new extremes, overflow markers and wraps anywhere', () => {
    fc.assert(
      fc.property(cases, ({ seed, records, special }) => {
        const random = new Random(seed, 'kernels')
        const bytes = new Uint8Array(records * 5)
        const expected: Event[] = []
        let time = 0
        let [last, base] = [0, 0]
        for (let i = 0; i < records; i++) {
          const [x, p] = [random.below(240), random.below(2)]
          let y = random.below(180)
          time = Math.min(2 ** 23 - 1, time + random.below(3))
          if (random.uniform() < special) {
            if (random.below(2) === 0) y = 240
            else time = random.below(2 ** 23)
          }
          bytes.set([x, y, (p << 7) | (time >> 16), (time >> 8) & 255, time & 255], i * 5)
          if (y === 240) {
            base += 8192
            continue
          }
          if (last - time > 2 ** 22) base += 2 ** 23
          last = time
          expected.push([base + time, x, y, p])
        }
        expect(read(nmnist, bytes)).toEqual(expected)
      }),
      runs,
    )
  })
})
