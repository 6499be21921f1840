import { describe, expect, it } from 'vitest'
import { collect } from '../../main/events/collect.ts'
import { EventColumns } from '../../main/events/columns.ts'
import { encodeAedat2 } from '../../main/events/formats/aedat2.ts'
import { counted, Problems } from '../../main/events/problems.ts'
import { memorySource } from '../../main/events/source.ts'
import { EventStatistics } from '../../main/events/statistics.ts'
import { batchOf, eventsOf, open, randomBatch } from './make.ts'

describe('EventColumns', () => {
  it('grows, keeping its events, and gives arrays of exactly their length', () => {
    const columns = new EventColumns()
    const parts = [randomBatch(3, 10, 10, 0, 1), randomBatch(500, 10, 10, 9, 2), randomBatch(1, 10, 10, 99, 3)]
    for (const part of parts) columns.append(part)
    const all = parts.flatMap(eventsOf)
    expect(eventsOf(columns.batch())).toEqual(all)
    const exact = columns.exact()
    expect(eventsOf(exact)).toEqual(all)
    expect([exact.t, exact.x, exact.y, exact.p].map((column) => column.length)).toEqual([504, 504, 504, 504])
  })

  it('is not copied where it is full', () => {
    const columns = new EventColumns(5)
    columns.append(randomBatch(5, 10, 10))
    expect(columns.exact().t).toBe(columns.t)
  })
})

describe('collect', () => {
  it('is all batches, one behind the other', () => {
    const recording = open(encodeAedat2(randomBatch(50_000, 128, 128)))
    const all = collect(recording)
    expect(eventsOf(all)).toEqual(Array.from(recording.batches()).flatMap(eventsOf))
    expect(all.t.buffer.byteLength).toBe(50_000 * 8)
  })
})

describe('EventStatistics', () => {
  const facts = (...events: { t: number; x: number; y: number; p: number }[]) => {
    const statistics = new EventStatistics()
    // In two parts, so that what crosses batches is seen.
    statistics.add(batchOf(events.slice(0, 2)))
    statistics.add(batchOf(events.slice(2)))
    return statistics.facts('a', 1, open(encodeAedat2(randomBatch(1, 1, 1))))
  }

  it('sums times modulo 2^32, exact beyond 2^32 and below 0', () => {
    const t = [1_605_537_493_718_345, 1_605_537_493_718_346, 2 ** 53 - 1, -5]
    const sum = t.reduce((total, time) => total + BigInt(time), 0n)
    expect(facts(...t.map((time) => ({ t: time, x: 1, y: 2, p: 1 }))).checksum).toEqual({
      t: Number(BigInt.asUintN(32, sum)),
      x: 4,
      y: 8,
      p: 4,
    })
  })

  it('finds extremes, polarities and steps back in time', () => {
    const result = facts({ t: 5, x: 9, y: 1, p: 1 }, { t: 7, x: 3, y: 200, p: 0 }, { t: 6, x: 500, y: 7, p: 0 }, { t: 8, x: 4, y: 7, p: 0 })
    expect(result).toMatchObject({ events: 4, tFirst: 5, tLast: 8, on: 1, off: 3, xMin: 3, xMax: 500, yMin: 1, yMax: 200 })
    expect(result.problems).toEqual([
      expect.objectContaining({ severity: 'warning', message: expect.stringContaining('backwards at 1 event of 4') as unknown }),
    ])
  })
})

describe('problems', () => {
  it('counts faults of a kind and keeps the place of the first', () => {
    const problems = new Problems()
    const fault = { key: 'a', severity: 'error', message: (count: number) => counted(count, 'fault'), advice: 'mend it' } as const
    problems.add(fault, 12)
    problems.add(fault, 99, 1233)
    expect(problems.list()).toEqual([{ severity: 'error', message: '1,234 faults', offset: 12, advice: 'mend it' }])
  })

  it('stays small whatever happens', () => {
    const problems = new Problems()
    for (let i = 0; i < 10_000; i++) problems.add({ key: `kind ${i}`, severity: 'info', message: () => '' })
    expect(problems.list().length).toBeLessThanOrEqual(40)
  })
})

describe('memorySource', () => {
  it('gives views, shorter at the end only', () => {
    const source = memorySource('a', Uint8Array.of(1, 2, 3, 4, 5))
    expect([...source.read(1, 3)]).toEqual([2, 3, 4])
    expect([...source.read(4, 10)]).toEqual([5])
    expect([...source.read(9, 2)]).toEqual([])
  })
})
