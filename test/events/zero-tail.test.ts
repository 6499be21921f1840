import { describe, expect, it } from 'vitest'
import { encodeAedat2 } from '../../main/events/formats/aedat2.ts'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { writtenPart } from '../../main/events/formats/zero-tail.ts'
import { Problems } from '../../main/events/problems.ts'
import { memorySource } from '../../main/events/source.ts'
import { open, randomBatch, read } from './make.ts'

const batch = randomBatch(2000, 34, 34, 1000)
const evt2 = (): Uint8Array => {
  const words = Uint32Array.from({ length: 2000 }, (_, i) => (i === 0 ? 0x8000_0001 : 0x1000_0000 | ((i & 31) << 11) | (i % 30) | 0x0040_0000))
  return Buffer.concat([Buffer.from('% evt 2.0\n% format EVT2;height=64;width=64\n% end\n'), Buffer.from(words.buffer)])
}
const dat = (): Uint8Array => {
  const words = Uint32Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? 1000 + i : (i % 60) | ((i % 40) << 14)))
  return Buffer.concat([Buffer.from('% Version 2\n% Height 64\n% Width 64\n'), Buffer.from([12, 8]), Buffer.from(words.buffer)])
}

describe('zeros at the end of a recording', () => {
  it.each<[string, string, Uint8Array]>([
    ['AEDAT 2', 'a.aedat', encodeAedat2(batch)],
    ['N-MNIST', 'a.bin', encodeNmnist(batch)],
    ['EVT2', 'a.raw', evt2()],
    ['DAT', 'a.dat', dat()],
  ])('are no events of %s, and are told with their place', (_, name, bytes) => {
    const whole = read(bytes, name)
    expect(whole.problems.filter((problem) => /zeros/.test(problem))).toEqual([])
    const { recording, events } = read(Buffer.concat([bytes, Buffer.alloc(50_003)]), name)
    expect(events).toEqual(whole.events)
    const problem = recording.problems.find(({ message }) => /zeros and hold no events/.test(message))
    expect(problem?.offset).toBeGreaterThan(bytes.length - 8)
    expect(problem?.offset).toBeLessThanOrEqual(bytes.length + 8)
    expect(problem?.severity).toBe('warning')
  })

  it('are found behind gigabytes of them without reading all', () => {
    const [start, written, size] = [16, 1_000_003, 8 * 2 ** 30]
    let looked = 0
    const source = {
      path: 'a.raw',
      size,
      read: (offset: number, length: number) => {
        looked += length
        const bytes = new Uint8Array(Math.min(length, size - offset))
        return bytes.fill(7, 0, Math.max(0, Math.min(bytes.length, written - offset)))
      },
    }
    const problems = new Problems()
    expect(writtenPart(source, start, 8, problems).size).toBe(start + Math.ceil((written - start) / 8) * 8)
    expect(looked).toBeLessThan(100e6)
    expect(problems.list()).toHaveLength(1)
  })

  it('in the middle are told: events are missing', () => {
    const whole = evt2()
    const holed = Buffer.concat([whole, Buffer.alloc(20_000), whole.subarray(60)])
    const { recording } = read(holed, 'a.raw')
    const problem = recording.problems.find(({ message }) => /^At least 16,384 bytes within the file are zeros/.test(message))
    expect(problem?.severity).toBe('error')
    expect(problem?.offset).toBeGreaterThanOrEqual(whole.length)
    expect(read(whole, 'a.raw').problems).toEqual([])
  })

  it('may be the last events where they are few', () => {
    const problems = new Problems()
    const source = memorySource('a.bin', Buffer.concat([Buffer.alloc(100, 1), Buffer.alloc(4000)]))
    expect(writtenPart(source, 0, 5, problems)).toBe(source)
    expect(problems.list()).toEqual([])
  })

  it.each(['a.h5', 'a.aedat', 'a.bin', 'a.mat', 'a.npz', 'a.csv', 'a.dat'])('are all of %s: then it is no recording', (name) => {
    expect(() => open(new Uint8Array(60_000), name)).toThrow(/nothing but zeros/)
  })
})
